from __future__ import annotations

from datetime import timedelta

from attendance.models import CalendarDay, SettledYear
from attendance.rules import Calendar, DayKind
from core.periods import Period

MARGIN = timedelta(days=62)  # deadlines that fall on a rest day move on; questions about them stay answerable


def calendar_for(period: Period) -> Calendar:
    """Workdays and trading days of `period` and two months around it. Two queries."""
    known = Period(period.first - MARGIN, period.end + MARGIN)
    rows = CalendarDay.objects.filter(on__gte=known.first, on__lt=known.end)
    settled = {row.on: DayKind(row.is_workday, row.is_trading_day, row.name) for row in rows}
    years = SettledYear.objects.filter(year__gte=known.first.year, year__lte=known.last.year)
    return Calendar(known, settled, frozenset(years.values_list("year", flat=True)))
