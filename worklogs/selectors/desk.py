"""What leaders look at: who has written, who is short, what waits for an answer, the week's scores."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, cast

from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext

from accounts.models import User
from core.periods import Month, Week
from policies import selectors as policy
from teams.authority import Power
from teams.models import Unit, UnitKind
from teams.selectors import Member, members_during, members_on
from worklogs.models import DayScore, Reply, ScoreTable, WeekScore, WorkLog
from worklogs.rules import LABELS, Kind

REPLIES_A_WEEK = "worklogs.weekly_replies"
REPLIES_A_MONTH_END = "worklogs.month_end_replies"
NOTHING_WAITS = (0, None)


@dataclass(frozen=True, slots=True)
class Standing:
    """One member on the review desk. `log` is that day's.

    `waiting` counts her unanswered logs of this week and the one before, `oldest` is the first of them.
    """

    member: Member
    log: WorkLog | None
    day: DayScore | None
    week: WeekScore | None
    answered: int
    owed: int
    waiting: int
    oldest: date | None

    @property
    def is_missing(self) -> bool:
        """Owes a log for the day and has not submitted one."""
        return bool(self.day and self.day.due) and not (self.log and self.log.is_submitted)

    @property
    def is_short(self) -> bool:
        """Submitted, but below the day's pass."""
        return bool(self.log and self.log.is_submitted and self.day and not self.day.passed)

    @property
    def is_answered_enough(self) -> bool:
        return self.answered >= self.owed


def led_units(user: User, power: Power = Power.REPLY_TO_LOGS) -> list[Unit]:
    """The topmost units over which a person holds the power."""
    return list(Unit.objects.filter(path__in=user.authority.paths(power)).order_by("path"))


def desk(units: Collection[Unit], on: date) -> list[Standing]:
    """The members of the units on a day with their day, week and answers; a constant number of queries."""
    members = members_on(on, units=units)
    people = [member.person_id for member in members]
    week = Week(on)
    logs = {log.person_id: log for log in WorkLog.objects.filter(person__in=people, on=on)}
    days = {score.person_id: score for score in DayScore.objects.filter(person__in=people, on=on).defer("lines")}
    weeks = {s.person_id: s for s in WeekScore.objects.filter(person__in=people, week=week.first).defer("lines")}
    answered = answered_logs(people, week)
    waiting: dict[int, tuple[int, date]] = {
        row["person"]: (row["count"], row["oldest"])
        for row in WorkLog.objects.waiting_for_reply()
        .filter(person__in=people, on__gte=week.previous().first, on__lte=on)
        .values("person")
        .annotate(count=Count("pk"), oldest=Min("on"))
    }
    owed = policy.values_on([REPLIES_A_WEEK], unit_ids={member.unit_id for member in members}, on=on)
    return [
        Standing(
            member=member,
            log=logs.get(member.person_id),
            day=days.get(member.person_id),
            week=weeks.get(member.person_id),
            answered=answered.get(member.person_id, 0),
            owed=cast(int, owed[member.unit_id][REPLIES_A_WEEK].value),
            waiting=waiting.get(member.person_id, NOTHING_WAITS)[0],
            oldest=waiting.get(member.person_id, NOTHING_WAITS)[1],
        )
        for member in members
    ]


def answered_logs(people: Iterable[int], week: Week) -> dict[int, int]:
    """How many of each person's logs of the week have been answered by a leader (S4.1.f); two answers to one log count once."""
    rows = (
        Reply.objects.filter(log__person__in=list(people), log__on__gte=week.first, log__on__lt=week.end)
        .values("log__person")
        .annotate(count=Count("log", distinct=True))
    )
    return {row["log__person"]: row["count"] for row in rows}


@dataclass(frozen=True, slots=True)
class MonthEndStanding:
    """Whether the market manager has answered a log author at month end (S4.2.f)."""

    member: Member
    logs: int
    answered: int
    owed: int
    last_log: WorkLog | None

    @property
    def is_done(self) -> bool:
        return self.answered >= self.owed


def month_end_standing(units: Collection[Unit], month: Month) -> list[MonthEndStanding]:
    """Every log author of the month with her month-end answers; those without any log owe nobody an answer."""
    members = {m.person_id: m for m in members_during(month, units=units)}
    counts = {
        row["person"]: row
        for row in WorkLog.objects.submitted()
        .filter(person__in=members, on__gte=month.first, on__lt=month.end)
        .values("person")
        .annotate(
            logs=Count("pk", distinct=True),
            answered=Count("replies", filter=Q(replies__kind=Reply.Kind.MONTH_END), distinct=True),
            last=Max("on"),
        )
    }
    newest = {
        log.person_id: log
        for log in WorkLog.objects.submitted()
        .filter(person__in=counts, on__gte=month.first, on__lt=month.end)
        .order_by("person_id", "-on")
        .distinct("person_id")
    }
    owed = policy.values_on([REPLIES_A_MONTH_END], unit_ids={m.unit_id for m in members.values()}, on=month.last)
    return [
        MonthEndStanding(
            member=member,
            logs=counts[person]["logs"],
            answered=counts[person]["answered"],
            owed=cast(int, owed[member.unit_id][REPLIES_A_MONTH_END].value),
            last_log=newest.get(person),
        )
        for person, member in members.items()
        if person in counts
    ]


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A row of the weekly score table."""

    employee_no: str
    name: str
    area: str
    due_days: int
    points: int
    pass_mark: int
    score_pass: bool
    quota_met: bool
    unmet: tuple[str, ...]
    answered: int

    def as_document(self) -> dict[str, Any]:
        return {**asdict(self), "unmet": list(self.unmet)}


def team_week_scores(unit: Unit, week: Week) -> list[WeekRow]:
    """The week of everybody who was a customer manager in the unit that week, best first."""
    scores = (
        WeekScore.objects.filter(week=week.first, unit__path__startswith=unit.path)
        .select_related("person__user", "unit")
        .defer("lines")
    )
    answered = answered_logs([score.person_id for score in scores], week)
    rows = [
        WeekRow(
            employee_no=score.person.employee_no,
            name=score.person.name,
            area=score.unit.name,
            due_days=score.due_days,
            points=score.points,
            pass_mark=score.pass_mark,
            score_pass=score.score_pass,
            quota_met=score.quota_met,
            unmet=tuple(score.unmet),
            answered=answered.get(score.person_id, 0),
        )
        for score in scores
    ]
    return sorted(rows, key=lambda row: (-row.points, row.employee_no))


def shown_rows(table: ScoreTable) -> list[dict[str, Any]]:
    """The rows of a table with the unmet items in words."""
    return [{**row, "unmet": [gettext(LABELS[Kind(kind)]) for kind in row["unmet"]]} for row in table.document]


@dataclass(frozen=True, slots=True)
class TableDue:
    """A market department and its table of a week, where it has come."""

    department: Unit
    table: ScoreTable | None
    people: int
    passed: int


def score_tables_due(user: User, week: Week) -> list[TableDue]:
    """The market departments within sight and whether their tables of the week have come (S5.4)."""
    departments = [
        unit
        for unit in Unit.objects.filter(kind=UnitKind.MARKET_DEPARTMENT, started_on__lt=week.end).order_by("path")
        if user.authority.may(Power.READ_LOGS, unit.path) and (unit.closed_on is None or unit.closed_on > week.first)
    ]
    tables = {table.unit_id: table for table in ScoreTable.objects.filter(week=week.first, unit__in=departments)}
    return [table_due(unit, tables.get(unit.pk)) for unit in departments]


def table_due(unit: Unit, table: ScoreTable | None) -> TableDue:
    rows = table.document if table else []
    return TableDue(unit, table, len(rows), sum(bool(row["score_pass"]) for row in rows))
