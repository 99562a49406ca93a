"""How a day and a week of a customer manager are judged (S3.2, S3.a–S3.e, readings 1–7), and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from core.explain import N_, Line, RuleValue
from worklogs.rules.asking import Requirement
from worklogs.rules.kinds import CLAUSES, CONTACT_KINDS, LABELS, Kind
from worklogs.rules.tallying import Entry, Tally, tally

EDITION = 2  # raised when the same inputs and rule values come to be judged otherwise; scores are then judged anew


@dataclass(frozen=True, slots=True)
class Score:
    """`score_pass` (the pass mark) and `quota_met` (every minimum) are two verdicts; `passed` follows the pass rule."""

    points: int
    pass_mark: int
    passed: bool
    unmet: tuple[Kind, ...]
    lines: tuple[Line, ...]

    @property
    def score_pass(self) -> bool:
        return self.points >= self.pass_mark

    @property
    def quota_met(self) -> bool:
        return not self.unmet


@dataclass(frozen=True, slots=True)
class JudgedDay(Score):
    due: bool


@dataclass(frozen=True, slots=True)
class JudgedWeek(Score):
    due_days: int


def score_day(
    entries: Sequence[Entry], requirement: Requirement, *, due: bool = True, forfeited: bool = False
) -> JudgedDay:
    """Judge one day (S3.2, S3.a–S3.e). See `score_tally`."""
    return score_tally(tally(entries, requirement), requirement, due=due, forfeited=forfeited)


def score_tally(counted: Tally, requirement: Requirement, *, due: bool = True, forfeited: bool = False) -> JudgedDay:
    """Judge what counts of a day. Where no log is `due` nothing is asked, but points count for the week.

    `forfeited`: the log came late and the unit's rule gives late logs no points.
    """
    lines: list[Line] = []
    unmet: list[Kind] = []
    points = 0
    for kind in Kind:
        quota = requirement.day_quota(kind)
        done = counted.of(kind)
        earned = 0 if forfeited else points_for(kind, done, requirement)
        met = not due or done >= cast(int, quota.value)
        points += earned
        if not met:
            unmet.append(kind)
        lines.append(
            Line(
                LABELS[kind],
                None if kind == Kind.BROCHURES else earned,
                CLAUSES[kind],
                _inputs(kind, requirement),
                quota if due else None,
                met if due else None,
                counted=done,
            )
        )
    mark = requirement.number("day_pass_mark") if due else 0
    score_pass = points >= mark
    lines += _left_out(counted, requirement, forfeited=forfeited)
    lines.append(_sum_line(N_("Points of the day"), points, requirement.rule("day_pass_mark"), score_pass, due=due))
    if due:
        lines += _minima_line(
            [(k, cast(int, requirement.day_quota(k).value)) for k in CONTACT_KINDS], mark, requirement
        )
    passed = requirement.passes(score_pass=score_pass, quota_met=not unmet)
    return JudgedDay(points, mark, passed, tuple(unmet), tuple(lines), due)


def points_for(kind: Kind, done: int, requirement: Requirement) -> int:
    """Points of one kind on a day; brochures bring none. A cap, where there is one, holds for the kind's points."""
    if kind == Kind.BROCHURES:
        return 0
    earned = done * requirement.points(kind)
    cap = requirement.cap(kind)
    return min(earned, cap) if cap else earned


def points_by_kind(counted: Tally, requirement: Requirement) -> tuple[int, ...]:
    """The points of a day, in the order of `CONTACT_KINDS`."""
    return tuple(points_for(kind, counted.of(kind), requirement) for kind in CONTACT_KINDS)


def score_week(total: Tally, earned: Sequence[int], requirement: Requirement, *, due_days: int) -> JudgedWeek:
    """Judge an ISO week from what counts of all its days and what each kind `earned` on them (S3.2, S3.b–S3.e).

    `due_days` are all days of the week on which a log is owed, those still to come included. With fewer of them than a
    full week has, pass mark and quotas are reduced in proportion and rounded up (reading 5).
    """
    lines = [_due_days_line(due_days, requirement)]
    unmet: list[Kind] = []
    for kind, points_of_kind in zip(CONTACT_KINDS, earned, strict=True):
        quota = requirement.week_quota(kind)
        needed = reduced(cast(int, quota.value), due_days, requirement)
        done = total.of(kind)
        if done < needed:
            unmet.append(kind)
        lines.append(
            Line(
                LABELS[kind],
                points_of_kind,
                CLAUSES[kind],
                ((N_("needed"), needed),),
                quota,
                done >= needed,
                counted=done,
            )
        )
    rule = requirement.rule("week_pass_mark")
    mark = reduced(cast(int, rule.value), due_days, requirement)
    points = sum(earned)
    score_pass = points >= mark
    lines.append(Line(N_("Points of the week"), points, "S3.2", ((N_("needed"), mark),), rule, score_pass, total=True))
    minima = [(k, reduced(cast(int, requirement.week_quota(k).value), due_days, requirement)) for k in CONTACT_KINDS]
    lines += _minima_line(minima, mark, requirement)
    passed = requirement.passes(score_pass=score_pass, quota_met=not unmet)
    return JudgedWeek(points, mark, passed, tuple(unmet), tuple(lines), due_days)


COUNTS = {N_("Clients not found in CRM"), N_("Days due"), N_("All minima together")}


def told_apart(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored lines as they are shown. Edition 1, which stays in the weeks that a closed month has counted, put what was
    counted among the points."""
    if any("total" in line for line in lines):
        return [dict(line) for line in lines]
    kinds = {str(label) for label in LABELS.values()}
    return [
        {**line, "counted": line.get("result"), "result": None}
        if line["label"] in COUNTS
        or (line["label"] in kinds and any(name == "needed" for name, _ in line.get("inputs", ())))
        else dict(line)
        for line in lines
    ]


def reduced(value: int, due_days: int, requirement: Requirement) -> int:
    """A week's number for a week with `due_days`: in proportion, rounded up, never more than the full number."""
    full = requirement.number("full_week")
    if due_days == 0:
        return 0
    if due_days >= full or not requirement.rule("short_weeks_ask_less").value:
        return value
    return -(-value * due_days // full)


def _inputs(kind: Kind, requirement: Requirement) -> tuple[tuple[str, int], ...]:
    if kind == Kind.BROCHURES:
        return ()
    cap = requirement.cap(kind)
    capped = ((N_("at most points"), cap),) if cap else ()
    return ((N_("points each"), requirement.points(kind)), *capped)


def _left_out(counted: Tally, requirement: Requirement, *, forfeited: bool) -> list[Line]:
    """Why entries, or all of them, bring nothing."""
    lines = []
    if counted.known:
        lines.append(
            Line(
                N_("Numbers already known"),
                clause="S3.b",
                counted=counted.known,
                note=N_("A number counts once for the whole firm."),
            )
        )
    if counted.repeated:
        lines.append(
            Line(
                N_("Same contact again"),
                clause="S3.2",
                counted=counted.repeated,
                note=N_("A contact counts once a day, under the kind that brings more points."),
            )
        )
    if counted.not_found:
        lines.append(_not_found(counted.not_found, requirement))
    if forfeited:
        lines.append(
            Line(N_("Handed in late"), clause="S3.2", met=False, note=N_("By rule a late log brings no points."))
        )
    return lines


def _not_found(entries: int, requirement: Requirement) -> Line:
    rule = requirement.rule("clients_not_found_score")
    note = N_("By rule they bring no points.") if requirement.only_clients_found else N_("They count, and are marked.")
    return Line(N_("Clients not found in CRM"), clause="S3.e", rule=rule, note=note, counted=entries)


def _sum_line(label: str, points: int, mark: RuleValue, score_pass: bool, *, due: bool) -> Line:
    if due:
        return Line(label, points, "S3.2", rule=mark, met=score_pass, total=True)
    note = N_("No log is due on this day; the points count for the week.")
    return Line(label, points, "S3.2", note=note, total=True)


def _due_days_line(due_days: int, requirement: Requirement) -> Line:
    full = requirement.rule("full_week")
    note = ""
    if due_days < cast(int, full.value) and requirement.rule("short_weeks_ask_less").value:
        note = N_("Pass mark and minima are reduced in proportion and rounded up.")
    return Line(N_("Days due"), clause="S3.2", rule=full, note=note, counted=due_days)


def _minima_line(minima: Sequence[tuple[Kind, int]], mark: int, requirement: Requirement) -> list[Line]:
    """Says where fulfilling every minimum would still not reach the pass mark (readings 2 and 3)."""
    together = sum(points_for(kind, needed, requirement) for kind, needed in minima)
    if together >= mark:
        return []
    note = N_("Meeting every minimum is not a pass.")
    return [Line(N_("All minima together"), clause="S3.2", inputs=((N_("points"), together),), note=note)]


@dataclass(frozen=True, slots=True)
class Missing:
    """`way` is the shortest way to the pass mark: so many more of a kind; `quotas` are the minima still open."""

    points: int
    way: tuple[Kind, int] | None
    quotas: tuple[tuple[Kind, int], ...]


def still_missing(counted: Tally, requirement: Requirement, score: JudgedDay) -> Missing:
    """What a day lacks. The way prefers what brings most points, then what its own minimum still asks for."""
    quotas = tuple((kind, cast(int, requirement.day_quota(kind).value) - counted.of(kind)) for kind in score.unmet)
    short = max(score.pass_mark - score.points, 0)
    open_kinds = [
        kind
        for kind in CONTACT_KINDS
        if requirement.points(kind) and not (requirement.cap(kind) and requirement.cap(kind) < score.pass_mark)
    ]
    way = None
    if short and open_kinds:
        best = max(open_kinds, key=lambda kind: (requirement.points(kind), dict(quotas).get(kind, 0)))
        way = (best, -(-short // requirement.points(best)))
    return Missing(short, way, quotas)
