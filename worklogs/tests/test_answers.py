"""Answers to logs: who owes them, who may give them, and what they do (S4.1.f)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection

from core.periods import Week
from messaging.models import Message
from teams.models import Posting
from tests.cast import TODAY
from worklogs.models import Reply, WorkLog
from worklogs.selectors import desk as selectors
from worklogs.selectors.answering import answered_logs
from worklogs.services import replies
from worklogs.services.replies import CannotReply, reply_to_logs
from worklogs.services.writing import submit_log
from worklogs.tests.desk import MONDAY, answer, noon, written
from worklogs.tests.test_writing import write

pytestmark = pytest.mark.django_db


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


def test_what_is_added_since_an_early_answer_is_marked_for_the_leader(cast, signed_in):
    entry = write(cast.cm, on=MONDAY, now=noon(MONDAY))
    log = submit_log(person=cast.person("cm"), on=MONDAY, now=noon(MONDAY))
    answer(log, cast.am, on=MONDAY)
    later = noon(MONDAY) + timedelta(hours=4)
    write(cast.cm, phone="13900000002", name="后来的", on=MONDAY, now=later)
    text = signed_in(cast.am).get(f"/logs/{entry.log.public_id}/").content.decode()
    assert text.count("批复后新增") == 1
