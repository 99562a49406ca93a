"""When a market report is due, and whether it was done (S3.f)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from core.periods import Month


class Standing(StrEnum):
    DONE = "done"
    LATE = "late"  # handed in, after its day
    DUE = "due"
    MISSED = "missed"


def due_on(month: Month, days: int) -> date:
    """The last day on which the report of a month is in time: the `days`-th after the month."""
    return month.end + timedelta(days=days - 1)


def standing_of(handed_in_on: date | None, due: date, today: date) -> Standing:
    if handed_in_on is None:
        return Standing.DUE if today <= due else Standing.MISSED
    return Standing.DONE if handed_in_on <= due else Standing.LATE
