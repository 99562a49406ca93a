"""Workdays and trading days. A make-up Saturday is worked but not traded; a public holiday is neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import chinese_calendar

from core.periods import Period

YEARS = range(2005, 2100)  # which years have a calendar


@dataclass(frozen=True, slots=True)
class DayKind:
    """What a day is. `name` is the holiday's, or what a person wrote; `provisional` where nobody has settled it yet."""

    is_workday: bool
    is_trading_day: bool
    name: str = ""
    provisional: bool = False


@lru_cache(maxsize=1)
def published_years() -> frozenset[int]:
    """The years whose holidays the State Council has announced, as far as this release knows."""
    return frozenset(on.year for on in chinese_calendar.constants.holidays)


@lru_cache(maxsize=4096)
def published(on: date) -> DayKind:
    """The announced calendar; in a year that is not announced Monday to Friday are worked, provisionally."""
    is_weekday = on.weekday() < 5
    if on.year not in published_years():
        return DayKind(is_weekday, is_weekday, provisional=True)
    is_workday = chinese_calendar.is_workday(on)
    holiday = chinese_calendar.constants.holidays.get(on) or chinese_calendar.constants.workdays.get(on)
    name = chinese_calendar.Holiday(holiday).chinese if holiday else ""
    return DayKind(is_workday, is_workday and is_weekday, name)


def can_be_traded(on: date, *, is_workday: bool) -> bool:
    """Exchanges are open on workdays from Monday to Friday only."""
    return is_workday and on.weekday() < 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of `known`: what people settled comes before what was announced."""

    known: Period
    settled: Mapping[date, DayKind]
    settled_years: frozenset[int] = frozenset()

    def day(self, on: date) -> DayKind:
        """Raises `ValueError` outside the days this calendar was asked for."""
        if on not in self.known:
            raise ValueError(f"{on} lies outside {self.known}")
        if kind := self.settled.get(on):
            return kind
        kind = published(on)
        if kind.provisional and on.year in self.settled_years:
            return DayKind(kind.is_workday, kind.is_trading_day, kind.name)
        return kind

    def is_workday(self, on: date) -> bool:
        return self.day(on).is_workday

    def is_trading_day(self, on: date) -> bool:
        return self.day(on).is_trading_day

    def is_provisional(self, on: date) -> bool:
        return self.day(on).provisional

    def workdays(self, period: Period) -> list[date]:
        return [on for on in period.days() if self.day(on).is_workday]

    def trading_days(self, period: Period) -> list[date]:
        return [on for on in period.days() if self.day(on).is_trading_day]
