from __future__ import annotations

from datetime import date

import pytest

from attendance.models import CalendarDay, SettledYear
from attendance.selectors import calendar_for
from core.periods import Day, Month, Week

pytestmark = pytest.mark.django_db


def test_a_make_up_saturday_is_worked_but_not_traded():
    saturday = date(2026, 2, 14)  # made up for the Spring Festival
    calendar = calendar_for(Day(saturday))
    assert calendar.is_workday(saturday)
    assert not calendar.is_trading_day(saturday)


def test_a_public_holiday_is_neither_worked_nor_traded():
    calendar = calendar_for(Month(date(2026, 10, 1)))
    assert not calendar.is_workday(date(2026, 10, 1))
    assert not calendar.is_trading_day(date(2026, 10, 1))
    assert calendar.day(date(2026, 10, 1)).name == "国庆节"


def test_an_ordinary_week_has_five_of_each():
    week = Week(date(2026, 11, 18))
    calendar = calendar_for(week)
    assert calendar.workdays(week) == calendar.trading_days(week) == list(week.days())[:5]
    assert not calendar.is_provisional(date(2026, 11, 18))


def test_a_year_not_announced_is_provisional_until_somebody_settles_it():
    new_year = date(2031, 1, 1)
    assert calendar_for(Day(new_year)).is_provisional(new_year)
    assert calendar_for(Day(new_year)).is_workday(new_year)  # a Wednesday, taken for a workday
    CalendarDay.objects.create(on=new_year, is_workday=False, is_trading_day=False, name="元旦")
    SettledYear.objects.create(year=2031, source="notice")
    calendar = calendar_for(Day(new_year))
    assert not calendar.is_workday(new_year)
    assert not calendar.is_provisional(date(2031, 1, 2))


def test_what_people_settled_comes_before_the_announcement():
    typhoon = date(2026, 7, 20)
    CalendarDay.objects.create(on=typhoon, is_workday=False, is_trading_day=False, name="台风停工")
    assert not calendar_for(Day(typhoon)).is_workday(typhoon)


def test_a_calendar_answers_only_for_the_days_it_was_asked_for():
    with pytest.raises(ValueError, match="outside"):
        calendar_for(Day(date(2026, 1, 5))).is_workday(date(2027, 1, 5))
