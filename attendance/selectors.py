from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from attendance.models import CalendarDay, SettledYear
from attendance.rules import Calendar, DayKind, published_years
from core.periods import ONE_DAY, Period

MARGIN = timedelta(days=62)  # deadlines that fall on a rest day move on; questions about them stay answerable


def calendar_for(period: Period, margin: timedelta = MARGIN) -> Calendar:
    """Workdays and trading days of `period` and two months around it. One query, two where a year is not announced."""
    known = Period(period.first - margin, period.end + margin)
    rows = CalendarDay.objects.filter(on__gte=known.first, on__lt=known.end)
    settled = {row.on: DayKind(row.is_workday, row.is_trading_day, row.name) for row in rows}
    unknown = {known.first.year, period.first.year, known.last.year} - published_years()
    years = SettledYear.objects.filter(year__in=unknown).values_list("year", flat=True) if unknown else ()
    return Calendar(known, settled, frozenset(years))


def is_workday(on: date) -> bool:
    return calendar_for(Period(on, on + ONE_DAY), timedelta(0)).is_workday(on)


def years_to_settle(on: date) -> list[int]:
    """The years whose calendar is provisional and needed now: this one, and in December the next. One query or none."""
    needed = {on.year, (on + timedelta(days=31)).year} - published_years()
    settled = set(SettledYear.objects.filter(year__in=needed).values_list("year", flat=True)) if needed else set()
    return sorted(needed - settled)


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """A year as it is shown: twelve months of weeks of days; `named` are its holidays and make-up days."""

    year: int
    months: list[list[list[CalendarCell | None]]]
    named: list[Span]
    workdays: int
    trading_days: int
    is_provisional: bool
    source: str


@dataclass(frozen=True, slots=True)
class CalendarCell:
    on: date
    kind: DayKind
    is_settled: bool

    @property
    def is_make_up(self) -> bool:
        return self.kind.is_workday and self.on.weekday() >= 5

    @property
    def is_holiday(self) -> bool:
        return not self.kind.is_workday and (self.on.weekday() < 5 or bool(self.kind.name))

    @property
    def state(self) -> str:
        if self.is_make_up:
            return "make-up"
        if self.is_holiday:
            return "holiday"
        return "work" if self.kind.is_workday else "rest"


@dataclass(frozen=True, slots=True)
class Span:
    """Days in a row that are the same under one name."""

    first: CalendarCell
    last: CalendarCell

    @property
    def days(self) -> int:
        return (self.last.on - self.first.on).days + 1


def _spans(cells: Iterable[CalendarCell]) -> list[Span]:
    spans: list[Span] = []
    for cell in cells:
        before = spans[-1] if spans else None
        if before and before.last.on + ONE_DAY == cell.on and before.last.kind == cell.kind:
            spans[-1] = Span(before.first, cell)
        elif cell.kind.name:
            spans.append(Span(cell, cell))
    return spans


def calendar_page(year: int) -> CalendarPage:
    """The year with what is settled by hand; three queries."""
    period = Period(date(year, 1, 1), date(year + 1, 1, 1))
    calendar = calendar_for(period)
    cells = [CalendarCell(on, calendar.day(on), on in calendar.settled) for on in period.days()]
    months: list[list[list[CalendarCell | None]]] = []
    for month in range(1, 13):
        days: list[CalendarCell | None] = [cell for cell in cells if cell.on.month == month]
        lead: list[CalendarCell | None] = [None] * date(year, month, 1).weekday()
        slots = [*lead, *days, *[None] * (-(len(lead) + len(days)) % 7)]
        months.append([slots[n : n + 7] for n in range(0, len(slots), 7)])
    settled = SettledYear.objects.filter(year=year).first()
    return CalendarPage(
        year=year,
        months=months,
        named=_spans(cells),
        workdays=sum(cell.kind.is_workday for cell in cells),
        trading_days=sum(cell.kind.is_trading_day for cell in cells),
        is_provisional=any(cell.kind.provisional for cell in cells),
        source=settled.source if settled else "",
    )
