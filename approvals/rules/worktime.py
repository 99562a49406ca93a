"""Working time: from morning to the daily cut-off of working days (rule 4 of the engine)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

ONE_DAY = timedelta(days=1)
LONGEST = 366  # days without a working day: then something else is wrong


@dataclass(frozen=True, slots=True)
class WorkTime:
    """`is_workday` knows the calendar; moments are aware and of the firm's time zone."""

    is_workday: Callable[[date], bool]
    begins: time = time(9)
    ends: time = time(18)

    def _span(self, on: date, like: datetime) -> tuple[datetime, datetime]:
        zone = like.tzinfo
        return datetime.combine(on, self.begins, zone), datetime.combine(on, self.ends, zone)

    def after(self, start: datetime, length: timedelta) -> datetime:
        """The moment at which `length` of working time has passed since `start`."""
        on, left = start.date(), length
        for _day in range(LONGEST):
            if self.is_workday(on):
                first, last = self._span(on, start)
                first = max(first, start)
                if first < last and left <= last - first:
                    return first + left
                left -= max(last - first, timedelta(0))
            on += ONE_DAY
        raise ValueError(f"No {length} of working time within {LONGEST} days of {start}")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; nothing where the end comes first."""
        on, found = start.date(), timedelta(0)
        while on <= end.date():
            if self.is_workday(on):
                first, last = self._span(on, start)
                found += max(min(last, end) - max(first, start), timedelta(0))
            on += ONE_DAY
        return found
