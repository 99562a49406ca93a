"""When a log may be written, when it is late, and which answers are given at month end."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import cast

from core.periods import Month, Period
from worklogs.rules.asking import Requirement


class Window(StrEnum):
    """What may be done with the log of a day."""

    OPEN = "open"
    BY_CORRECTION = "by_correction"
    CLOSED = "closed"
    FUTURE = "future"


def window(on: date, now: datetime, requirement: Requirement, *, replied: bool) -> Window:
    """Free until answered and for some days; then by a correction with its reason; then no longer.

    `now` is the firm's local time. An early answer does not close the day before its cut-off.
    """
    if on > now.date():
        return Window.FUTURE
    age = (now.date() - on).days
    is_answered = replied and is_late(now, on, requirement)
    if age <= requirement.number("days_open") and not is_answered:
        return Window.OPEN
    return Window.BY_CORRECTION if age <= requirement.number("days_to_correct") else Window.CLOSED


def is_late(handed_in: datetime, on: date, requirement: Requirement) -> bool:
    """Whether a log handed in at `handed_in` (the firm's local time) missed the day's cut-off."""
    return handed_in.replace(tzinfo=None) > datetime.combine(on, cast(time, requirement.rule("submit_by").value))


def is_forfeited(on: date, today: date, requirement: Requirement, *, handed_in: bool, late: bool) -> bool:
    """Whether a log brings no points: where late logs bring none, one that was late or that has not come by the next day."""
    return bool(requirement.rule("late_scores_nothing").value) and (late or (not handed_in and on < today))


def month_end_window(month: Month, *, days: int, grace: int) -> Period:
    """When an answer counts as the month-end answer to a log of `month` (S4.2.f): its last days and some of grace."""
    return Period(month.end - timedelta(days=days), month.end + timedelta(days=grace))
