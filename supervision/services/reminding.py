"""Judging who lags and telling those concerned: a run row makes it happen once, whoever asks and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.urls import reverse

from attendance.selectors import calendar_for
from core.clock import day_of
from core.explain import N_, Line, digest_of, lines_as_json
from core.periods import PERIODS, Period
from core.refusals import NotDone
from messaging.models import Channel, Message, State
from messaging.services import post
from messaging.telling import of_rule
from policies.selectors import value_for
from supervision import parameters
from supervision.models import LaggardEntry, PeriodKind, Reminder, ReminderRule, ReminderRun
from supervision.rules import Selection, Timing, laggards
from supervision.selectors.rankings import Ranking, digest_of_list
from supervision.selectors.rounds import (
    RuleRound,
    Structure,
    finished_scopes,
    first_known_day,
    lists_with_news,
    periods_between,
    rounds_of,
    timing_on,
)
from supervision.services.notes import Later, Listed, Note, digest_notes, notes, untold
from supervision.wording import period_in_words
from teams.models import Unit, UnitKind

AT_ONCE = 200  # lists judged in one transaction
A_TICK = 600  # lists after which a tick leaves the rest to the next one
JUDGED = (
    "state", "missing", "first_on", "finished_at", "is_late", "is_digest", "considered", "exempt", "lines", "digest",
    "untold",
)  # fmt: skip


class Status(StrEnum):
    DONE = "done"
    ALREADY_DONE = "already_done"
    NOT_KNOWN = "not_known"
    NOT_A_TRADING_DAY = "not_a_trading_day"


class NotYetBegun(NotDone):
    """The period lies in the future: there is nothing to judge."""


class NoRule(NotDone):
    """No rule in force reminds of periods of this kind: there is nothing to judge by."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one list: where it was judged now, its entries and what is told of them."""

    run: ReminderRun
    status: Status
    is_changed: bool = False
    entries: Sequence[Listed] = ()
    notes: Sequence[Note] = ()


@dataclass(slots=True)
class Reminding:
    """What came of reminding for a period: its lists, and how many messages were posted by each channel."""

    period: Period
    status: Status
    outcomes: list[Outcome] = field(default_factory=list)
    messages: Counter[str] = field(default_factory=Counter)


def remind(*, period: Period, unit: Unit | None = None, now: datetime) -> Reminding:
    """Judge a period by all rules of its kind, in the scopes at or below `unit`, exactly as the schedule would.

    Raises `NotYetBegun`, `NoRule`.
    """
    if period.first > day_of(now):
        raise NotYetBegun
    calendar = calendar_for(period)
    rounds = rounds_of(period, rules=list(ReminderRule.objects.all()), calendar=calendar)
    if not rounds:
        raise NoRule
    if not calendar.trading_days(period):
        return Reminding(period, Status.NOT_A_TRADING_DAY)
    timing = timing_on(Structure(period.last))
    result = Reminding(period, Status.DONE)
    for round_ in rounds:
        scopes = [scope for scope in round_.scopes if unit is None or scope.path.startswith(unit.path)]
        result.outcomes += run_rule(round_=round_, scopes=scopes, timing=timing, now=now, posted=result.messages)
    found = {outcome.status for outcome in result.outcomes}
    order = (Status.DONE, Status.NOT_KNOWN, Status.ALREADY_DONE)
    result.status = next((status for status in order if status in found), Status.DONE)
    return result


def run_due(*, now: datetime) -> Reminding:
    """Judge what is due and not done yet, the oldest first: the tick of the schedule, after an interruption too.

    However long ago it was, a list that waits for data is made when the data comes.
    """
    today = day_of(now)
    result = Reminding(Period.between(today, today), Status.ALREADY_DONE)
    first_known = first_known_day()
    if first_known is None:
        return result
    timing = timing_on(Structure(today))
    for round_, scopes in _work(first_known, today, timing, now):
        result.outcomes += run_rule(round_=round_, scopes=scopes, timing=timing, now=now, posted=result.messages)
        if len(result.outcomes) >= A_TICK:
            break
    if result.outcomes:
        result.status = Status.DONE
    return result


def _work(first_known: date, today: date, timing: Timing, now: datetime) -> Iterator[tuple[RuleRound, list[Unit]]]:
    """The rounds to run with their scopes: waiting lists of any time whose data has come, then what is due."""
    for round_ in _answerable_rounds(today):
        if round_.due_at(timing) > now:
            continue
        _done, waiting = finished_scopes(round_.rule.code, round_.period)
        missing = round_.missing([scope for scope in round_.scopes if scope.pk in waiting])
        yield round_, [scope for scope in round_.scopes if missing.get(scope.pk) == []]
    for round_ in _due_rounds(first_known, today, timing, now):
        yield round_, _ready(round_, timing, first_known, now)


def _answerable_rounds(today: date) -> list[RuleRound]:
    """The rounds of lists that wait for data of which some has come since, the oldest first."""
    waiting = lists_with_news()
    if not waiting:
        return []
    rules, structure = list(ReminderRule.objects.all()), Structure(today)
    kinds = {rule.code: rule.period for rule in rules}
    periods = {PERIODS[kinds[code]](on) for code, on in waiting}
    return [
        round_
        for period in sorted(periods, key=lambda one: (one.end, one.kind))
        for round_ in rounds_of(
            period, rules=rules, calendar=calendar_for(period), structure=structure.on_day(period.last)
        )
        if (round_.rule.code, period.last) in waiting
    ]


def _due_rounds(first_known: date, today: date, timing: Timing, now: datetime) -> list[RuleRound]:
    """The rounds whose time has come, the oldest first."""
    structure = Structure(today)
    look_back = value_for(parameters.CATCH_UP_DAYS, unit=structure.company, on=today)
    since = max(first_known, today - timedelta(days=int(str(look_back.value))))
    if since > today:
        return []
    calendar = calendar_for(Period.between(since, today))
    rules = list(ReminderRule.objects.all())
    return [
        round_
        for kind in (PeriodKind.DAY, PeriodKind.WEEK)
        for period in periods_between(kind, since, today)
        if calendar.trading_days(period)
        for round_ in rounds_of(period, rules=rules, calendar=calendar, structure=structure.on_day(period.last))
        if round_.due_at(timing) <= now
    ]


def _ready(round_: RuleRound, timing: Timing, first_known: date, now: datetime) -> list[Unit]:
    """The scopes whose list can be made now, and those of which it must now be said that their data is missing."""
    done, waiting = finished_scopes(round_.rule.code, round_.period)
    pending = [scope for scope in round_.scopes if scope.pk not in done and round_.window(scope)[0] >= first_known]
    if not pending:
        return []
    missing = round_.missing(pending)
    is_late = round_.late_at(timing) <= now
    return [scope for scope in pending if not missing[scope.pk] or (is_late and scope.pk not in waiting)]


def run_rule(
    *, round_: RuleRound, scopes: Sequence[Unit], timing: Timing, now: datetime, posted: Counter[str]
) -> list[Outcome]:
    """Judge a rule's period in some of its scopes: the lists, their entries and their messages, all or none of them.

    A list that is done stays as it is. One whose data has not come is left waiting, and those in charge are told once.
    `posted` is added to.
    """
    outcomes: list[Outcome] = []
    for start in range(0, len(scopes), AT_ONCE):
        outcomes += _run_some(round_, scopes[start : start + AT_ONCE], timing, now, posted)
    return outcomes


@transaction.atomic
def _run_some(
    round_: RuleRound, scopes: Sequence[Unit], timing: Timing, now: datetime, posted: Counter[str]
) -> list[Outcome]:
    missing = round_.missing(scopes)
    outcomes = [_outcome(round_, run, missing[run.scope_id], timing, now) for run in claimed(round_, scopes, now)]
    ReminderRun.objects.bulk_update([one.run for one in outcomes if one.is_changed], JUDGED)
    LaggardEntry.objects.bulk_create(listed.entry for one in outcomes for listed in one.entries)
    posted.update(_tell([note for one in outcomes for note in one.notes], now))
    if round_.due_at(timing) <= now:
        posted[Channel.IN_APP] += _tell_what_is_missing(round_, outcomes, now)
    return outcomes


def _outcome(round_: RuleRound, run: ReminderRun, missing: list[date], timing: Timing, now: datetime) -> Outcome:
    """Judge one list, unless that is done or its data has not come; nothing is saved yet."""
    if run.state == ReminderRun.State.DONE:
        return Outcome(run, Status.ALREADY_DONE)
    if missing:
        is_news, run.missing = run.missing != missing, missing
        return Outcome(run, Status.NOT_KNOWN, is_news)
    ranking = round_.ranking(run.scope)
    entries = _judge(round_, run, ranking)
    run.finished_at, run.is_late = now, round_.late_at(timing) <= now
    run.is_digest = round_.rule.taking.is_one_digest(ranking.places)
    run.untold = untold(round_, run, entries)
    told = digest_notes(round_, run, run.considered) if run.is_digest else notes(round_, run, entries, ranking)
    return Outcome(run, Status.DONE, True, entries, told)


def claimed(round_: RuleRound, scopes: Sequence[Unit], now: datetime) -> list[ReminderRun]:
    """The run rows of the scopes, there exactly once and locked: a second tick waits here and finds them done."""
    ReminderRun.objects.bulk_create(
        (
            ReminderRun(
                rule=round_.rule,
                code=round_.rule.code,
                scope=scope,
                business_on=round_.period.last,
                state=ReminderRun.State.NOT_KNOWN,
                started_at=now,
            )
            for scope in scopes
        ),
        ignore_conflicts=True,
    )
    runs = ReminderRun.objects.filter(code=round_.rule.code, business_on=round_.period.last, scope__in=scopes)
    return list(runs.select_related("rule", "scope").order_by("scope_id").select_for_update(of=("self",)))


def _judge(round_: RuleRound, run: ReminderRun, ranking: Ranking) -> list[Listed]:
    """Fill the run with what was compared; the entries of its list, not yet saved."""
    selection = round_.selection(run.scope)
    context = round_.context(run.scope)
    found = laggards(ranking.places, selection, context=context)
    run.state, run.missing = ReminderRun.State.DONE, []
    run.first_on = round_.span(run.scope).first
    run.considered = len(ranking.places)
    run.exempt = [{"code": subject.code, "name": subject.name, "reason": reason} for subject, reason in ranking.exempt]
    run.lines = lines_as_json(
        (
            *context,
            Line(N_("Compared"), counted=run.considered, clause=round_.rule.clause),
            Line(N_("Left out of the ranking"), counted=len(run.exempt)),
            *_where_it_ends(ranking, selection),
        )
    )
    run.digest = digest_of_list(ranking.values(), run.lines)
    listed = []
    for one in found:
        subject = ranking.subjects[one.key]
        lines = lines_as_json(one.lines)
        entry = LaggardEntry(
            run=run,
            unit_id=subject.unit_id,
            person_id=subject.person_id,
            openings=one.value,
            rank=one.rank,
            of=one.of,
            tied=one.tied,
            by_tie=one.by_tie,
            reasons=[reason.value for reason in one.reasons],
            lines=lines,
            digest=digest_of({"code": subject.code, "lines": lines}),
        )
        listed.append(Listed(entry, subject))
    return listed


def _where_it_ends(ranking: Ranking, selection: Selection) -> Iterator[Line]:
    """How many places were looked at, and equals at the cut who were spared."""
    if selection.bottom is None or not ranking.places:
        return
    cut = selection.cut(place.value for place in ranking.places)
    yield Line(N_("Places taken from the end"), counted=cut.places, rule=selection.bottom)
    if cut.left_out and cut.left_at:
        opened = ((N_("accounts opened by each"), cut.left_at),)
        yield Line(
            N_("Equals at the cut, not listed: the list would be longer than half"),
            counted=cut.left_out,
            inputs=opened,
            rule=selection.tie_past_half,
        )


def _tell(written: Sequence[Note], now: datetime) -> Counter[str]:
    """Post the messages and remember which entry was told to whom; how many by each channel, and how many cannot go."""
    if not written:
        return Counter()
    post([note.draft for note in written], now=now)
    posted = Message.objects.filter(
        rule__in={note.draft.rule for note in written}, business_date=written[0].draft.business_date
    ).values_list("pk", "rule", "recipient", "channel", "state")
    messages = {(rule, recipient, channel): (pk, state) for pk, rule, recipient, channel, state in posted}

    def message_of(note: Note) -> tuple[int, str]:
        return messages[note.draft.rule, note.draft.recipient_id, note.draft.channel]

    reminders = {
        (note.run.pk, one.entry.pk if one else None, note.draft.recipient_id, note.draft.channel): Reminder(
            run=note.run,
            entry=one.entry if one else None,
            recipient_id=note.draft.recipient_id,
            who=note.who,
            channel=note.draft.channel,
            message_id=message_of(note)[0],
        )
        for note in reversed(written)  # of two texts about one entry the first is the one that told of it
        for one in (note.about or (None,))
    }
    Reminder.objects.bulk_create(reversed(reminders.values()))
    impossible = State.IMPOSSIBLE
    return Counter(str(impossible if message_of(note)[1] == impossible else note.draft.channel) for note in written)


def _tell_what_is_missing(round_: RuleRound, outcomes: Iterable[Outcome], now: datetime) -> int:
    """Tell the departments in charge, once a period whatever the number of rules; how many were told."""
    drafts = {
        member.user_id: of_rule(
            f"supervision.data_missing/{round_.period.kind}",
            member.user_id,
            "supervision.data_missing",
            on=round_.period.last,
            link=reverse("supervision:lists"),
            days=outcome.run.missing,
            period=Later(period_in_words, round_.period),
        )
        for outcome in outcomes
        if outcome.status == Status.NOT_KNOWN
        and outcome.run.scope.kind in (UnitKind.COMPANY, UnitKind.REGIONAL_DEPARTMENT)
        for member in round_.structure.in_charge(outcome.run.scope)
    }
    return post(drafts.values(), now=now) if drafts else 0
