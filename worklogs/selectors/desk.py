"""What leaders look at: who has written, who is short, what waits for an answer, the week's scores."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, cast

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext

from accounts.models import User
from attendance.selectors import calendar_for
from core.explain import N_, RuleValue
from core.periods import Period, Week
from policies import selectors as policy
from teams.authority import Power
from teams.models import Unit, UnitKind, below
from teams.selectors.people import Member, members_on
from worklogs.models import DayScore, QuickPhrases, ScoreTable, WeekScore, WorkLog
from worklogs.rules.kinds import LABELS, Kind
from worklogs.rules.running import mark_so_far
from worklogs.selectors.answering import NONE, Answers, answered_logs, answers, is_to_answer, owed_of
from worklogs.selectors.month_end import DAYS, GRACE

REPLIES_A_WEEK = "worklogs.weekly_replies"
TO_BEGIN_WITH = (
    N_("Well done, keep it up."),
    N_("Please make more follow-up calls to prospects."),
    N_("Please hand in before the cut-off."),
)


@dataclass(frozen=True, slots=True)
class MemberStanding:
    """One member on the review desk. `log` is that day's; `weeks` are her weeks up to the one of that day, by Monday.

    `answers` are those her leader gave and still owes, `to_answer` the logs for which the reader owes them herself.
    """

    member: Member
    on: date
    log: WorkLog | None
    day: DayScore | None
    weeks: Mapping[date, WeekScore]
    asked: Mapping[str, RuleValue]
    answers: Answers
    to_answer: Sequence[WorkLog]
    days_over: int = 0  # of the running week, those on which she owed a log

    @property
    def asked_so_far(self) -> int:
        """What the days of her week that are over ask for."""
        return mark_so_far(self.week.pass_mark, self.week.due_days, self.days_over) if self.week else 0

    @property
    def owed(self) -> int:
        """How many of her logs are to be answered in a week."""
        return cast(int, self.asked[REPLIES_A_WEEK].value)

    @property
    def answered(self) -> int:
        return self.answers.answered

    @property
    def waiting(self) -> int:
        """How many answers her leader still owes her."""
        return sum(self.answers.owed.values())

    @property
    def oldest(self) -> date | None:
        """The day of the first log that waits for one of them."""
        return self.answers.oldest

    @property
    def week_of(self) -> Week:
        return Week(self.on)

    @property
    def week(self) -> WeekScore | None:
        return self.weeks.get(self.week_of.first)

    @property
    def is_written(self) -> bool:
        return bool(self.log and self.log.is_submitted)

    @property
    def is_missing(self) -> bool:
        """Owes a log for the day and has not submitted one."""
        return bool(self.day and self.day.due) and not self.is_written

    @property
    def is_short(self) -> bool:
        """Submitted, but below the day's pass."""
        return self.is_written and bool(self.day and not self.day.passed)

    @property
    def is_answered_enough(self) -> bool:
        return self.answered >= self.owed

    @property
    def urgency(self) -> tuple[bool, float]:
        """Who needs a word first: nothing written, then furthest from the week's mark."""
        week = self.week
        return (self.is_written, week.points / week.pass_mark if week and week.pass_mark else 0.0)


def led_units(user: User, power: Power = Power.REPLY_TO_LOGS) -> list[Unit]:
    """The topmost units over which a person holds the power."""
    return list(Unit.objects.filter(path__in=user.authority.paths(power)).order_by("path"))


def last_weeks(on: date, count: int) -> list[Week]:
    """So many weeks up to the one of the day, the oldest first."""
    return [Week(on - timedelta(weeks=n)) for n in reversed(range(count))]


def day_to_review(units: Collection[Unit], today: date) -> date:
    """The last working day with logs, up to today; today where there is none in two weeks."""
    recent = Period(today - timedelta(days=14), today + timedelta(days=1))
    logs = WorkLog.objects.submitted().filter(below(*units, path="unit__path"), on__gte=recent.first, on__lte=today)
    days = set(logs.order_by().values_list("on", flat=True).distinct())
    return max(days & set(calendar_for(recent).workdays(recent)), default=today)


def neighbours(user: User, log: WorkLog) -> tuple[WorkLog | None, WorkLog | None]:
    """The logs before and after this one among those in sight, by day and employee number; two queries."""
    logs = WorkLog.objects.visible_to(user).submitted().order_by("on", "person__user__employee_no")
    number = log.person.employee_no
    before = Q(on__lt=log.on) | Q(on=log.on, person__user__employee_no__lt=number)
    after = Q(on__gt=log.on) | Q(on=log.on, person__user__employee_no__gt=number)
    return logs.filter(before).last(), logs.filter(after).first()


def phrases_of(user: User) -> list[str]:
    """What this leader often answers; some to begin with until she writes her own."""
    kept = QuickPhrases.objects.filter(owner=user).first()
    return kept.text.split("\n") if kept else [gettext(phrase) for phrase in TO_BEGIN_WITH]


def desk(user: User, units: Collection[Unit], on: date, *, weeks: int = 1) -> list[MemberStanding]:
    """The members of the units on a day with their day, last weeks and answers as `user` looks at them; seven queries."""
    members = members_on(on, units=units)
    people = [member.person_id for member in members]
    logs, to_answer = _logs(user, people, on)
    of_week = DayScore.objects.filter(person__in=people, on__gte=Week(on).first, on__lte=on).defer("lines")
    days = {score.person_id: score for score in of_week if score.on == on}
    over = Counter(score.person_id for score in of_week if score.due and score.on < on)
    scores = week_scores(people, units, last_weeks(on, weeks))
    asked = policy.values_on(
        [REPLIES_A_WEEK, DAYS, GRACE], unit_ids={member.unit_id: member.unit_path for member in members}, on=on
    )
    owed = {member.person_id: cast(int, asked[member.unit_id][REPLIES_A_WEEK].value) for member in members}
    given = answers(owed, units, on)
    return [
        MemberStanding(
            member=member,
            on=on,
            log=logs.get(member.person_id),
            day=days.get(member.person_id),
            weeks=scores[member.person_id],
            asked=asked[member.unit_id],
            answers=(answers_had := given.get(member.person_id, NONE)),
            to_answer=owed_of(to_answer.get(member.person_id, ()), answers_had.owed),
            days_over=over[member.person_id],
        )
        for member in members
    ]


def _logs(user: User, people: Collection[int], on: date) -> tuple[dict[int, WorkLog], dict[int, list[WorkLog]]]:
    """Per person the log of the day, and those that wait for an answer of the reader's own; one query."""
    waits = is_to_answer(user, on)
    logs = (
        WorkLog.objects.filter(Q(on=on) | waits, person__in=people, on__gte=Week(on).previous().first, on__lte=on)
        .annotate(is_to_answer=ExpressionWrapper(waits, output_field=BooleanField()))
        .order_by("on")
    )
    of_day: dict[int, WorkLog] = {}
    to_answer: dict[int, list[WorkLog]] = defaultdict(list)
    for log in logs:
        if log.on == on:
            of_day[log.person_id] = log
        if cast(Any, log).is_to_answer:
            to_answer[log.person_id].append(log)
    return of_day, to_answer


def owed_by_reader(standings: Iterable[MemberStanding]) -> list[WorkLog]:
    """The logs that the reader has yet to answer herself, the oldest first."""
    logs = [log for standing in standings for log in standing.to_answer]
    return sorted(logs, key=lambda log: (log.on, log.submitted_at))


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A log that waits for an answer, as the desk lists it."""

    log: WorkLog
    member: Member
    day: DayScore | None


def waiting_rows(logs: Sequence[WorkLog], standings: Iterable[MemberStanding]) -> list[WaitingRow]:
    """The logs with their writers and scores; one query."""
    members = {standing.member.person_id: standing.member for standing in standings}
    scores = DayScore.objects.filter(person__in={log.person_id for log in logs}, on__in={log.on for log in logs})
    days = {(score.person_id, score.on): score for score in scores.defer("lines")}
    return [WaitingRow(log, members[log.person_id], days.get((log.person_id, log.on))) for log in logs]


def week_scores(
    people: Collection[int], units: Collection[Unit], weeks: Sequence[Week]
) -> Mapping[int, Mapping[date, WeekScore]]:
    """Per person her weeks in these units, by Monday; what she did elsewhere before is not theirs (reading 35)."""
    rows = WeekScore.objects.filter(below(*units, path="unit__path"), person__in=people)
    found: dict[int, dict[date, WeekScore]] = defaultdict(dict)
    for score in rows.filter(week__gte=weeks[0].first, week__lte=weeks[-1].first).defer("lines"):
        found[score.person_id][score.week] = score
    return found


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


def rows_seen(user: User, table: ScoreTable) -> list[dict[str, Any]]:
    """The rows of a table that one may see: all of a department in one's sight, else those of one's own people."""
    rows: list[dict[str, Any]] = table.document
    if user.authority.may(Power.READ_LOGS, table.unit.path):
        return rows
    scores = WeekScore.objects.visible_to(user).filter(week=table.week)
    own = set(scores.values_list("person__user__employee_no", flat=True))
    return [row for row in rows if row["employee_no"] in own]


def shown_rows(user: User, table: ScoreTable) -> list[dict[str, Any]]:
    """The rows of a table that one may see, with the unmet items in words."""
    rows = rows_seen(user, table)
    return [{**row, "unmet": gettext(", ").join(gettext(LABELS[Kind(kind)]) for kind in row["unmet"])} for row in rows]


@dataclass(frozen=True, slots=True)
class TableDue:
    """A market department and its table of a week, where it has come, with as many people as one may see of it."""

    department: Unit
    table: ScoreTable | None
    people: int
    passed: int


def score_tables_due(user: User, week: Week) -> list[TableDue]:
    """The market departments within sight, or above one's own people, and whether their tables have come (S5.4)."""
    tops = user.authority.paths(Power.READ_LOGS)
    departments = [
        unit
        for unit in Unit.objects.filter(kind=UnitKind.MARKET_DEPARTMENT, started_on__lt=week.end).order_by("path")
        if any(unit.path.startswith(top) or top.startswith(unit.path) for top in tops)
        and (unit.closed_on is None or unit.closed_on > week.first)
    ]
    found = ScoreTable.objects.filter(week=week.first, unit__in=departments).select_related("unit")
    tables = {table.unit_id: table for table in found}
    return [table_due(user, unit, tables.get(unit.pk)) for unit in departments]


def table_due(user: User, unit: Unit, table: ScoreTable | None) -> TableDue:
    rows = rows_seen(user, table) if table else []
    return TableDue(unit, table, len(rows), sum(bool(row["score_pass"]) for row in rows))
