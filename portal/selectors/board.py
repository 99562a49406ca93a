"""The board of people for who leads them: today, the week, the month, who waits for an answer, who has stayed at zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet, Sum

from core.periods import Month, Week
from crm.models import DailyResult
from teams.models import Measure, Target, Unit, below
from teams.selectors import Member, members_on
from worklogs.models import DayScore, Reply, WeekScore, WorkLog

ZERO = Decimal(0)
MOST_WAITING = 6


@dataclass(frozen=True)
class Row:
    """One member of the team. `last_opening_on` is None where none is on record."""

    member: Member
    today_state: str  # "", draft, submitted
    today_points: int | None
    today_passed: bool | None
    week_points: int
    week_mark: int | None
    week_passed: bool | None
    week_replies: int
    waiting: int
    openings: Decimal
    last_opening_on: date | None
    zero_days: int | None

    @property
    def urgency(self) -> tuple[bool, Decimal]:
        """Who needs a word first: nothing written today, then furthest from the week's mark."""
        share = Decimal(self.week_points) / self.week_mark if self.week_mark else ZERO
        return (self.today_state == "submitted", share)


@dataclass(frozen=True)
class Waiting:
    """A log that waits for an answer."""

    public_id: UUID
    name: str
    on: date
    submitted_at: datetime | None
    days: int


@dataclass(frozen=True)
class Board:
    on: date
    units: tuple[Unit, ...]
    rows: tuple[Row, ...]
    waiting: tuple[Waiting, ...]
    target: Decimal | None

    @property
    def written(self) -> int:
        return sum(row.today_state == "submitted" for row in self.rows)

    @property
    def week_passed(self) -> int:
        return sum(bool(row.week_passed) for row in self.rows)

    @property
    def waiting_count(self) -> int:
        return sum(row.waiting for row in self.rows)

    @property
    def openings(self) -> Decimal:
        return sum((row.openings for row in self.rows), ZERO)

    @property
    def at_zero(self) -> int:
        return sum(not row.openings for row in self.rows)


def board(units: Sequence[Unit], today: date) -> Board:
    """Of everybody who writes logs in `units` and below; nine queries."""
    members = members_on(today, units=units)
    people = [member.person_id for member in members]
    week, month = Week(today), Month(today)
    days = _by_person(DayScore.objects.filter(person__in=people, on=today), "points", "passed", "due")
    weeks = _by_person(WeekScore.objects.filter(person__in=people, week=week.first), "points", "pass_mark", "passed")
    logs = list(
        WorkLog.objects.filter(person__in=people)
        .filter(below(*units, path="unit__path"))
        .filter(on__gte=week.previous().first)
        .exclude(replied=True, on__lt=today)
        .order_by("on", "submitted_at")
        .values_list("person_id", "public_id", "on", "state", "replied", "submitted_at")
    )
    replies = _replies(people, week)
    openings, last = _openings(people, month)
    names = {member.person_id: member.name for member in members}
    # Two logs a week are to be answered (S4.1.f), so only those of this week and the one before wait.
    since = week.previous().first
    waits = [row for row in logs if row[3] == WorkLog.State.SUBMITTED and not row[4] and row[2] >= since]
    states = {row[0]: row[3] for row in logs if row[2] == today}
    rows = [
        Row(
            member=member,
            today_state=states.get(member.person_id, ""),
            today_points=days.get(member.person_id, [None])[0],
            today_passed=days[member.person_id][1] if days.get(member.person_id, [0, 0, False])[2] else None,
            week_points=weeks.get(member.person_id, [0, None, None])[0],
            week_mark=weeks.get(member.person_id, [0, None, None])[1],
            week_passed=weeks.get(member.person_id, [0, None, None])[2],
            week_replies=replies.get(member.person_id, 0),
            waiting=sum(row[0] == member.person_id for row in waits),
            openings=openings.get(member.person_id, ZERO),
            last_opening_on=last.get(member.person_id),
            zero_days=(today - last[member.person_id]).days if member.person_id in last else None,
        )
        for member in members
    ]
    return Board(
        on=today,
        units=tuple(units),
        rows=tuple(sorted(rows, key=lambda row: row.urgency)),
        waiting=tuple(
            Waiting(public_id, names[person], on, submitted_at, (today - on).days)
            for person, public_id, on, _, _, submitted_at in waits[:MOST_WAITING]
        ),
        target=_target(units, month),
    )


def _by_person(rows: QuerySet[Any], *columns: str) -> dict[int, list[Any]]:
    return {person: values for person, *values in rows.values_list("person_id", *columns)}


def _replies(people: list[int], week: Week) -> dict[int, int]:
    """How many of the week's logs of each were answered in the course of it."""
    rows = Reply.objects.filter(kind=Reply.Kind.WEEKLY, log__person__in=people, log__on__gte=week.first)
    counts: dict[int, int] = {}
    for person in rows.filter(log__on__lt=week.end).values_list("log__person_id", flat=True):
        counts[person] = counts.get(person, 0) + 1
    return counts


def _openings(people: list[int], month: Month) -> tuple[dict[int, Decimal], dict[int, date]]:
    """Of the month by person, and the last day with any."""
    rows = (
        DailyResult.objects.filter(person__in=people, openings__gt=0)
        .order_by()
        .values_list("person")
        .annotate(total=Sum("openings", filter=Q(day__gte=month.first, day__lt=month.end)), last=Max("day"))
    )
    openings: dict[int, Decimal] = {}
    last: dict[int, date] = {}
    for person, total, day in rows:
        openings[person], last[person] = total or ZERO, day
    return openings, last


def _target(units: Sequence[Unit], month: Month) -> Decimal | None:
    values = Target.objects.filter(unit__in=units, month=month.first, measure=Measure.OPENINGS)
    found = list(values.values_list("value", flat=True))
    return sum(found, ZERO) if found else None
