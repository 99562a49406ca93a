"""The calendar against the State Council's notices as a third party keeps them (`holiday_cn`), where they are at hand."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from attendance.selectors import calendar_for
from core.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.realdata]


def announced(year: int) -> dict[date, bool]:
    """Days off (True) and make-up workdays (False) of a year."""
    beside = settings.BASE_DIR.parent / "shared" / "data"
    for place in (Path(os.environ.get("REALDATA") or beside), beside):
        file = place / "holiday_cn" / f"{year}.json"
        if file.exists():
            days = json.loads(file.read_text(encoding="utf-8"))["days"]
            return {date.fromisoformat(day["date"]): day["isOffDay"] for day in days}
    pytest.skip("the holiday data are not beside the project")


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_workdays_and_trading_days_are_those_announced(year):
    days = announced(year)
    period = Period(date(year, 1, 1), date(year + 1, 1, 1))
    calendar = calendar_for(period)
    workdays = [on for on in period.days() if (not days[on] if on in days else on.weekday() < 5)]
    assert calendar.workdays(period) == workdays
    assert calendar.trading_days(period) == [on for on in workdays if on.weekday() < 5]
    assert not any(calendar.is_provisional(on) for on in period.days())


def test_a_year_without_a_notice_is_provisional():
    assert announced(2027) == {}
    assert calendar_for(Period(date(2027, 1, 1), date(2027, 2, 1))).is_provisional(date(2027, 1, 4))
