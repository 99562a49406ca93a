"""Whose market report of a month is there, late, still due or missed (S3.f)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from core.clock import day_of
from core.periods import Month
from policies.selectors import values_on
from teams.authority import Power
from teams.models import Person, Posting, Role, Unit
from worklogs.models import MarketReport
from worklogs.parameters import MARKET_REPORT_DAYS
from worklogs.rules.market_reports import Standing, due_on, standing_of


@dataclass(frozen=True, slots=True)
class ReportRow:
    person: Person
    unit: Unit
    due_on: date
    report: MarketReport | None
    standing: Standing


def writers(month: Month) -> Iterator[Posting]:
    """The customer managers of a month, each once, with the unit she belonged to last in it."""
    posted = Posting.objects.during(month.first, month.end).filter(role=Role.CUSTOMER_MANAGER)
    latest = posted.order_by("person_id", "-from_on").distinct("person_id")
    yield from latest.select_related("person__user", "unit")


def market_reports(user: User, month: Month, today: date) -> list[ReportRow]:
    """Those within the leader's sight, what is missing first. Three queries."""
    seen = tuple(user.authority.paths(Power.READ_LOGS))
    posted = [one for one in writers(month) if one.unit.path.startswith(seen) and seen]
    days = values_on([MARKET_REPORT_DAYS], unit_ids={one.unit_id for one in posted}, on=month.first)
    there = {one.person_id: one for one in MarketReport.objects.visible_to(user).filter(month=month.first)}
    rows = []
    for one in posted:
        report, due = there.get(one.person_id), due_on(month, int(days[one.unit_id][MARKET_REPORT_DAYS].value))
        standing = standing_of(day_of(report.handed_in_at) if report else None, due, today)
        rows.append(ReportRow(one.person, one.unit, due, report, standing))
    return sorted(rows, key=lambda row: (row.report is not None, row.unit.path, row.person.name))


def month_to_write(person: Person, today: date) -> Month:
    """Last month while its report is missing, else this month."""
    last = Month(today).previous()
    is_there = MarketReport.objects.filter(person=person, month=last.first).exists()
    was_here = any(Posting.objects.during(last.first, last.end).filter(person=person, role=Role.CUSTOMER_MANAGER)[:1])
    return Month(today) if is_there or not was_here else last


def to_remind(today: date, days_before: int) -> Iterator[tuple[Posting, Month, date]]:
    """Customer managers whose report of last month is missing that many days before it is due."""
    month = Month(today).previous()
    written = set(MarketReport.objects.filter(month=month.first).values_list("person", flat=True))
    posted = [one for one in writers(month) if one.person_id not in written]
    days = values_on([MARKET_REPORT_DAYS], unit_ids={one.unit_id for one in posted}, on=month.first)
    for one in posted:
        due = due_on(month, int(days[one.unit_id][MARKET_REPORT_DAYS].value))
        if due - timedelta(days=days_before) <= today <= due:
            yield one, month, due
