"""The market manager's answers at month end: when they count, whom she has answered, who still waits (S4.2.f)."""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import cast

from django.db.models import Count, Q, Sum

from accounts.models import User
from core.explain import RuleValue
from core.periods import Month, Period
from crm.selectors import openings_by_person
from policies import selectors as policy
from teams.models import Role, Unit, below
from teams.selectors.people import Member, members_during
from worklogs.models import DayScore, Reply, WeekScore, WorkLog
from worklogs.rules import windows

DAYS, GRACE, REPLIES = "worklogs.month_end_days", "worklogs.month_end_grace", "worklogs.month_end_replies"


def managed_departments(user: User) -> list[Unit]:
    """The market departments one leads or stands in for; the month-end answer is their manager's alone."""
    held = [held.unit_id for held in user.authority.held if held.role == Role.MARKET_MANAGER]
    return list(Unit.objects.filter(pk__in=held).order_by("path"))


def month_end_windows(month: Month, unit_ids: Collection[int]) -> dict[int, Period]:
    """Per unit when an answer to a log of the month counts as its month-end answer."""
    values = policy.values_on([DAYS, GRACE], unit_ids=unit_ids, on=month.last)
    return {pk: _window(month, of) for pk, of in values.items()}


def _window(month: Month, values: Mapping[str, RuleValue]) -> Period:
    days, grace = (cast(int, values[code].value) for code in (DAYS, GRACE))
    return windows.month_end_window(month, days=days, grace=grace)


def recent_windows(department: Unit, months: Sequence[Month]) -> dict[Month, Period]:
    """For months in their order the days in which the department's month-end answers count; one query."""
    over = Period(months[0].last, months[-1].end)
    held = policy.values_over([DAYS, GRACE], unit_ids={department.pk: department.path}, period=over)
    return {month: _window(month, held[department.pk, month.last]) for month in months}


@dataclass(frozen=True, slots=True)
class MonthEndDue:
    """That month-end answers count now: until when, and how many log authors have none yet."""

    until: date
    waiting: int


def month_end_due(user: User, asked: Mapping[str, RuleValue], today: date) -> MonthEndDue | None:
    """For the market manager in the days in which her answers count; `asked` holds the values of her people's unit.

    One query in these days, none in others and for others.
    """
    paths = [held.path for held in user.authority.held if held.role == Role.MARKET_MANAGER]
    for month in (Month(today).previous(), Month(today)):
        window = _window(month, asked)
        if paths and today in window:
            of_month = Q(on__gte=month.first, on__lt=month.end)
            led = reduce(operator.or_, (Q(unit__path__startswith=path) for path in paths))
            logs = WorkLog.objects.submitted().filter(of_month & led)
            answered = logs.filter(replies__kind=Reply.Kind.MONTH_END).values("person")
            return MonthEndDue(
                window.last, logs.exclude(person__in=answered).aggregate(n=Count("person", distinct=True))["n"]
            )
    return None


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """What a log author did in a month: what the manager has before her when she answers."""

    points: int = 0
    days_passed: int = 0
    days_due: int = 0
    weeks_passed: int = 0
    weeks: int = 0
    openings: Decimal = Decimal(0)


def month_figures(people: Collection[int], units: Collection[Unit], month: Month) -> dict[int, MonthFigures]:
    """Per person her scores in these units and the openings credited to her; three queries."""
    here = below(*units, path="unit__path")
    days = DayScore.objects.filter(here, person__in=people, on__gte=month.first, on__lt=month.end).order_by()
    of_days = {
        person: figures
        for person, *figures in days.values_list("person").annotate(
            points=Sum("points"),
            passed=Count("pk", filter=Q(due=True, passed=True)),
            due=Count("pk", filter=Q(due=True)),
        )
    }
    weeks = WeekScore.objects.filter(
        here, person__in=people, week__in=[week.first for week in month.weeks()]
    ).order_by()
    counted = weeks.filter(due_days__gt=0).values_list("person")
    of_weeks = {
        person: figures
        for person, *figures in counted.annotate(passed=Count("pk", filter=Q(passed=True)), all=Count("pk"))
    }
    openings = openings_by_person(period=month)
    found = {}
    for person in people:
        points, passed, due = of_days.get(person, (0, 0, 0))
        weeks_passed, all_weeks = of_weeks.get(person, (0, 0))
        found[person] = MonthFigures(points, passed, due, weeks_passed, all_weeks, openings.get(person, Decimal(0)))
    return found


@dataclass(frozen=True, slots=True)
class MonthEndStanding:
    """How often a log author was answered at month end, and her last log, which is the one to answer."""

    member: Member
    figures: MonthFigures
    logs: int
    answered: int
    owed: int
    last_log: WorkLog

    @property
    def is_done(self) -> bool:
        return self.answered >= self.owed


def month_end_standing(units: Collection[Unit], month: Month) -> list[MonthEndStanding]:
    """Everybody who handed in a log in these units in the month; those without any log are owed no answer."""
    members = {member.person_id: member for member in members_during(month, units=units)}
    logs = WorkLog.objects.submitted().filter(below(*units, path="unit__path"), person__in=members)
    logs = logs.filter(on__gte=month.first, on__lt=month.end)
    given = Count("replies", filter=Q(replies__kind=Reply.Kind.MONTH_END), distinct=True)
    counts = {
        person: (written, answered)
        for person, written, answered in logs.order_by()
        .values_list("person")
        .annotate(logs=Count("pk", distinct=True), answered=given)
    }
    newest = {log.person_id: log for log in logs.order_by("person_id", "-on").distinct("person_id")}
    paths = {member.unit_id: member.unit_path for member in members.values()}
    owed = policy.values_on([REPLIES], unit_ids=paths, on=month.last)
    figures = month_figures(list(counts), units, month)
    return [
        MonthEndStanding(
            member, figures[person], *counts[person], cast(int, owed[member.unit_id][REPLIES].value), newest[person]
        )
        for person, member in members.items()
        if person in counts
    ]
