from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from approvals.rules.worktime import WorkTime

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOLIDAY = date(2026, 11, 20)
CLOCK = WorkTime(lambda on: on.weekday() < 5 and on != HOLIDAY)


def at(text: str) -> datetime:
    day, clock = text.split()
    return datetime.combine(date(2026, 11, int(day)), time.fromisoformat(clock), SHANGHAI)


@pytest.mark.clause("D4.c")
@pytest.mark.parametrize(
    "start, hours, end",
    [
        ("18 10:00", 2, "18 12:00"),
        ("18 10:00", 8, "18 18:00"),  # exactly at the cut-off
        ("18 10:00", 9, "19 10:00"),
        ("18 18:00", 1, "19 10:00"),  # after the cut-off it counts from the next morning
        ("18 23:59", 0, "19 09:00"),
        ("18 06:00", 1, "18 10:00"),
        ("19 17:00", 2, "23 10:00"),  # over a holiday and a weekend
        ("21 12:00", 9, "23 18:00"),
        ("18 09:00", 18, "19 18:00"),
    ],
)
def test_a_deadline_counts_working_time(start: str, hours: int, end: str) -> None:
    assert CLOCK.after(at(start), timedelta(hours=hours)) == at(end)


@pytest.mark.parametrize(
    "start, end, hours",
    [
        ("18 10:00", "18 12:00", 2), ("18 08:00", "18 20:00", 9), ("18 17:00", "19 10:00", 2), ("19 17:00", "23 10:00", 2),
        ("18 12:00", "18 10:00", 0), ("21 09:00", "22 18:00", 0), ("18 18:00", "19 09:00", 0),
    ],
)  # fmt: skip
def test_working_time_between_two_moments(start: str, end: str, hours: int) -> None:
    assert CLOCK.between(at(start), at(end)) == timedelta(hours=hours)


def test_without_any_working_day_it_says_so() -> None:
    with pytest.raises(ValueError, match="366 days"):
        WorkTime(lambda _on: False).after(at("18 10:00"), timedelta(hours=1))
