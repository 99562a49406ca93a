from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from io import BytesIO
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from core import clock
from core.periods import Month, Period, Week
from messaging.models import Message
from teams.models import Person, Posting, Role
from tests.cast import TODAY, Cast
from tests.opened import opened
from worklogs.models import Reply, ScoreTable, WorkLog
from worklogs.rules.windows import month_end_window
from worklogs.selectors import desk as selectors
from worklogs.selectors.answering import answered_logs
from worklogs.selectors.month_end import month_end_standing
from worklogs.services import replies
from worklogs.services.judging import judge
from worklogs.services.replies import CannotReply, reply_to_log, reply_to_logs
from worklogs.services.score_tables import send_due_score_tables, sending_day
from worklogs.services.writing import submit_log
from worklogs.tests.test_writing import write

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)


def noon(on: date) -> datetime:
    return clock.at(on, time(12))


def written(cast: Cast, key: str, on: date) -> WorkLog:
    """A submitted log of that day."""
    return WorkLog.objects.create(
        person=cast.person(key),
        unit=Posting.objects.get(person=cast.person(key)).unit,
        on=on,
        state=WorkLog.State.SUBMITTED,
        submitted_at=noon(on),
    )


def answer(log: WorkLog, actor, on: date = TODAY) -> Reply:
    return reply_to_log(log=log, text="很好", actor=actor, now=noon(on))


@pytest.mark.clause("S4.1.f")
def test_two_answered_logs_a_week_are_owed_to_each_member_and_a_second_answer_to_one_log_counts_once(cast):
    first, second = written(cast, "cm", MONDAY), written(cast, "cm", MONDAY + timedelta(days=1))
    answer(first, cast.am)
    answer(first, cast.am)
    mine = {row.member.employee_no: row for row in selectors.desk(cast.am, [cast.unit["B1M1A1"]], TODAY)}["1001"]
    assert (mine.answered, mine.owed, mine.is_answered_enough) == (1, 2, False)
    assert (mine.waiting, mine.oldest) == (1, second.on)
    answer(second, cast.am)
    mine = {row.member.employee_no: row for row in selectors.desk(cast.am, [cast.unit["B1M1A1"]], TODAY)}["1001"]
    assert mine.is_answered_enough
    assert mine.waiting == 0


@pytest.mark.clause("S4.1.f", "D5.c")
def test_an_answer_reaches_the_writer_and_closes_the_log_to_silent_changes(cast):
    log = written(cast, "cm", MONDAY)
    answer(log, cast.am)
    log.refresh_from_db()
    assert log.replied
    message = Message.objects.get(recipient=cast.cm)
    assert "何雅琴" in message.body
    assert message.link == "/logs/day/2026-11-16/"


@pytest.mark.clause("S4.1.f")
@pytest.mark.parametrize(
    ("key", "answered"),
    [("am", 1), ("cm2", 1), ("mm", 0), ("manager", 0)],
    ids=["the area's own leader", "who stands in for her", "the market manager at month end", "the branch manager"],
)
def test_only_the_answers_of_the_areas_own_leader_fulfil_her_duty(cast, signed_in, key, answered):
    own = Posting.objects.get(person=cast.person("am"))
    Posting.objects.create(
        person=cast.person("cm2"), unit=own.unit, role=own.role, from_on=date(2026, 11, 26), acting_for=own
    )
    on = date(2026, 11, 27)
    log = written(cast, "cm", on)
    answer(log, cast.as_of(key, on), on=on)
    assert answered_logs([log.person_id], Week(on)) == ({log.person_id: 1} if answered else {})
    mine = {row.member.employee_no: row for row in selectors.desk(cast.am, [cast.unit["B1M1A1"]], on)}["1001"]
    assert mine.answered == answered
    row = next(row for row in selectors.desk(cast.am, [cast.unit["B1"]], on) if row.member.employee_no == "1001")
    assert row.answered == answered


@pytest.mark.clause("S4.1.f")
def test_an_area_without_a_leader_is_answered_by_the_one_above(cast):
    log = written(cast, "cm", MONDAY)
    Posting.objects.filter(person=cast.person("am")).update(to_on=MONDAY)
    answer(log, cast.mm)
    assert answered_logs([log.person_id], Week(TODAY)) == {log.person_id: 1}


@pytest.mark.parametrize(
    ("key", "on_whose", "why"),
    [
        ("sibling_am", "cm", "another team"),
        ("am_west", "cm", "another team"),
        ("clerk", "cm", "another team"),
        ("cm", "cm", "own log"),
    ],
)
def test_nobody_answers_outside_her_team_or_herself(cast, key, on_whose, why):
    log = written(cast, on_whose, MONDAY)
    from django.utils import translation

    with pytest.raises(CannotReply) as refusal, translation.override("en"):
        answer(log, cast.user[key])
    with translation.override("en"):
        assert why in str(refusal.value)
    assert not Reply.objects.exists()


def test_a_log_that_is_still_being_written_is_not_answered_and_none_of_several_is(cast):
    done = written(cast, "cm", MONDAY)
    draft = WorkLog.objects.create(person=cast.person("cm2"), unit=cast.unit["B1M1A1"], on=MONDAY)
    with pytest.raises(CannotReply):
        reply_to_logs(logs=[done, draft], text="好", actor=cast.am, now=noon(TODAY))
    done.refresh_from_db()
    assert not done.replied


@pytest.mark.clause("S4.2.f")
@pytest.mark.parametrize(
    ("on", "counts"),
    [
        (date(2026, 11, 25), False),
        (date(2026, 11, 26), True),
        (date(2026, 11, 30), True),
        (date(2026, 12, 3), True),
        (date(2026, 12, 4), False),
    ],
)
def test_a_month_end_answer_is_one_of_the_last_days_or_the_days_of_grace(on, counts):
    assert (on in month_end_window(Month(date(2026, 11, 3)), days=5, grace=3)) is counts


@pytest.mark.clause("S4.2.f")
def test_the_market_manager_owes_every_log_author_an_answer_at_month_end(cast):
    logs = [written(cast, key, MONDAY) for key in ("cm", "cm2", "cm_west")]
    answer(logs[0], cast.mm, on=date(2026, 11, 20))  # too early to count
    answer(logs[1], cast.mm, on=date(2026, 11, 28))
    answer(logs[2], cast.am_west, on=date(2026, 11, 28))  # not the market manager
    rows = month_end_standing([cast.unit["B1M1"]], Month(TODAY))
    assert {row.member.employee_no: row.is_done for row in rows} == {"1001": False, "1002": True, "1003": False}


@pytest.fixture
def month_end(cast, time_machine):
    """`month_end("mm", day)`: the page of month-end answers as that person sees it on that day."""

    def opened(key: str, on: date):
        time_machine.move_to(noon(on), tick=False)
        client = Client()
        client.force_login(cast.user[key], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client, client.get("/logs/month-end/")

    return opened


@pytest.mark.clause("S4.2.f")
def test_outside_its_window_the_month_end_page_shows_the_dates_instead_of_the_form(cast, month_end):
    log = written(cast, "cm", MONDAY)
    client, early = month_end("mm", date(2026, 11, 25))
    text = early.content.decode()
    assert "11月26日" in text and "12月3日" in text and 'name="text"' not in text and 'name="logs"' not in text
    refused = client.post("/logs/month-end/answer/", {"logs": [str(log.public_id)], "text": "辛苦了"})
    assert refused.status_code == 422 and "辛苦了" in refused.content.decode()
    assert not Reply.objects.exists()
    _, late = month_end("mm", date(2026, 12, 3))
    assert 'name="text"' in late.content.decode(), "in the days of grace it is still last month's page"


@pytest.mark.clause("S4.2.f")
def test_at_month_end_every_author_is_ticked_and_one_answer_counts_for_each(cast, month_end):
    logs = [written(cast, key, MONDAY) for key in ("cm", "cm_west")]
    WorkLog.objects.filter(pk=logs[0].pk).update(unit=cast.unit["B1M2"])  # written in another team before she came
    logs[0] = written(cast, "cm", TODAY)
    client, page = month_end("mm", date(2026, 11, 30))
    assert page.content.decode().count(" checked") == 2
    data = {"month": "2026-11", "logs": [str(log.public_id) for log in logs], "text": "本月辛苦了"}
    assert client.post("/logs/month-end/answer/", data).status_code == 302
    rows = month_end_standing([cast.unit["B1M1"]], Month(TODAY))
    assert [row.is_done for row in rows] == [True, True]
    assert client.get("/logs/month-end/").content.decode().count(" checked") == 0


@pytest.mark.clause("S4.2.f", "D7")
def test_the_month_end_answer_is_the_market_managers_or_of_who_stands_in(cast, month_end):
    assert month_end("manager", date(2026, 11, 30))[1].status_code == 403
    assert month_end("am", date(2026, 11, 30))[1].status_code == 403
    own = Posting.objects.get(person=cast.person("mm"))
    Posting.objects.create(
        person=cast.person("am"), unit=own.unit, role=own.role, from_on=date(2026, 11, 30), acting_for=own
    )
    assert month_end("am", date(2026, 11, 30))[1].status_code == 200


@pytest.mark.clause("S5.4", "S4.2.f")
def test_on_monday_the_score_table_goes_up_by_itself_once_to_region_branch_and_department(cast):
    written(cast, "cm", date(2026, 11, 12))
    monday = clock.at(MONDAY, time(9, 30))
    early = clock.at(MONDAY, time(8))
    assert send_due_score_tables(now=early) == []
    sent = send_due_score_tables(now=monday)
    assert {table.unit.code for table in sent} == {"B1M1", "B1M2", "B2M1", "B9M1"}
    table = ScoreTable.objects.get(unit=cast.unit["B1M1"])
    assert [row["employee_no"] for row in table.document] == ["1001", "1002", "1003"]
    told = set(
        Message.objects.filter(rule="worklogs.score_table.B1M1").values_list("recipient__employee_no", flat=True)
    )
    assert told == {"1020", "1033", "5001", "5002"}
    branch_stands_in = set(
        Message.objects.filter(rule="worklogs.score_table.B9M1").values_list("recipient__employee_no", flat=True)
    )
    assert branch_stands_in == {"9033"}
    assert send_due_score_tables(now=monday) == []
    assert ScoreTable.objects.count() == 4


@pytest.mark.clause("S5.4")
def test_a_monday_that_was_missed_is_caught_up_and_a_holiday_monday_moves_on():
    assert sending_day(Week(date(2026, 9, 28))) == date(2026, 10, 8)
    assert sending_day(Week(date(2026, 11, 9))) == MONDAY


@pytest.mark.clause("S5.4")
def test_the_table_of_the_week_before_spring_festival_goes_up_on_the_first_workday_after_it(cast):
    week = Week(date(2026, 2, 9))
    judge(period=week, until=week.last)
    assert send_due_score_tables(now=noon(date(2026, 2, 22))) == [], "a holiday"
    sent = send_due_score_tables(now=noon(date(2026, 2, 24)))
    weeks = [week.first, week.next().first]
    assert sorted((table.unit.code, table.week) for table in sent) == [
        (code, monday) for code in ("B1M1", "B1M2", "B2M1", "B9M1") for monday in weeks
    ]


def test_the_desk_asks_the_same_number_of_questions_for_a_large_team(cast, django_assert_max_num_queries, signed_in):
    client = signed_in(cast.am)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as small:
        assert client.get("/logs/desk/").status_code == 200
    area = cast.unit["B1M1A1"]
    from accounts.models import User

    for n in range(30):
        user = User.objects.create(employee_no=f"77{n:02}", name=f"员工{n}")
        person = Person.objects.create(user=user, joined_on=date(2025, 1, 1))
        Posting.objects.create(person=person, unit=area, role=Role.CUSTOMER_MANAGER, from_on=date(2025, 1, 1))
    with CaptureQueriesContext(connection) as large:
        assert client.get("/logs/desk/").status_code == 200
    assert len(large) == len(small) <= 16


@pytest.mark.clause("S4.1.f")
def test_what_waits_for_a_leader_is_one_list_of_several_days_and_ends_when_two_of_the_week_are_answered(
    cast, signed_in
):
    logs = [written(cast, "cm", MONDAY + timedelta(days=n)) for n in (0, 1, 2)]
    client = signed_in(cast.am)
    page = client.get("/logs/desk/?show=mine")
    assert [row.log for row in page.context["logs"]] == logs[:2]
    assert page.content.decode().count('name="logs"') == 2
    data = {"logs": [str(log.public_id) for log in logs[:2]], "text": "都不错", "back": "show=mine"}
    assert client.post("/logs/desk/reply/", data).status_code == 302
    page = client.get("/logs/desk/?show=mine")
    assert not page.context["logs"] and 'name="text"' not in page.content.decode()
    assert 'name="logs"' in client.get("/logs/desk/").content.decode(), "the third may be answered as well"


@pytest.mark.clause("S3.2", "S4.1.f")
def test_the_points_of_a_week_open_to_how_they_came_about_for_the_leader_too(cast, signed_in):
    log = written(cast, "cm", MONDAY)
    judge(period=Week(TODAY), until=TODAY)
    address = "/logs/weeks/1001/2026-W47/"
    client = signed_in(cast.am)
    for page in ("/logs/desk/", "/", "/logs/weeks/"):
        assert f'href="{address}"' in client.get(page).content.decode(), page
    text = client.get(address).content.decode()
    assert "林小雨" in text and "S3.b" in text and f'href="/logs/{log.public_id}/"' in text
    assert "/logs/day/" not in text, "the page of a day is its writer's"
    assert client.get("/logs/weeks/1001/2026-W40/").status_code == 404
    assert signed_in(cast.am_west).get(address).status_code == 404


def test_the_weeks_of_several_units_stand_below_the_name_of_each(cast, signed_in):
    def groups(key: str) -> list[str]:
        return [row["group"] for row in signed_in(cast.user[key]).get("/logs/weeks/").context["heat"]["rows"]]

    assert groups("mm") == ["人民路一部东区", "人民路一部东区", "人民路一部西区"]
    assert groups("am") == ["", ""]


def test_several_logs_are_answered_from_the_desk_at_once(cast, signed_in):
    logs = [written(cast, key, MONDAY) for key in ("cm", "cm2")]
    client = signed_in(cast.am)
    response = client.post("/logs/desk/reply/", {"logs": [str(log.public_id) for log in logs], "text": "都不错"})
    assert response.status_code == 302
    assert Reply.objects.count() == 2


def test_with_nothing_chosen_what_was_typed_stays_on_the_desk_as_it_was_filtered(cast, signed_in):
    log = written(cast, "cm", MONDAY)
    client = signed_in(cast.am)
    answer = client.post("/logs/desk/reply/", {"text": "写得很细", "back": "on=2026-11-16&show=waiting"})
    assert (answer.status_code, answer.context["on"], answer.context["show"]) == (422, MONDAY, "waiting")
    assert "写得很细" in answer.content.decode()
    answer = client.post("/logs/desk/reply/", {"text": "长" * 501, "logs": str(log.public_id), "back": "on=2026-11-16"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "长" * 501 in text and text.count(" checked") == 1
    assert not Reply.objects.exists()


def test_a_log_out_of_sight_among_several_is_not_found_and_none_is_answered(cast, signed_in):
    logs = [written(cast, key, MONDAY) for key in ("cm", "sibling_cm")]
    response = signed_in(cast.am).post(
        "/logs/desk/reply/", {"logs": [str(log.public_id) for log in logs], "text": "好"}
    )
    assert response.status_code == 404
    assert not Reply.objects.exists()


def test_an_empty_answer_is_refused_at_its_field_and_nothing_is_lost(cast, signed_in):
    log = written(cast, "cm", MONDAY)
    response = signed_in(cast.am).post(f"/logs/{log.public_id}/reply/", {"text": "  "})
    assert response.status_code == 422
    assert not Reply.objects.exists()


@pytest.mark.clause("S4.1.f")
def test_an_area_manager_sees_her_own_people_in_the_table_that_went_up(cast, signed_in):
    send_due_score_tables(now=noon(MONDAY))
    table = ScoreTable.objects.get(unit=cast.unit["B1M1"])
    client = signed_in(cast.am)
    (due,) = client.get("/logs/score-tables/").context["listing"].rows
    assert (due.table, due.people) == (table, 2)
    rows = client.get(f"/logs/score-tables/{table.public_id}/").context["listing"].rows
    assert [row["employee_no"] for row in rows] == ["1001", "1002"]
    file = client.get(f"/logs/score-tables/{table.public_id}/?as=xlsx").content
    _titles, *rows, taken = [row[0] for row in load_workbook(BytesIO(file)).worksheets[0].values]
    assert rows == ["1001", "1002"] and cast.am.name in str(taken)
    assert signed_in(cast.sibling_am).get(f"/logs/score-tables/{table.public_id}/").status_code == 404


def test_the_score_table_can_be_taken_as_an_excel_file(cast, signed_in):
    send_due_score_tables(now=noon(MONDAY))
    table = ScoreTable.objects.get(unit=cast.unit["B1M1"])
    response = signed_in(cast.officer).get(f"/logs/score-tables/{table.public_id}/?as=xlsx")
    sheet = load_workbook(BytesIO(response.content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][:2] == ["1001", "林小雨"]
    assert [cell.value for cell in sheet[1]][6:8] == ["得分合格", "最低要求达标"] and {
        sheet["G2"].value,
        sheet["H2"].value,
    } <= {"是", "否"}
    assert signed_in(cast.sibling_mm).get(f"/logs/score-tables/{table.public_id}/?as=xlsx").status_code == 404


@pytest.mark.clause("S4.1.f")
def test_the_same_answer_within_a_minute_is_one_with_one_message(cast, signed_in, time_machine):
    logs = [written(cast, key, MONDAY) for key in ("cm", "cm2")]
    time_machine.move_to(noon(TODAY), tick=False)
    client = signed_in(cast.am)
    several = {"logs": [str(log.public_id) for log in logs], "text": "都不错"}
    for _ in range(3):
        assert client.post(f"/logs/{logs[0].public_id}/reply/", {"text": "都不错"}).status_code == 302
        assert client.post("/logs/desk/reply/", several).status_code == 302
    assert Reply.objects.count() == Message.objects.filter(text="worklogs.reply").count() == 2
    client.post(f"/logs/{logs[0].public_id}/reply/", {"text": "再补两个回访"})
    time_machine.move_to(noon(TODAY) + timedelta(minutes=2), tick=False)
    client.post(f"/logs/{logs[0].public_id}/reply/", {"text": "都不错"})
    assert Reply.objects.filter(log=logs[0]).count() == 3, "another text, or later, is another answer"


@pytest.mark.clause("S4.1.f")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False], ids=["logs locked", "the guard taken away"])
def test_five_presses_at_once_make_one_answer(cast, monkeypatch, guarded):
    log, meeting = written(cast, "cm", MONDAY), Barrier(5)
    if not guarded:
        monkeypatch.setattr(replies, "_just_given", lambda *_: {})

    def press(_n: int) -> None:
        meeting.wait(20)
        try:
            answer(log, cast.am)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(press, range(5)))
    told = Message.objects.filter(text="worklogs.reply")
    assert Reply.objects.count() == told.count() == (1 if guarded else 5)


@pytest.mark.clause("S4.1.f")
def test_the_desk_opens_on_the_last_working_day_with_logs(cast, signed_in, time_machine):
    friday = date(2026, 11, 13)
    written(cast, "cm", friday)
    written(cast, "cm2", friday + timedelta(days=1))  # on a Saturday off
    written(cast, "sibling_cm", MONDAY)
    time_machine.move_to(noon(MONDAY), tick=False)
    client = signed_in(cast.am)
    assert client.get("/logs/desk/").context["on"] == friday
    assert client.get("/logs/desk/?on=2026-11-16").context["on"] == MONDAY
    assert signed_in(cast.am_west).get("/logs/desk/").context["on"] == MONDAY, "where nobody wrote it is today"


@pytest.mark.clause("S4.1.f")
def test_one_goes_from_log_to_log_and_answers_beside_the_contacts(cast, signed_in):
    first, second = written(cast, "cm", MONDAY), written(cast, "cm2", MONDAY)
    third = written(cast, "cm", MONDAY + timedelta(days=1))
    written(cast, "sibling_cm", MONDAY)
    client = signed_in(cast.am)
    page = client.get(f"/logs/{second.public_id}/")
    assert (page.context["before"], page.context["after"]) == (first, third)
    text = page.content.decode()
    assert 'data-step="next"' in text and text.index('class="beside"') < text.index('name="text"')
    sent = client.post(f"/logs/{second.public_id}/reply/", {"text": "好", "next": "1"})
    assert sent.url == f"/logs/{third.public_id}/"


def test_quick_phrases_are_ones_own_and_edited_in_turn(cast, signed_in):
    log, client = written(cast, "cm", MONDAY), signed_in(cast.am)
    page = client.get("/logs/phrases/")
    older = opened(page)
    assert client.post("/logs/phrases/keep/", {"text": "很好\n\n  多回访 ", "opened": older}).status_code == 302
    text = client.get(f"/logs/{log.public_id}/").content.decode()
    assert 'data-phrase="很好"' in text and 'data-phrase="多回访"' in text
    clash = client.post("/logs/phrases/keep/", {"text": "另一句", "opened": older})
    assert clash.status_code == 409 and "很好" in clash.content.decode() and "另一句" in clash.content.decode()
    assert 'data-phrase="很好"' not in signed_in(cast.mm).get(f"/logs/{log.public_id}/").content.decode()
    assert signed_in(cast.cm).get("/logs/phrases/").status_code == 403


@pytest.mark.clause("S3.2")
def test_the_leader_counts_what_was_typed_without_a_line_and_came_long_after(cast, signed_in):
    entry = write(cast.cm, on=MONDAY, typed_at=noon(MONDAY), now=noon(TODAY))
    WorkLog.objects.update(state="submitted", submitted_at=noon(MONDAY))
    address = f"/logs/entries/{entry.public_id}/yes/"
    assert f'action="{address}"' in signed_in(cast.am).get(f"/logs/{entry.log.public_id}/").content.decode()
    assert signed_in(cast.cm).post(address).status_code == 403
    assert signed_in(cast.am_west).post(address).status_code == 404
    assert signed_in(cast.am).post(address).status_code == 302
    entry.refresh_from_db()
    assert not entry.awaits_yes


@pytest.mark.clause("S4.2.f")
def test_month_end_shows_each_ones_month_and_takes_one_text_or_one_each(cast, month_end):
    logs = [written(cast, key, MONDAY) for key in ("cm", "cm2", "cm_west")]
    write(cast.cm, "client_call", on=MONDAY, now=noon(MONDAY))
    judge(period=Period(date(2026, 11, 1), date(2026, 12, 1)), until=date(2026, 11, 30))
    client, page = month_end("mm", date(2026, 11, 30))
    row = next(row for row, _ in page.context["rows"] if row.member.employee_no == "1001")
    assert (row.figures.points, row.figures.days_due, row.figures.weeks) == (2, 21, 4)
    own = {f"own-{logs[0].public_id}": "您本月进步明显"}
    some = {"month": "2026-11", "logs": [str(logs[1].public_id)]}
    refused = client.post("/logs/month-end/answer/", {**some, **own})
    assert refused.status_code == 422 and "您本月进步明显" in refused.content.decode(), "one has no text"
    assert client.post("/logs/month-end/answer/", {**some, **own, "text": "辛苦了"}).status_code == 302
    assert dict(Reply.objects.values_list("log", "text")) == {logs[0].pk: "您本月进步明显", logs[1].pk: "辛苦了"}


def test_what_is_added_since_an_early_answer_is_marked_for_the_leader(cast, signed_in):
    entry = write(cast.cm, on=MONDAY, now=noon(MONDAY))
    log = submit_log(person=cast.person("cm"), on=MONDAY, now=noon(MONDAY))
    answer(log, cast.am, on=MONDAY)
    later = noon(MONDAY) + timedelta(hours=4)
    write(cast.cm, phone="13900000002", name="后来的", on=MONDAY, now=later)
    text = signed_in(cast.am).get(f"/logs/{entry.log.public_id}/").content.decode()
    assert text.count("批复后新增") == 1


def test_the_week_of_score_tables_is_chosen_by_its_days(cast, signed_in):
    page = signed_in(cast.mm).get("/logs/score-tables/?week=2026-W47").content.decode()
    assert '<option value="2026-W47" selected>2026年11月16–22日</option>' in page
    assert 'type="week"' not in page
