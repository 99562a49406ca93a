"""Weeks and months: each week belongs to one month, that of its Thursday."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import Day, Month, Period, Quarter, Week, day_in_range


@pytest.mark.clause("D17.a")
@pytest.mark.parametrize(
    ("monday", "month"),
    [
        ("2026-11-30", "2026-12"),  # Thursday 3 December
        ("2026-10-26", "2026-10"),  # Thursday 29 October, ends on 1 November
        ("2026-09-28", "2026-10"),  # Thursday 1 October
        ("2027-12-27", "2027-12"),  # Thursday 30 December, ends on 2 January
        ("2020-12-28", "2020-12"),  # Thursday 31 December, week 53 of 2020
    ],
)
def test_a_week_belongs_to_the_month_of_its_thursday(monday: str, month: str) -> None:
    week = Week(date.fromisoformat(monday))
    assert week.month == Month.parse(month) and week in list(week.month.weeks())


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_the_months_share_the_weeks_out_and_every_week_of_one_is_over_by_the_3rd(on: date) -> None:
    month = Month(on)
    mine, after = [week.first for week in month.weeks()], [week.first for week in month.next().weeks()]
    both = mine + after
    assert both == [both[0] + timedelta(weeks=n) for n in range(len(both))]
    assert len(mine) in (4, 5) and Week(mine[-1]).last < month.end + timedelta(days=3)


SPANS = {
    # the period, its code, its first and last day, the one before, the one after
    Day: ("2026-03-01", "2026-03-01", "2026-03-01", "2026-02-28", "2026-03-02"),
    Week: ("2026-W01", "2025-12-29", "2026-01-04", "2025-W52", "2026-W02"),
    Month: ("2024-02", "2024-02-01", "2024-02-29", "2024-01", "2024-03"),
    Quarter: ("2026-Q4", "2026-10-01", "2026-12-31", "2026-Q3", "2027-Q1"),
}


@pytest.mark.parametrize("kind", SPANS)
def test_a_period_is_the_same_from_each_of_its_days_and_from_its_code(kind: type[Day | Week | Month | Quarter]) -> None:
    code, first, last, before, after = SPANS[kind]
    for on in (date.fromisoformat(first), date.fromisoformat(last)):
        one = kind.of(on)
        assert (one.code, one.first.isoformat(), one.last.isoformat()) == (code, first, last)
        assert (one.previous().code, one.next().code) == (before, after)
        assert on in one and one.first - timedelta(days=1) not in one and one.end not in one
    if not issubclass(kind, Quarter):
        assert kind.parse(code) == one and type(kind.parse(code)) is kind
        assert isinstance(kind.parse(code).first, date) and kind.parse(code).first.isoformat() == first


@pytest.mark.parametrize("month", range(1, 13))
def test_quarters_of_a_year(month: int) -> None:
    on = date(2027, month, 28)
    quarter = Quarter(on)
    assert quarter.code == f"2027-Q{(month + 2) // 3}" and on in quarter
    assert (quarter.first.day, quarter.end.day, (quarter.first.month - 1) % 3) == (1, 1, 0)
    assert 90 <= len(quarter) <= 92 and quarter.next().first == quarter.end


@pytest.mark.parametrize("month", range(1, 13))
def test_months_end_where_the_next_begins(month: int) -> None:
    for year in (2024, 2026):
        one = Month(date(year, month, 15))
        assert (one.first, one.end.day) == (date(year, month, 1), 1) and len(one) in (28, 29, 30, 31)


def test_a_period_of_no_day_is_none() -> None:
    on = date(2026, 11, 18)
    with pytest.raises(ValueError, match="ends after it begins: 2026-11-18 to 2026-11-18"):
        Period(on, on)
    assert list(Period(on, on + timedelta(days=1)).days()) == [on] == list(Period.between(on, on).days())


@pytest.mark.parametrize("year, lies", [(1949, False), (1950, True), (2099, True), (2100, False)])
def test_days_nobody_can_mean(year: int, lies: bool) -> None:
    on = date(year, 6, 1)
    if lies:
        assert day_in_range(on) == on
    else:
        with pytest.raises(ValueError, match="1950 to 2099"):
            day_in_range(on)
    for kind, code in ((Day, f"{year}-06-01"), (Week, f"{year}-W20"), (Month, f"{year}-06")):
        if not lies:
            with pytest.raises(ValueError, match=str(year)):
                kind.parse(code)
