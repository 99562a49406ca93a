"""The first screen of who looks at teams: units ranked with reasons, reminders, weeks side by side, score tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, DateField, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.rules import Calendar
from attendance.selectors import calendar_for
from compensation.models import PayRun, Stage
from core.periods import ONE_DAY, Month, Period, Week
from crm.rules import ranked
from crm.selectors import days_not_known, openings_by_unit
from portal.selectors.shown_month import ShownMonth, shown_month
from supervision.models import LaggardEntry, ReminderRun
from supervision.selectors.lists import lists_seen, shown_first
from teams.authority import Power
from teams.models import Measure, Posting, Target, Unit, UnitKind
from teams.selectors.people import MEMBERS
from teams.selectors.units import unranked_because
from worklogs.models import DayScore, ScoreTable, WeekScore, WorkLog
from worklogs.selectors.desk import last_weeks
from worklogs.selectors.heat import legend_of, level_of, running_level, week_labels
from worklogs.services.score_tables import sending_day

ZERO = Decimal(0)
WEEKS = 8
STEPS = (40, 60, 80, 95)  # percent of the people from which the next depth of colour begins


@dataclass(frozen=True)
class TeamRow:
    """A unit in the ranking; `rank` is None where it stays out of it, `why` then says so."""

    unit: Unit
    openings: Decimal
    target: Decimal | None
    rank: int | None
    of: int
    why: str
    reminders: tuple[LaggardEntry, ...]


@dataclass(frozen=True)
class Teams:
    """`begun_target` is that of the month just begun, where `month` shown is over."""

    on: date
    month: ShownMonth
    begun_target: Decimal | None
    scope: Unit
    kind: str
    rows: tuple[TeamRow, ...]
    missing: tuple[date, ...]  # trading days of the month whose openings have not come
    heat: dict[str, Any]
    due: int
    written: int
    runs: tuple[ReminderRun, ...]
    tables_due: tuple[Unit, ...]
    tables_arrived: frozenset[int]
    tables_late: bool  # whether the day on which they go up is over
    to_sign: tuple[PayRun, ...]
    reads_logs: bool

    @property
    def openings(self) -> Decimal:
        return sum((row.openings for row in self.rows), ZERO)

    @property
    def target(self) -> Decimal | None:
        return _together([row.target for row in self.rows])

    @property
    def tables_missing(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.tables_due if unit.pk not in self.tables_arrived)


def teams(user: User, path: str, today: date) -> Teams:
    """Units below the one at `path` that are ranked against each other; twelve queries.

    Where nobody has opened anything there is nothing to rank: no first among equals at zero.
    """
    last_week = Week(today).previous()
    month = shown_month([path], today)
    calendar = calendar_for(Period(month.month.first, today + ONE_DAY))
    units = _units(path, today, month, last_week)
    scope = units[0]
    kind = UnitKind.BRANCH if scope.kind == UnitKind.COMPANY else UnitKind.MARKET_DEPARTMENT
    shown = [unit for unit in units if unit.kind == kind]
    recent, runs = _reminders(user, scope, today)
    due, written = _today(scope, today)
    departments = tuple(
        unit for unit in units if unit.kind == UnitKind.MARKET_DEPARTMENT and not unranked_because(unit, today)
    )
    return Teams(
        on=today,
        month=month,
        begun_target=_together([unit.asked_now for unit in shown]) if month.begun else None,
        scope=scope,
        kind=kind,
        rows=_rows(shown, openings_by_unit(kind, period=month.month, within=scope), month.until, recent),
        missing=tuple(_missing(scope, month.month, today, calendar)),
        heat=_heat(user, scope, shown, last_weeks(today, WEEKS), today),
        due=due,
        written=written,
        runs=tuple(runs),
        tables_due=departments,
        tables_arrived=frozenset(unit.pk for unit in departments if unit.has_sent_table),
        tables_late=today > sending_day(last_week, calendar),
        to_sign=tuple(_to_sign(user)),
        reads_logs=user.authority.may(Power.READ_LOGS),
    )


def _rows(
    shown: Sequence[Any], openings: Mapping[int, Decimal], until: date, recent: Sequence[LaggardEntry]
) -> tuple[TeamRow, ...]:
    """By rank; behind them whoever is compared with nobody, and why."""
    reasons = {unit.pk: unranked_because(unit, until) for unit in shown}
    compared = {unit.pk: openings.get(unit.pk, ZERO) for unit in shown if not reasons[unit.pk]}
    places = {one.key: one.rank for one in ranked(compared)} if any(compared.values()) else {}
    rows = [
        TeamRow(
            unit=unit,
            openings=openings.get(unit.pk, ZERO),
            target=unit.asked,
            rank=places.get(unit.pk),
            of=len(places),
            why=reasons[unit.pk],
            reminders=tuple(entry for entry in recent if entry.unit.path.startswith(unit.path))[:3],
        )
        for unit in shown
    ]
    return tuple(sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.unit.code)))


def _together(targets: Sequence[Decimal | None]) -> Decimal | None:
    known = [target for target in targets if target is not None]
    return sum(known, ZERO) if known else None


def _units(path: str, today: date, month: ShownMonth, week: Week) -> list[Any]:
    """Units at and below `path`, with `asked` and `asked_now`, their openings target of the month shown and of today's,
    and `has_sent_table` of the week."""
    tables = ScoreTable.objects.filter(unit=OuterRef("pk"), week=week.first)
    return list(
        Unit.objects.filter(path__startswith=path)
        .exclude(closed_on__lte=today)
        .annotate(
            asked=_asked(month.month, month.until),
            asked_now=_asked(Month(today), today),
            has_sent_table=Exists(tables),
        )
        .order_by("path")
    )


def _asked(month: Month, on: date) -> Coalesce:
    """The openings target of a unit; without one of its own that of its people on a day together."""
    targets = Target.objects.filter(month=month.first, measure=Measure.OPENINGS)
    own = targets.filter(unit=OuterRef("pk")).values("value")[:1]
    theirs = Posting.objects.on(on).filter(role__in=MEMBERS, unit__path__startswith=OuterRef(OuterRef("path")))
    of_people = targets.filter(person__in=theirs.values("person")).order_by().values("measure")
    together = of_people.annotate(sum=Sum("value")).values("sum")
    return Coalesce(Subquery(own), Subquery(together))


def _missing(scope: Unit, month: Month, today: date, calendar: Calendar) -> list[date]:
    """Trading days of the month before today on which no statement can be made; two queries."""
    if today == month.first:
        return []
    past = Period(month.first, min(today, month.end))
    return days_not_known(past, calendar.trading_days(past), within=scope)


def _heat(user: User, scope: Unit, units: Sequence[Unit], weeks: Sequence[Week], today: date) -> dict[str, Any]:
    """Per unit and week the share of people who passed, from the verdicts of everybody below it; one query.

    Of the week that is running it is the share of passed days among those that are over. A unit in preparation is
    compared with nobody.
    """
    passed: Counter[tuple[int, date]] = Counter()
    judged: Counter[tuple[int, date]] = Counter()
    for path, week, of, count in _verdicts(scope, weeks, today):
        for unit in units:
            if path.startswith(unit.path) and unit.started_on and unit.started_on <= Week(week).last:
                passed[unit.pk, week] += count
                judged[unit.pk, week] += of
    address = reverse("worklogs:weeks") if user.authority.may(Power.READ_LOGS) else ""
    return {
        "columns": week_labels(weeks),
        "rows": [
            {
                "label": unit.name,
                "href": address and f"{address}?{urlencode({'within': unit.code})}",
                "cells": [
                    _cell(passed[unit.pk, week.first], judged[unit.pk, week.first], is_running=week == weeks[-1])
                    for week in weeks
                ],
            }
            for unit in units
        ],
        "legend": legend_of(STEPS),
    }


def _verdicts(scope: Unit, weeks: Sequence[Week], today: date) -> QuerySet[Any, tuple[str, date, int, int]]:
    """By path of a unit and week: how many verdicts, and how many of them passed."""
    verdicts = {"of": Count("pk"), "passed_": Count("pk", filter=Q(passed=True))}
    here, now = Q(unit__path__startswith=scope.path), weeks[-1]
    over = WeekScore.objects.filter(here, week__gte=weeks[0].first, week__lt=now.first, due_days__gt=0)
    running = DayScore.objects.filter(here, on__gte=now.first, on__lt=today, due=True)
    counted = running.order_by().annotate(week=Value(now.first, DateField())).values_list("unit__path", "week")
    return (
        over.order_by()
        .values_list("unit__path", "week")
        .annotate(**verdicts)
        .union(counted.annotate(**verdicts), all=True)
    )


def _cell(passed: int, of: int, *, is_running: bool) -> dict[str, Any]:
    if not of:
        return {"text": "–", "level": 0, "running": is_running}
    cell: dict[str, Any] = {"text": round(100 * passed / of), "running": is_running}
    if is_running:
        hint = _("%% of the logs of the days over, %(passed)s of %(of)s, the week is running")
        return {**cell, "level": running_level(passed, of, STEPS), "hint": hint % {"passed": passed, "of": of}}
    return {**cell, "level": level_of(passed, of, STEPS), "hint": f"%, {passed} / {of}"}


def _reminders(user: User, scope: Unit, today: date) -> tuple[list[LaggardEntry], list[ReminderRun]]:
    """Who was on a list of the last days, and the lists themselves with how their messages went."""
    since = today - timedelta(days=10)
    entries = (
        LaggardEntry.objects.filter(person=None, unit__path__startswith=scope.path, run__business_on__gte=since)
        .select_related("unit", "run__rule")
        .order_by("-run__business_on", "run__code")
    )
    runs = (
        lists_seen(user, shown_first(user))
        .filter(business_on__gte=since)
        .annotate(
            listed=Count("entries", distinct=True),
            told=Count("reminders", distinct=True),
            unsure=Count("reminders", filter=Q(reminders__message__state__in=["unknown", "failed"]), distinct=True),
        )
    )
    return list(entries[:400]), list(runs[:6])


def _today(scope: Unit, today: date) -> tuple[int, int]:
    """How many people owe a log today within `scope`, and how many have handed one in."""
    of_today = Q(person__work_logs__on=today, person__work_logs__state=WorkLog.State.SUBMITTED)
    row = DayScore.objects.filter(on=today, unit__path__startswith=scope.path).aggregate(
        due=Count("pk", filter=Q(due=True), distinct=True), written=Count("pk", filter=of_today, distinct=True)
    )
    return row["due"], row["written"]


def _to_sign(user: User) -> list[PayRun]:
    """Runs whose next signature is this person's to give."""
    mine = Q(pk__in=[])
    for stage in Stage:
        mine |= Q(state=stage.before) & user.authority.sees_unit("branch__path", stage.power)
    return list(PayRun.objects.filter(mine).select_related("branch").order_by("month", "branch__code")[:6])
