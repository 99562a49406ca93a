"""Workdays and trading days of a calendar that is given."""

from __future__ import annotations

from datetime import date

import pytest

from attendance.rules import Calendar, DayKind, can_be_traded, published, published_years
from core.periods import Period

FRIDAY, SATURDAY, SUNDAY = date(2026, 2, 13), date(2026, 2, 14), date(2026, 2, 15)
UNKNOWN = max(published_years()) + 1
FAR = Period(date(UNKNOWN, 1, 1), date(UNKNOWN, 12, 31))


@pytest.mark.parametrize(
    ("on", "is_workday", "traded"),
    [(FRIDAY, True, True), (FRIDAY, False, False), (SATURDAY, True, False), (SUNDAY, True, False)],
)
def test_exchanges_are_open_on_workdays_from_monday_to_friday(on, is_workday, traded):
    assert can_be_traded(on, is_workday=is_workday) is traded


def test_the_announced_calendar_says_what_a_day_is():
    assert published(FRIDAY) == DayKind(is_workday=True, is_trading_day=True)
    assert published(SATURDAY) == DayKind(is_workday=True, is_trading_day=False, name="春节")  # made up for
    assert published(date(2026, 10, 1)) == DayKind(is_workday=False, is_trading_day=False, name="国庆节")


def weekday_of(year: int, weekday: int) -> date:
    return next(date(year, 3, n) for n in range(1, 8) if date(year, 3, n).weekday() == weekday)


@pytest.mark.parametrize(("weekday", "worked"), [(0, True), (4, True), (5, False), (6, False)])
def test_a_year_not_announced_works_monday_to_friday_for_the_time_being(weekday, worked):
    on = weekday_of(UNKNOWN, weekday)
    assert published(on) == DayKind(worked, worked, provisional=True)
    assert Calendar(FAR, {}).is_provisional(on)
    settled = Calendar(FAR, {}, frozenset({UNKNOWN}))
    assert settled.day(on) == DayKind(worked, worked)
    assert (settled.is_workday(on), settled.is_trading_day(on), settled.is_provisional(on)) == (worked, worked, False)


def test_what_people_settled_comes_first_and_is_counted():
    week = Period(date(2026, 2, 9), date(2026, 2, 16))
    calendar = Calendar(week, {FRIDAY: DayKind(is_workday=False, is_trading_day=False, name="台风停工")})
    assert calendar.day(FRIDAY).name == "台风停工"
    assert calendar.workdays(week) == [
        *map(date.fromisoformat, ("2026-02-09", "2026-02-10", "2026-02-11", "2026-02-12")),
        SATURDAY,
    ]
    assert calendar.trading_days(week) == calendar.workdays(week)[:4]


def test_a_calendar_knows_only_the_days_it_was_asked_for():
    calendar = Calendar(Period(FRIDAY, SUNDAY), {})
    assert calendar.is_workday(FRIDAY)
    with pytest.raises(ValueError, match="2026-02-15 lies outside"):
        calendar.day(SUNDAY)
