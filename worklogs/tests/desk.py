"""Logs that wait for an answer, and the answers, for the tests of leaders."""

from __future__ import annotations

from datetime import date, datetime, time

from core import clock
from teams.models import Posting
from tests.cast import TODAY, Cast
from worklogs.models import Reply, WorkLog
from worklogs.services.replies import reply_to_log

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
