"""Judge days and weeks for thousands of people at once: a constant number of queries a week, only changed rows written.

The digests are read before the facts, and a row is written only while its digest is still the one that was read. So a
run over everybody never overwrites what somebody's save has judged meanwhile from newer facts.
"""

from __future__ import annotations

import json
import operator
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db import models, transaction
from django.db.models import QuerySet

from attendance.rules import Calendar
from attendance.selectors import calendar_for
from core.bulk import MergeTarget, merge_by_digest
from core.explain import digest_of, lines_as_json
from core.periods import Period, Week
from teams.models import Unit
from worklogs.models import DayScore, LogEntry, WeekScore, WorkLog
from worklogs.rules import scoring, tallying, windows
from worklogs.rules.asking import Requirement
from worklogs.rules.kinds import CONTACT_KINDS, Kind, KnownAs
from worklogs.rules.scoring import JudgedDay, JudgedWeek
from worklogs.rules.tallying import Entry, Tally
from worklogs.selectors import Place, places, requirements_over

NOTHING, NO_POINTS = Tally(), (0,) * len(CONTACT_KINDS)
Key = tuple[int, date]  # a person and a day, or a person and the Monday of a week
Closing = Callable[[Week], Iterable[str]]  # paths of the units of which a closed month has counted a week
_closings: list[Closing] = []


@dataclass(slots=True)
class Judged:
    """What a run looked at and what it changed."""

    days: int = 0
    weeks: int = 0
    changed_days: int = 0
    changed_weeks: int = 0
    removed: int = 0

    def add(self, other: Judged) -> None:
        self.days += other.days
        self.weeks += other.weeks
        self.changed_days += other.changed_days
        self.changed_weeks += other.changed_weeks
        self.removed += other.removed


def judge(
    *, period: Period, until: date, units: Iterable[Unit] | None = None, people: Collection[int] | None = None
) -> Judged:
    """Judge every week that touches `period`, day by day up to `until`, each week in a transaction of its own.

    Days without a log are judged too: nothing written on a workday is no points. Leave is not known yet. Where a
    closed month has counted a week, its judgements stay.
    """
    judged = Judged()
    units = None if units is None else list(units)
    week = Week(period.first)
    while week.first < period.end and week.first <= until:
        judged.add(_judge_week(week, until, units, people))
        week = week.next()
    return judged


def register_closing(closed_in: Closing) -> None:
    """Whoever closes months says here of which units one has counted a week; its judgements stay (reading 36)."""
    _closings.append(closed_in)


def closed_units(week: Week) -> set[int]:
    """The units whose judgements of a week no longer change."""
    paths = [path for closed_in in _closings for path in closed_in(week)]
    if not paths:
        return set()
    closed = models.Q(pk__in=[])
    for path in paths:
        closed |= models.Q(path__startswith=path)
    return set(Unit.objects.filter(closed).values_list("pk", flat=True))


@dataclass(slots=True)
class _Facts:
    """All that a week's judgement rests on."""

    places: dict[int, list[Place]]
    calendar: Calendar
    requirements: dict[Key, Requirement]
    logs: dict[Key, _LogJudged]


@dataclass(slots=True)
class _LogJudged:
    unit_id: int
    late: bool
    handed_in: bool
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A judgement to be: its digest covers inputs and rules; `score` is worked out only where the digest changed."""

    unit_id: int
    earned: tuple[int, ...]  # in the order of `CONTACT_KINDS`
    digest: str
    score: Callable[[], JudgedDay | JudgedWeek]


@transaction.atomic
def _judge_week(week: Week, until: date, units: list[Unit] | None, people: Collection[int] | None) -> Judged:
    held = places(week, units=units, people=people)
    only = None if units is None and people is None else {*held, *(people or ())}
    if closed := closed_units(week):
        held = {person: own for person, own in held.items() if own[-1].unit_id not in closed}
        only = set(held)
    of_days = DayScore.objects.filter(on__gte=week.first, on__lt=week.end).exclude(unit__in=closed)
    of_weeks = WeekScore.objects.filter(week=week.first).exclude(unit__in=closed)
    days_before, weeks_before = _digests(of_days, "on", only), _digests(of_weeks, "week", only)
    facts = _facts(week, held, only)
    days, weeks = _Bench(facts, week, until).verdicts()
    days = {key: verdict for key, verdict in days.items() if verdict.unit_id not in closed}
    weeks = {key: verdict for key, verdict in weeks.items() if verdict.unit_id not in closed}
    changed_days = merge_by_digest(DAY_SCORES, _changed(days, days_before))
    changed_weeks = merge_by_digest(WEEK_SCORES, _changed(weeks, weeks_before))
    removed = _remove(DayScore, "on", days_before.keys() - days.keys())
    removed += _remove(WeekScore, "week", weeks_before.keys() - weeks.keys())
    return Judged(len(days), len(weeks), changed_days, changed_weeks, removed)


def _digests(rows: QuerySet[models.Model], day: str, only: Collection[int] | None) -> dict[Key, str]:
    if only is not None:
        rows = rows.filter(person__in=only)
    return {(person, on): digest for person, on, digest in rows.values_list("person_id", day, "digest")}


def _facts(week: Week, held: dict[int, list[Place]], only: Collection[int] | None) -> _Facts:
    """Four questions: the calendar, the policy, the logs and their entries."""
    rows = WorkLog.objects.filter(on__gte=week.first, on__lt=week.end)
    if only is not None:
        rows = rows.filter(person__in=only)
    logs: dict[Key, _LogJudged] = {}
    by_id: dict[int, _LogJudged] = {}
    for pk, person, unit, on, late, state, brochures in rows.values_list(
        "pk", "person_id", "unit_id", "on", "late", "state", "brochures"
    ):
        handed_in = state == WorkLog.State.SUBMITTED
        logs[person, on] = by_id[pk] = _LogJudged(unit, late, handed_in, [Entry(Kind.BROCHURES, quantity=brochures)])
    entries = LogEntry.objects.filter(log__on__gte=week.first, log__on__lt=week.end, awaits_yes=False)
    if only is not None:
        entries = entries.filter(log__person__in=only)
    kinds, known = {kind.value: kind for kind in Kind}, {one.value: one for one in KnownAs}
    columns = ("log_id", "kind", "contact_id", "known_as", "not_in_crm")
    for log, kind, contact, known_as, not_in_crm in entries.order_by("pk").values_list(*columns):
        if log in by_id:
            by_id[log].entries.append(Entry(kinds[kind], contact, known[known_as], is_found=not not_in_crm))
    unit_ids = {place.unit_id for some in held.values() for place in some} | {log.unit_id for log in logs.values()}
    return _Facts(held, calendar_for(week), requirements_over(unit_ids, week), logs)


class _Bench:
    """Judges one week of many people; the same tally under the same rules is judged once."""

    def __init__(self, facts: _Facts, week: Week, until: date) -> None:
        self.facts, self.week, self.until = facts, week, until
        self.workdays = frozenset(facts.calendar.workdays(week))
        self.seen: dict[tuple[object, ...], _Verdict] = {}
        self.rules: dict[int, str] = {}

    def verdicts(self) -> tuple[dict[Key, _Verdict], dict[Key, _Verdict]]:
        days: dict[Key, _Verdict] = {}
        weeks: dict[Key, _Verdict] = {}
        written: dict[int, list[date]] = defaultdict(list)
        for person, on in self.facts.logs:
            written[person].append(on)
        for person in sorted(self.facts.places.keys() | written.keys()):
            verdict = self._person(person, sorted(written.get(person, ())), days)
            if verdict:
                weeks[person, self.week.first] = verdict
        return days, weeks

    def _person(self, person: int, written: list[date], days: dict[Key, _Verdict]) -> _Verdict | None:
        """Puts the person's days into `days`; the week's verdict, or None where there was nothing to judge."""
        posted = {
            on: place.unit_id
            for place in self.facts.places.get(person, ())
            for on in Period(place.from_on, place.end).days()
        }
        due = self.workdays & posted.keys()
        total, earned = NOTHING, NO_POINTS
        for on in sorted(due | set(written)):
            if on > self.until:
                continue
            log = self.facts.logs.get((person, on))
            unit = posted.get(on) or (log.unit_id if log else 0)
            counted = tallying.tally(log.entries, self.facts.requirements[unit, on]) if log else NOTHING
            verdict = days[person, on] = self._day(unit, on, log, counted, due=on in due)
            total, earned = total + counted, tuple(map(operator.add, earned, verdict.earned))
        if not due and not written:
            return None
        first = min(posted.keys() | set(written))
        unit = posted[max(posted)] if posted else self.facts.logs[person, written[-1]].unit_id
        return self._week(unit, first, total, earned, len(due))

    def _day(self, unit: int, on: date, log: _LogJudged | None, counted: Tally, *, due: bool) -> _Verdict:
        asked = self.facts.requirements[unit, on]
        forfeited = log is not None and windows.is_forfeited(
            on, self.until, asked, handed_in=log.handed_in, late=log.late
        )
        inputs = (unit, counted, due, forfeited)
        key = (id(asked), *inputs)
        if key not in self.seen:
            earned = NO_POINTS if forfeited else scoring.points_by_kind(counted, asked)
            judged = partial(scoring.score_tally, counted, asked, due=due, forfeited=forfeited)
            self.seen[key] = _Verdict(unit, earned, self._digest(asked, inputs), judged)
        return self.seen[key]

    def _week(self, unit: int, first: date, total: Tally, earned: tuple[int, ...], due_days: int) -> _Verdict:
        """By the rules of the last unit as they were on the first day: nobody is asked for more in the middle."""
        asked = self.facts.requirements[unit, first]
        inputs = (unit, total, earned, due_days)
        key = (id(asked), *inputs)
        if key not in self.seen:
            judged = partial(scoring.score_week, total, earned, asked, due_days=due_days)
            self.seen[key] = _Verdict(unit, earned, self._digest(asked, inputs), judged)
        return self.seen[key]

    def _digest(self, asked: Requirement, inputs: tuple[object, ...]) -> str:
        if id(asked) not in self.rules:
            values = [(code, str(rule.value), rule.layer, rule.since) for code, rule in sorted(asked.values.items())]
            self.rules[id(asked)] = digest_of((scoring.EDITION, values))
        return digest_of((self.rules[id(asked)], inputs))


def _changed(verdicts: Mapping[Key, _Verdict], before: Mapping[Key, str]) -> list[tuple[object, ...]]:
    """The rows to write, each with the digest it replaces."""
    rows: dict[int, tuple[object, ...]] = {}

    def row(verdict: _Verdict) -> tuple[object, ...]:
        if id(verdict) not in rows:
            score = verdict.score()
            lines = json.dumps(lines_as_json(score.lines), ensure_ascii=False)
            verdicts_of = (score.points, score.pass_mark, score.score_pass, score.quota_met, score.passed)
            first = score.due if isinstance(score, JudgedDay) else score.due_days
            unmet = ";".join(score.unmet)
            rows[id(verdict)] = (verdict.unit_id, first, *verdicts_of, unmet, lines, verdict.digest)
        return rows[id(verdict)]

    return [
        (*key, *row(verdict), before.get(key, ""))
        for key, verdict in verdicts.items()
        if before.get(key) != verdict.digest
    ]


def _remove(model: type[DayScore] | type[WeekScore], day: str, keys: Collection[Key]) -> int:
    """Scores of days on which nothing is due any more and nothing was written."""
    if not keys:
        return 0
    by_day: dict[date, list[int]] = defaultdict(list)
    for person, on in keys:
        by_day[on].append(person)
    stale = models.Q(pk__in=[])
    for on, people in by_day.items():
        stale |= models.Q(**{day: on, "person__in": people})
    removed, _ = model.objects.filter(stale).delete()
    return removed


_VERDICTS = (
    ("points", "int"),
    ("pass_mark", "int"),
    ("score_pass", "bool"),
    ("quota_met", "bool"),
    ("passed", "bool"),
    ("unmet", "text", "string_to_array({}, ';')"),
)
DAY_SCORES = MergeTarget(
    DayScore._meta.db_table,
    keys=(("person_id", "bigint"), ("on", "date")),
    columns=(("unit_id", "bigint"), ("due", "bool"), *_VERDICTS),
    shared="lines",
)
WEEK_SCORES = MergeTarget(
    WeekScore._meta.db_table,
    keys=(("person_id", "bigint"), ("week", "date")),
    columns=(("unit_id", "bigint"), ("due_days", "int"), *_VERDICTS),
    shared="lines",
)
