"""Periods: a day, an ISO week, a month, a quarter. Half-open: `first` belongs to it, `end` does not.

A week belongs to the month of its Thursday, as ISO 8601 gives weeks to years: there lies the greater part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Self

ONE_DAY = timedelta(days=1)
YEARS = range(1950, 2100)  # far enough from the ends of what a date can be, to look around in


@dataclass(frozen=True, slots=True, order=True)
class Period:
    first: date
    end: date
    kind: ClassVar[str] = "period"

    def __post_init__(self) -> None:
        if self.end <= self.first:
            raise ValueError(f"A period ends after it begins: {self.first} to {self.end}")

    @classmethod
    def between(cls, first: date, last: date) -> Period:
        """The period from `first` to `last`, both belonging to it."""
        return Period(first, last + ONE_DAY)

    @property
    def last(self) -> date:
        return self.end - ONE_DAY

    @property
    def code(self) -> str:
        return f"{self.first}..{self.last}"

    def __contains__(self, on: date) -> bool:
        return self.first <= on < self.end

    def __len__(self) -> int:
        return (self.end - self.first).days

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(len(self)))

    def __str__(self) -> str:
        return self.code


def day_in_range(on: date) -> date:
    """The day itself. Raises `ValueError` where nobody can mean it."""
    if on.year not in YEARS:
        raise ValueError(f"{on} does not lie in the years from {YEARS.start} to {YEARS[-1]}")
    return on


class Day(Period):
    kind = "day"

    def __init__(self, on: date) -> None:
        Period.__init__(self, on, on + ONE_DAY)

    @classmethod
    def of(cls, on: date) -> Self:
        return cls(on)

    @classmethod
    def parse(cls, code: str) -> Self:
        """From `2026-11-18`. Raises `ValueError`."""
        return cls(day_in_range(date.fromisoformat(code)))

    @property
    def code(self) -> str:
        return self.first.isoformat()

    def previous(self) -> Day:
        return Day(self.first - ONE_DAY)

    def next(self) -> Day:
        return Day(self.end)


class Week(Period):
    kind = "week"

    def __init__(self, on: date) -> None:
        """The ISO week that holds `on`."""
        monday = on - timedelta(days=on.weekday())
        Period.__init__(self, monday, monday + timedelta(days=7))

    @classmethod
    def of(cls, on: date) -> Self:
        return cls(on)

    @classmethod
    def parse(cls, code: str) -> Self:
        """From `2026-W47`. Raises `ValueError`."""
        try:
            year, week = re.fullmatch(r"(\d{4})-W(\d{2})", code).groups()  # type: ignore[union-attr]
            return cls(day_in_range(date.fromisocalendar(int(year), int(week), 1)))
        except (AttributeError, ValueError):
            raise ValueError(f"Not an ISO week such as 2026-W47: {code!r}") from None

    @property
    def code(self) -> str:
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def month(self) -> Month:
        return Month(self.first + timedelta(days=3))

    def previous(self) -> Week:
        return Week(self.first - ONE_DAY)

    def next(self) -> Week:
        return Week(self.end)


class Month(Period):
    kind = "month"

    def __init__(self, on: date) -> None:
        """The month that holds `on`."""
        first = on.replace(day=1)
        Period.__init__(self, first, (first + timedelta(days=32)).replace(day=1))

    @classmethod
    def of(cls, on: date) -> Self:
        return cls(on)

    @classmethod
    def parse(cls, code: str) -> Self:
        """From `2026-11`. Raises `ValueError`."""
        try:
            year, month = re.fullmatch(r"(\d{4})-(\d{2})", code).groups()  # type: ignore[union-attr]
            return cls(day_in_range(date(int(year), int(month), 1)))
        except (AttributeError, ValueError):
            raise ValueError(f"Not a month such as 2026-11: {code!r}") from None

    @property
    def code(self) -> str:
        return f"{self.first:%Y-%m}"

    def previous(self) -> Month:
        return Month(self.first - ONE_DAY)

    def next(self) -> Month:
        return Month(self.end)

    def weeks(self) -> Iterator[Week]:
        """The weeks whose Thursday lies in the month."""
        week = Week(self.first)
        while week.month <= self:
            if week.month == self:
                yield week
            week = week.next()


class Quarter(Period):
    kind = "quarter"

    def __init__(self, on: date) -> None:
        """The calendar quarter that holds `on`."""
        first = date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)
        Period.__init__(self, first, (first + timedelta(days=95)).replace(day=1))

    @classmethod
    def of(cls, on: date) -> Self:
        return cls(on)

    @property
    def code(self) -> str:
        return f"{self.first.year}-Q{(self.first.month + 2) // 3}"

    def previous(self) -> Quarter:
        return Quarter(self.first - ONE_DAY)

    def next(self) -> Quarter:
        return Quarter(self.end)


PERIODS: dict[str, type[Day] | type[Week] | type[Month] | type[Quarter]] = {
    "day": Day,
    "week": Week,
    "month": Month,
    "quarter": Quarter,
}
