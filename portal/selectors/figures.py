"""The figures of a unit and of a person over time, for their pages: openings, weeks of scores, rank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from core.money import ZERO
from core.periods import Month, Week
from crm.models import DailyResult, UnitResult
from crm.rules import ranked
from crm.selectors import plain
from portal.selectors.shown_month import ShownMonth
from teams.authority import Power
from teams.models import Measure, Person, Posting, Target, Unit
from teams.selectors.people import MEMBERS
from teams.selectors.units import unranked_because
from worklogs.models import WeekScore

MONTHS = 12
WEEKS = 12
Known = Decimal | int | None


@dataclass(frozen=True)
class Days:
    """Openings of the month shown, added up by day, beside last year's and the target. Days ahead are not known."""

    month: ShownMonth
    labels: list[str]
    openings: list[Known]
    last_year: list[Known]
    target: Known

    @property
    def others(self) -> list[dict[str, Any]]:
        goal: list[Known] = [self.target] * len(self.labels)
        return _others(goal, _("target"), self.last_year)

    @property
    def top(self) -> Decimal:
        return highest(self.openings, self.last_year, [self.target])


@dataclass(frozen=True)
class Over:
    """Something by month or week: `marks` are what was asked, `before` what it was a year ago."""

    labels: list[str]
    values: list[Known]
    marks: list[Known]
    before: list[Known]

    mark: str = ""  # what `marks` are called

    @property
    def is_known(self) -> bool:
        return any(value for value in self.values)

    @property
    def others(self) -> list[dict[str, Any]]:
        return _others(self.marks, self.mark, self.before)

    @property
    def top(self) -> Decimal:
        return highest(self.values, self.marks, self.before)


def _others(marks: list[Known], mark: str, before: list[Known]) -> list[dict[str, Any]]:
    """The lines beside the first, as far as anything is known of them."""
    found = []
    if any(value is not None for value in marks):
        found.append({"name": mark, "values": marks, "kind": "target"})
    if any(value is not None for value in before):
        found.append({"name": _("a year before"), "values": before, "kind": "before"})
    return found


def highest(*rows: Sequence[Known]) -> Decimal:
    """The top of a picture that several lines share."""
    return Decimal(max((value for row in rows for value in row if value is not None), default=0))


@dataclass(frozen=True)
class Figures:
    days: Days
    months: Over
    weeks: Over | None  # None where the reader does not read logs here; of a person points, of a unit who passed
    ranks: Over  # `marks`: of how many


Sums = Mapping[tuple[int, date], Decimal]


def figures_of_unit(unit: Unit, user: User, today: date) -> Figures | None:
    """Two queries; None outside the reader's sight (a unit above her own is known to her by its name)."""
    authority = user.authority
    if not authority.may(Power.SEE_RANKINGS, unit.path):
        return None
    rows = UnitResult.objects.filter(unit__kind=unit.kind, unit__closed_on=None, unit__started_on__isnull=False)
    own_days = UnitResult.objects.filter(unit=unit)
    reads = authority.may(Power.READ_LOGS, unit.path)
    weeks = WeekScore.objects.filter(unit__path__startswith=unit.path, due_days__gt=0) if reads else None
    is_ranked = not unranked_because(unit, today)
    targets = Target.objects.filter(unit=unit)
    return _figures(_Sources(unit.pk, "unit", rows, own_days, targets, weeks, is_ranked), today)


def figures_of_person(person: Person, user: User, today: date) -> Figures | None:
    """Of who writes logs, as far as the reader saw her; three queries."""
    here = Posting.objects.on(today).filter(person=person, role__in=MEMBERS).select_related("unit__parent").first()
    if here is None:
        return None
    seen = Q(person__user=user) | user.authority.sees_unit("unit__path")
    among = (here.unit.parent or here.unit).path  # her department, all its areas
    rows = DailyResult.objects.filter(unit__path__startswith=among)
    own_days = DailyResult.objects.filter(seen, person=person)
    weeks = WeekScore.objects.visible_to(user).filter(person=person)
    targets = Target.objects.filter(person=person)
    return _figures(_Sources(person.pk, "person", rows, own_days, targets, weeks), today)


@dataclass(frozen=True)
class _Sources:
    """Where the figures of `pk` come from: `rows` are the results of all whom it is compared with, by unit or person."""

    pk: int
    by: str
    rows: QuerySet[Any]
    own_days: QuerySet[Any]
    targets: QuerySet[Target]
    weeks: QuerySet[WeekScore] | None
    is_ranked: bool = True


def _figures(of: _Sources, today: date) -> Figures:
    months = _last_months(today, 2 * MONTHS)
    asked = _asked(of, months[0].first, today)
    sums = {(key, on): value for kind, key, on, value in asked if kind == "month"}
    goals = {on: value for kind, _key, on, value in asked if kind == "target"}
    openings = {on: value for kind, _key, on, value in asked if kind == "day"}
    month = ShownMonth.given(any(key[1] == months[-1].first for key in sums), today)
    shown = months[MONTHS:]
    return Figures(
        days=_days(openings, month, goals),
        months=Over(
            labels=[date_format(one.first, "Y-m") for one in shown],
            values=[_sum(sums, of.pk, one) for one in shown],
            marks=[_count(goals.get(one.first)) for one in shown],
            before=[_sum(sums, of.pk, one) for one in months[:MONTHS]],
            mark=_("target"),
        ),
        weeks=None if of.weeks is None else _weeks(of.weeks, of.by, today),
        ranks=_ranks(sums, of.pk if of.is_ranked else 0, [one for one in shown if one.end <= today]),
    )


def _last_months(today: date, count: int) -> list[Month]:
    months = [Month(today)]
    while len(months) < count:
        months.append(months[-1].previous())
    return months[::-1]


def _asked(of: _Sources, first: date, today: date) -> list[tuple[str, int, date, Decimal]]:
    """Results by month of all that are compared, one's own by day, and the targets: one query for the three."""
    columns = ("kind", of.by, "on_")
    by_month = of.rows.filter(day__gte=first, day__lte=today).annotate(kind=Value("month"), on_=TruncMonth("day"))
    by_day = of.own_days.filter(day__gte=first, day__lte=today).annotate(kind=Value("day"), on_=F("day"))
    targets = of.targets.filter(measure=Measure.OPENINGS, month__gte=first)
    goals = targets.annotate(kind=Value("target"), on_=F("month"))
    found = [rows.order_by().values_list(*columns).annotate(total=Sum("openings")) for rows in (by_month, by_day)]
    return list(found[0].union(found[1], goals.order_by().values_list(*columns).annotate(total=Sum("value")), all=True))


def _sum(sums: Sums, pk: int, month: Month) -> Known:
    """None before anything was kept at all, and in a month that has no data yet."""
    if (pk, month.first) in sums:
        return plain(sums[pk, month.first])
    return 0 if any(key[1] == month.first for key in sums) else None


def _count(value: Decimal | None) -> Known:
    return None if value is None else plain(value)


def _days(openings: Mapping[date, Decimal], month: ShownMonth, goals: Mapping[date, Decimal]) -> Days:
    first = month.month.first
    year_ago = Month(first - timedelta(days=365) if first.month != 3 else date(first.year - 1, 3, 1))
    had_data = any(day in year_ago for day in openings)

    def course(of: Month, until: date) -> list[Known]:
        sums = accumulate(openings.get(day, ZERO) for day in of.days())
        return [plain(total) if day <= until else None for day, total in zip(of.days(), sums, strict=True)]

    labels = [date_format(day, "n/j") for day in month.month.days()]
    before = (course(year_ago, year_ago.last) if had_data else [])[: len(labels)]
    before += [None] * (len(labels) - len(before))
    return Days(month, labels, course(month.month, month.until), before, _count(goals.get(first)))


def _weeks(weeks: QuerySet[WeekScore], by: str, today: date) -> Over:
    """Of a person points and pass mark, of a unit how many of a hundred passed; the running week is left out."""
    shown = [Week(today - timedelta(weeks=n)) for n in range(WEEKS, 0, -1)]
    rows = weeks.filter(week__gte=shown[0].first, week__lte=shown[-1].first).order_by()
    values: dict[date, Known] = {}
    marks: dict[date, Known] = {}
    if by == "person":
        for week, points, mark in rows.values_list("week", "points", "pass_mark"):
            values[week], marks[week] = points, mark
    else:
        counts = rows.values_list("week").annotate(of=Count("pk"), passed_=Count("pk", filter=Q(passed=True)))
        values = {week: round(100 * passed / of) for week, of, passed in counts if of}
    known: Callable[[Mapping[date, Known]], list[Known]] = lambda found: [found.get(week.first) for week in shown]  # noqa: E731
    return Over([date_format(week.first, "n/j") for week in shown], known(values), known(marks), [], _("pass mark"))


def _ranks(sums: Sums, pk: int, months: Sequence[Month]) -> Over:
    """The place in each month that is over, among those who had anything to do with it; nobody ranks among zeros."""
    of_month: dict[date, dict[int, Decimal]] = defaultdict(dict)
    everybody = {key for key, _ in sums}
    for (key, first), total in sums.items():
        of_month[first][key] = total
    ranks, of = [], []
    for month in months:
        values = {key: of_month[month.first].get(key, ZERO) for key in everybody} if of_month[month.first] else {}
        place = next((one for one in ranked(values) if one.key == pk), None) if any(values.values()) else None
        ranks.append(place.rank if place else None)
        of.append(place.of if place else None)
    labels: Iterable[str] = (date_format(month.first, "Y-m") for month in months)
    return Over(list(labels), list(ranks), list(of), [], _("of how many"))
