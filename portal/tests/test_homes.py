"""The first screens: what each kind of person sees, in how many queries, and nothing beyond her sight."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.periods import Month, Week
from crm.models import Import, ImportKind
from portal.homes import homes_of
from portal.tests.world import fill, more_people, one_opening
from teams.models import Posting, Target
from tests.cast import Cast
from worklogs.models import WeekScore, WorkLog
from worklogs.tests.desk import answer, noon, written

VIEWS = [
    ("cm", "own_day"),
    ("am", "board"),
    ("mm", "board"),
    ("manager", "teams"),
    ("manager", "board"),
    ("manager", "month"),
    ("regional", "teams"),
    ("market", "teams"),
    ("clerk", "month"),
    ("accountant", "month"),
    ("deputy", "month"),
    ("office", "archive"),
    ("tradeadmin", "queue"),
    ("auditor", "audit"),
    ("auditor", "month"),
    ("auditor", "archive"),
]


@pytest.mark.parametrize(
    "key, codes",
    [
        ("cm", ["own_day"]),
        ("am", ["board"]),
        ("mm", ["board"]),
        ("manager", ["teams", "board", "month"]),
        ("regional", ["teams"]),
        ("market", ["teams"]),
        ("clerk", ["month"]),
        ("deputy", ["month", "teams"]),
        ("office", ["archive"]),
        ("tradeadmin", ["queue"]),
        ("auditor", ["audit", "teams", "month", "archive"]),
    ],
)
def test_a_person_has_the_first_screens_of_her_posts(cast: Cast, key: str, codes: list[str]):
    assert [home.code for home in homes_of(cast.user[key])] == codes


@pytest.mark.budget(5)
def test_every_first_screen_costs_the_same_at_two_sizes(cast: Cast, signed_in):
    def count(key: str, view: str) -> int:
        client = signed_in(cast.user[key])
        with CaptureQueriesContext(connection) as queries:
            response = client.get("/", {"view": view})
        assert response.status_code == 200 and f"portal/homes/{view}.html" in [t.name for t in response.templates]
        return len(queries)

    fill(cast)
    small = {view: count(*view) for view in VIEWS}
    more_people(cast, 6)
    log = WorkLog.objects.filter(person=cast.person("cm2")).first()
    assert log is not None
    large = {view: count(*view) for view in VIEWS}
    assert small == large
    assert {view: n for view, n in large.items() if n > 15} == {}


def test_a_day_says_what_is_missing_and_offers_each_kind(cast: Cast, signed_in):
    html = signed_in(cast.cm).get("/").content.decode()
    assert "再完成" in html and "今日即合格" in html
    for kind in ("prospect", "appointment", "prospect_call", "client_call"):
        assert f"/new/{kind}/" in html


def test_a_pay_slip_shows_only_when_it_is_filed(cast: Cast, signed_in):
    fill(cast, weeks=1)
    response = signed_in(cast.cm).get("/")
    assert response.context["day"].slip["month"].startswith("2026-09")


def test_the_board_holds_the_leaders_people_and_no_others(cast: Cast, signed_in):
    board = signed_in(cast.am).get("/").context["board"]
    assert {row.standing.member.employee_no for row in board.rows} == {"1001", "1002"}
    board = signed_in(cast.mm).get("/").context["board"]
    assert {row.standing.member.employee_no for row in board.rows} == {"1001", "1002", "1003"}


def test_a_team_without_a_target_of_its_own_answers_for_the_sum_of_its_people(cast: Cast, signed_in):
    month = Month(cast.today).first
    one_opening(cast, cast.today)
    assert signed_in(cast.am).get("/").context["board"].target is None
    for key, value in (("cm", 9), ("cm2", 7), ("cm_west", 5)):
        Target.objects.create(person=cast.person(key), month=month, measure="openings", value=value)
    assert signed_in(cast.am).get("/").context["board"].target == 16
    assert signed_in(cast.mm).get("/").context["board"].target == 21
    Target.objects.create(unit=cast.unit["B1M1"], month=month, measure="openings", value=30)
    assert signed_in(cast.mm).get("/").context["board"].target == 30


@pytest.mark.clause("S4.1.f")
def test_the_board_and_the_review_desk_wait_for_the_same_logs(cast: Cast, signed_in):
    for on in (date(2026, 11, 6), date(2026, 11, 9), date(2026, 11, 17)):  # the first is out of the two weeks
        written(cast, "cm", on)
    elsewhere = written(cast, "cm", date(2026, 11, 10))
    WorkLog.objects.filter(pk=elsewhere.pk).update(unit=cast.unit["B1M1A2"])  # before she came to this area
    client = signed_in(cast.am)
    board, desk = client.get("/").context["board"], client.get("/logs/desk/").context["page"]
    assert [waits.log.on for waits in board.waiting] == [date(2026, 11, 9), date(2026, 11, 17)]
    assert {row.standing.waiting for row in board.rows} == {row.waiting for row in desk} == {0, 2}
    assert len(board.owed) == 2


@pytest.mark.clause("S4.1.f")
def test_a_leader_is_told_of_the_answers_that_are_her_own_to_give(cast: Cast, signed_in):
    for on in (16, 17, 18):
        written(cast, "cm", date(2026, 11, on))
    for key, owed, by_others in (("am", 2, 0), ("am_west", 0, 0), ("mm", 0, 2), ("manager", 0, 2)):
        board = signed_in(cast.user[key]).get("/", {"view": "board"}).context["board"]
        assert (len(board.owed), board.owed_by_others) == (owed, by_others), key
    Posting.objects.filter(person=cast.person("am")).update(to_on=cast.today)
    board = signed_in(cast.mm).get("/").context["board"]
    assert (len(board.owed), board.owed_by_others) == (2, 0), "nobody leads the area: the one above answers"


@pytest.mark.clause("S4.2.f")
def test_at_month_end_the_market_managers_board_counts_who_waits_for_her_answer(cast: Cast, signed_in, time_machine):
    logs = [written(cast, key, cast.today) for key in ("cm", "cm_west")]
    assert signed_in(cast.mm).get("/").context["board"].month_end is None
    on = date(2026, 11, 27)
    time_machine.move_to(noon(on), tick=False)
    client = signed_in(cast.mm)
    for waiting in (2, 1):
        due = client.get("/").context["board"].month_end
        assert (due.until, due.waiting) == (date(2026, 12, 3), waiting)
        answer(logs.pop(), cast.as_of("mm", on), on=on)
    with CaptureQueriesContext(connection) as queries:
        assert "已全部批复" in client.get("/").content.decode()
    assert len(queries) <= 15
    assert signed_in(cast.am).get("/").context["board"].month_end is None


@pytest.mark.clause("S4.1.f", "D7")
def test_who_stands_in_is_not_asked_to_answer_her_own_logs(cast: Cast, signed_in):
    for key in ("cm", "cm2"):
        written(cast, key, cast.today)
    own = Posting.objects.get(person=cast.person("am"))
    Posting.objects.create(person=cast.person("cm"), unit=own.unit, role=own.role, from_on=cast.today, acting_for=own)
    client = signed_in(cast.as_of("cm"))
    assert [home.code for home in client.get("/").context["homes"]] == ["own_day", "board"]
    assert [one.name for one in client.get("/", {"view": "board"}).context["board"].owed] == ["陈大文"]
    page = client.get("/logs/desk/").content.decode()
    assert page.count('name="logs"') == 1


@pytest.mark.clause("S3.2")
def test_the_weeks_of_ones_people_stand_side_by_side(cast: Cast, signed_in):
    fill(cast, weeks=2)
    (row, _) = (heat := signed_in(cast.am).get("/").context["board"].heat)["rows"]
    score = WeekScore.objects.get(person__user__employee_no=row["note"], week=Week(cast.today).previous().first)
    assert heat["columns"][-2:] == ["11/9", "11/16"]
    assert row["cells"][0]["text"] == "–"
    assert row["cells"][-2]["text"] == str(score.points)
    assert (row["cells"][-2]["level"] == 5) is score.score_pass

    page = signed_in(cast.market).get("/logs/weeks/?within=B1M1")
    assert {row["note"] for row in page.context["heat"]["rows"]} == {"1001", "1002", "1003"}
    assert signed_in(cast.sibling_mm).get("/logs/weeks/?within=B1M1").status_code == 404


def test_a_ranked_unit_without_a_target_of_its_own_answers_for_the_sum_of_its_people(cast: Cast, signed_in):
    def targets(key: str) -> dict[str, object]:
        return {row.unit.code: row.target for row in signed_in(cast.user[key]).get("/").context["teams"].rows}

    month = Month(cast.today).first
    one_opening(cast, cast.today)
    for key, value in (("cm", 9), ("cm2", 7), ("sibling_cm", 5)):
        Target.objects.create(person=cast.person(key), month=month, measure="openings", value=value)
    Target.objects.create(person=cast.person("mm"), month=month, measure="openings", value=99)  # no seller's
    Target.objects.create(unit=cast.unit["B2"], month=month, measure="openings", value=30)
    found = targets("market")
    assert (found["B1"], found["B2"], found["B9"]) == (16, 30, None)
    assert targets("regional")["B2M1"] == 5


def test_what_a_unit_was_reminded_of_is_told_by_its_days_and_without_clauses(cast: Cast, signed_in):
    fill(cast)
    page = signed_in(cast.market).get("/", {"view": "teams"}).content.decode()
    chips = re.findall(r'class="pill pill-warn text-decoration-none".*?</a>', page, re.S)
    assert chips and not any(re.search(r"S\d+\.\d", chip) for chip in chips)


def test_units_without_rank_say_why(cast: Cast, signed_in):
    fill(cast, weeks=2)
    cast.unit["B9"].started_on = None
    cast.unit["B9"].save()
    teams = signed_in(cast.market).get("/").context["teams"]
    last = teams.rows[-1]
    assert (last.unit, last.rank, last.why) == (cast.unit["B9"], None, "in preparation")
    heat = {row["label"]: {cell["text"] for cell in row["cells"]} for row in teams.heat["rows"]}
    assert heat["滨海营业部"] == {"–"} != heat["人民路营业部"]


def test_the_month_shows_where_it_stands_and_who_is_next(cast: Cast, signed_in):
    fill(cast, weeks=1)
    month = signed_in(cast.clerk).get("/").context["month"]
    states = [stage.state for stage in month.stand.stages]
    assert states == ["current", "waiting", *["done"] * 4, "waiting", "waiting"]
    assert [one.slip.name for one in month.differences]
    assert signed_in(cast.manager).get("/").context["teams"].to_sign[0] == month.run


def test_the_archive_lists_what_is_still_due(cast: Cast, signed_in):
    archive = signed_in(cast.office).get("/").context["archive"]
    assert archive.arrived == 0 and len(archive.rows) == 3


@pytest.mark.budget(5)
def test_no_link_of_a_first_screen_leads_where_its_reader_may_not_go(cast: Cast, signed_in):
    Posting.objects.filter(person=cast.person("office")).update(role="vice_president", unit=cast.unit["HX"])
    fill(cast, weeks=1)
    for key, view in (("office", "teams"), ("deputy", "month"), ("deputy", "teams")):
        client = signed_in(cast.user[key])
        page = client.get("/", {"view": view}).content.decode()
        links = {unescape(url) for url in re.findall(r'href="(/[^"#]*)"', page) if not url.startswith("/static/")}
        refused = {url for url in links if client.get(url).status_code >= 400}
        assert refused == set(), key


def on(day: date, time_machine) -> None:
    time_machine.move_to(noon(day), tick=False)


@pytest.mark.budget(2)
@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 4)])
def test_the_first_of_a_month_shows_the_month_that_is_over_until_the_new_one_has_data(
    cast: Cast, signed_in, time_machine, day: date
):
    fill(cast)
    on(day, time_machine)
    december = date(2026, 12, 1)
    for key in ("cm", "cm2"):
        Target.objects.create(person=cast.person(key), month=december, measure="openings", value=5)
    for key, view, name in (
        ("cm2", "own_day", "day"),
        ("am", "board", "board"),
        ("manager", "teams", "teams"),
        ("market", "teams", "teams"),
    ):
        response = signed_in(cast.user[key]).get("/", {"view": view})
        shown, text = response.context[name], response.content.decode()
        assert shown.month.month == Month(date(2026, 11, 1)) and shown.openings, key
        assert "11 月（已结束）" in text and ("12 月（刚开始）" in text or "12 月（尚无数据）" in text), key
        assert shown.begun_target in (5, 10), key
    one_opening(cast, december)
    client = signed_in(cast.market)
    teams = client.get("/").context["teams"]
    assert (teams.month.month, teams.openings) == (Month(december), 1)
    assert client.get("/").context["teams"].month.begun is None


def test_nobody_is_first_with_zero_of_zero(cast: Cast, signed_in, time_machine):
    Import.objects.create(
        kind=ImportKind.OPENINGS, unit=cast.unit["HX"], state="taken", file_name="x", file_sha256="0",
        covers_from=date(2026, 12, 1), covers_to=date(2026, 12, 1), checked_at=noon(cast.today), taken_at=noon(cast.today),
    )  # fmt: skip
    on(date(2026, 12, 2), time_machine)
    response = signed_in(cast.market).get("/")
    assert {row.rank for row in response.context["teams"].rows} == {None}
    assert "尚无人开户，暂不排名" in response.content.decode()


def test_the_running_week_is_measured_against_the_days_that_are_over(cast: Cast, signed_in):
    fill(cast, weeks=2)
    board = signed_in(cast.am).get("/").context["board"]
    for row in board.rows:
        week = row.standing.week
        assert row.standing.asked_so_far == week.pass_mark * 2 // 5  # Wednesday: Monday and Tuesday are over
    running = [cells["cells"][-1] for cells in board.heat["rows"]]
    assert all(cell["running"] and cell["level"] in (2, 3, 4) for cell in running)
    assert not any(cell.get("running") for cells in board.heat["rows"] for cell in cells["cells"][:-1])
    teams = signed_in(cast.market).get("/").context["teams"]
    assert {row["cells"][-1]["level"] for row in teams.heat["rows"]} <= {0, 2, 3, 4}
    day = signed_in(cast.cm).get("/").context["day"]
    assert day.week_so_far == 40 and [bar["state"] for bar in day.bars][2] in ("good", "running")


def test_nothing_is_an_alarm_before_its_deadline(cast: Cast, signed_in, time_machine):
    """The score tables go up on Monday: until that day is over a missing one is no alarm."""
    for day, late in ((date(2026, 11, 30), False), (date(2026, 12, 1), True)):
        on(day, time_machine)
        assert signed_in(cast.market).get("/").context["teams"].tables_late is late
    written(cast, "cm", date(2026, 11, 30))
    for day, late in ((date(2026, 12, 4), False), (date(2026, 12, 7), True)):
        on(day, time_machine)
        board = signed_in(cast.am).get("/").context["board"]
        assert [waits.is_late for waits in board.waiting] == [late]
