"""The first screens: what each kind of person sees, in how many queries, and nothing beyond her sight."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.homes import homes_of
from portal.tests.world import fill, more_people
from tests.cast import Cast

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
        ("tradeadmin", ["plain"]),
    ],
)
def test_a_person_has_the_first_screens_of_her_posts(cast: Cast, key: str, codes: list[str]):
    assert [home.code for home in homes_of(cast.user[key])] == codes


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
    from worklogs.models import WorkLog

    log = WorkLog.objects.filter(person=cast.person("cm2")).first()
    assert log is not None
    large = {view: count(*view) for view in VIEWS}
    assert small == large
    assert {view: n for view, n in large.items() if n > 15} == {}


def test_a_day_says_what_is_missing_and_offers_each_kind(cast: Cast, signed_in):
    html = signed_in(cast.cm).get("/").content.decode()
    assert "再完成" in html and "今日即达标" in html
    for kind in ("prospect", "appointment", "prospect_call", "client_call"):
        assert f"/new/{kind}/" in html


def test_a_pay_slip_shows_only_when_it_is_filed(cast: Cast, signed_in):
    fill(cast, weeks=1)
    response = signed_in(cast.cm).get("/")
    assert response.context["day"].slip["month"].startswith("2026-09")


def test_the_board_holds_the_leaders_people_and_no_others(cast: Cast, signed_in):
    board = signed_in(cast.am).get("/").context["board"]
    assert {row.member.employee_no for row in board.rows} == {"1001", "1002"}
    board = signed_in(cast.mm).get("/").context["board"]
    assert {row.member.employee_no for row in board.rows} == {"1001", "1002", "1003"}


def test_units_without_rank_say_why(cast: Cast, signed_in):
    cast.unit["B9"].started_on = None
    cast.unit["B9"].save()
    teams = signed_in(cast.market).get("/").context["teams"]
    last = teams.rows[-1]
    assert (last.unit, last.rank, last.why) == (cast.unit["B9"], None, "in preparation")


def test_the_month_shows_where_it_stands_and_who_is_next(cast: Cast, signed_in):
    fill(cast, weeks=1)
    month = signed_in(cast.clerk).get("/").context["month"]
    assert [step.state for step in month.steps] == ["done", "current", "done", "done", "done", "waiting", "waiting"]
    assert [one.slip.name for one in month.differences]
    assert signed_in(cast.manager).get("/").context["teams"].to_sign[0] == month.run


def test_the_archive_lists_what_is_still_due(cast: Cast, signed_in):
    archive = signed_in(cast.office).get("/").context["archive"]
    assert archive.arrived == 0 and len(archive.rows) == 3
