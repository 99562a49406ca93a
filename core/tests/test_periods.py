"""Weeks and months: each week belongs to one month, that of its Thursday."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import Month, Week


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
