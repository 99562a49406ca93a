"""How a day and a week of a customer manager are judged (S3.2, S3.a–S3.e, readings 1–7). Pure: values in, a value out."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import cast

from core.explain import N_, Line, RuleValue
from core.periods import Month, Period


class Kind(StrEnum):
    """What is counted on a work log."""

    BROCHURES = "brochures"
    PROSPECT = "prospect"
    APPOINTMENT = "appointment"
    PROSPECT_CALL = "prospect_call"
    CLIENT_CALL = "client_call"


class KnownAs(StrEnum):
    """What the firm knew of a number before it was entered."""

    NEW = ""
    OWN = "own"
    COLLEAGUE = "colleague"
    CLIENT = "client"


LABELS: dict[Kind, str] = {
    Kind.BROCHURES: N_("Brochures handed out"),
    Kind.PROSPECT: N_("Phone numbers obtained"),
    Kind.APPOINTMENT: N_("Face-to-face appointments"),
    Kind.PROSPECT_CALL: N_("Follow-up calls to prospects"),
    Kind.CLIENT_CALL: N_("Calls to existing clients"),
}
CLAUSES: dict[Kind, str] = {
    Kind.BROCHURES: "S3.a",
    Kind.PROSPECT: "S3.b",
    Kind.APPOINTMENT: "S3.c",
    Kind.PROSPECT_CALL: "S3.d",
    Kind.CLIENT_CALL: "S3.e",
}
CONTACT_KINDS = (Kind.PROSPECT, Kind.APPOINTMENT, Kind.PROSPECT_CALL, Kind.CLIENT_CALL)
EDITION = 1  # raised when the same inputs and rule values come to be judged otherwise; scores are then judged anew
PASS_BY_SCORE, PASS_BY_BOTH = N_("score"), N_("both")


# --- what is asked ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Requirement:
    """The rule values that hold for a unit on a day, by parameter code (`worklogs.parameters`)."""

    values: Mapping[str, RuleValue]

    def rule(self, name: str) -> RuleValue:
        return self.values[f"worklogs.{name}"]

    def number(self, name: str) -> int:
        return cast(int, self.rule(name).value)

    def points(self, kind: Kind) -> int:
        return self.number(f"points_{kind}")

    def cap(self, kind: Kind) -> int:
        """The most points a kind brings in a day; 0 where there is no cap."""
        return self.number(f"cap_{kind}")

    def day_quota(self, kind: Kind) -> RuleValue:
        return self.rule(f"day_{kind}")

    def week_quota(self, kind: Kind) -> RuleValue:
        return self.rule(f"week_{kind}")

    def passes(self, *, score_pass: bool, quota_met: bool) -> bool:
        """What the two verdicts mean together (reading 2)."""
        return score_pass and (quota_met or self.rule("pass_rule").value == PASS_BY_SCORE)


# --- what happened ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Entry:
    """A contact of a day, or brochures handed out; `contact` tells contacts apart."""

    kind: Kind
    contact: object = None
    known_as: KnownAs = KnownAs.NEW
    quantity: int = 1


class Standing(StrEnum):
    """Whether an entry counts, and if not, why."""

    COUNTS = "counts"
    KNOWN = "known"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Tally:
    """What counts of a day: brochures, contacts in the order of `CONTACT_KINDS`, and what does not count."""

    brochures: int = 0
    contacts: tuple[int, ...] = (0, 0, 0, 0)
    known: int = 0
    repeated: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.brochures + other.brochures,
            tuple(map(operator.add, self.contacts, other.contacts)),
            self.known + other.known,
            self.repeated + other.repeated,
        )

    def of(self, kind: Kind) -> int:
        return self.brochures if kind == Kind.BROCHURES else self.contacts[CONTACT_KINDS.index(kind)]


def standings(entries: Iterable[Entry]) -> list[Standing]:
    """Entry by entry, in the order in which they were written, whether it counts (reading 6).

    A contact counts once a day, under the kind it was first entered as, so that a further entry never takes away what
    already counted. A number known to the firm does not count again as obtained.
    """
    counted: set[object] = set()
    found = []
    for entry in entries:
        if entry.kind == Kind.BROCHURES:
            found.append(Standing.COUNTS)
        elif entry.kind == Kind.PROSPECT and entry.known_as != KnownAs.NEW:
            found.append(Standing.KNOWN)
        elif entry.contact in counted:
            found.append(Standing.REPEATED)
        else:
            counted.add(entry.contact)
            found.append(Standing.COUNTS)
    return found


def tally(entries: Sequence[Entry]) -> Tally:
    """Count a day's entries."""
    counts = dict.fromkeys(Kind, 0)
    left_out = dict.fromkeys(Standing, 0)
    for entry, standing in zip(entries, standings(entries), strict=True):
        if standing == Standing.COUNTS:
            counts[entry.kind] += entry.quantity
        else:
            left_out[standing] += 1
    return Tally(
        brochures=counts[Kind.BROCHURES],
        contacts=tuple(counts[kind] for kind in CONTACT_KINDS),
        known=left_out[Standing.KNOWN],
        repeated=left_out[Standing.REPEATED],
    )


# --- how it is judged ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DayScore:
    """`score_pass` (the pass mark) and `quota_met` (every minimum) are two verdicts; `passed` follows the pass rule."""

    due: bool
    points: int
    pass_mark: int
    score_pass: bool
    quota_met: bool
    passed: bool
    unmet: tuple[Kind, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class WeekScore:
    due_days: int
    points: int
    pass_mark: int
    score_pass: bool
    quota_met: bool
    passed: bool
    unmet: tuple[Kind, ...]
    lines: tuple[Line, ...]


def score_day(
    entries: Sequence[Entry], requirement: Requirement, *, due: bool = True, forfeited: bool = False
) -> DayScore:
    """Judge one day (S3.2, S3.a–S3.e). See `score_tally`."""
    return score_tally(tally(entries), requirement, due=due, forfeited=forfeited)


def score_tally(counted: Tally, requirement: Requirement, *, due: bool = True, forfeited: bool = False) -> DayScore:
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
                earned,
                CLAUSES[kind],
                _inputs(kind, done, requirement),
                quota if due else None,
                met if due else None,
            )
        )
    mark = requirement.number("day_pass_mark") if due else 0
    score_pass = points >= mark
    lines += _left_out(counted, forfeited=forfeited)
    lines.append(_sum_line(N_("Points of the day"), points, requirement.rule("day_pass_mark"), score_pass, due=due))
    if due:
        lines += _minima_line(
            [(k, cast(int, requirement.day_quota(k).value)) for k in CONTACT_KINDS], mark, requirement
        )
    return DayScore(
        due=due,
        points=points,
        pass_mark=mark,
        score_pass=score_pass,
        quota_met=not unmet,
        passed=requirement.passes(score_pass=score_pass, quota_met=not unmet),
        unmet=tuple(unmet),
        lines=tuple(lines),
    )


def points_for(kind: Kind, done: int, requirement: Requirement) -> int:
    """Points of one kind on a day; brochures bring none. A cap, where there is one, holds for the kind's points."""
    if kind == Kind.BROCHURES:
        return 0
    earned = done * requirement.points(kind)
    cap = requirement.cap(kind)
    return min(earned, cap) if cap else earned


def points_of(counted: Tally, requirement: Requirement) -> int:
    """The points of a day."""
    return sum(points_for(kind, counted.of(kind), requirement) for kind in CONTACT_KINDS)


def score_week(total: Tally, points: int, requirement: Requirement, *, due_days: int) -> WeekScore:
    """Judge an ISO week from what counts of all its days and their points together (S3.2, S3.b–S3.e).

    `due_days` are all days of the week on which a log is owed, those still to come included. With fewer of them than a
    full week has, pass mark and quotas are reduced in proportion and rounded up (reading 5).
    """
    lines = [_due_days_line(due_days, requirement)]
    unmet: list[Kind] = []
    for kind in CONTACT_KINDS:
        quota = requirement.week_quota(kind)
        needed = reduced(cast(int, quota.value), due_days, requirement)
        done = total.of(kind)
        if done < needed:
            unmet.append(kind)
        lines.append(Line(LABELS[kind], done, CLAUSES[kind], ((N_("needed"), needed),), quota, done >= needed))
    rule = requirement.rule("week_pass_mark")
    mark = reduced(cast(int, rule.value), due_days, requirement)
    score_pass = points >= mark
    lines.append(Line(N_("Points of the week"), points, "S3.2", ((N_("needed"), mark),), rule, score_pass))
    minima = [(k, reduced(cast(int, requirement.week_quota(k).value), due_days, requirement)) for k in CONTACT_KINDS]
    lines += _minima_line(minima, mark, requirement)
    return WeekScore(
        due_days=due_days,
        points=points,
        pass_mark=mark,
        score_pass=score_pass,
        quota_met=not unmet,
        passed=requirement.passes(score_pass=score_pass, quota_met=not unmet),
        unmet=tuple(unmet),
        lines=tuple(lines),
    )


def reduced(value: int, due_days: int, requirement: Requirement) -> int:
    """A week's number for a week with `due_days`: in proportion, rounded up, never more than the full number."""
    full = requirement.number("full_week")
    if due_days == 0:
        return 0
    if due_days >= full or not requirement.rule("short_weeks_ask_less").value:
        return value
    return -(-value * due_days // full)


def _inputs(kind: Kind, done: int, requirement: Requirement) -> tuple[tuple[str, int], ...]:
    if kind == Kind.BROCHURES:
        return ((N_("counted"), done),)
    cap = requirement.cap(kind)
    capped = ((N_("at most points"), cap),) if cap else ()
    return ((N_("counted"), done), (N_("points each"), requirement.points(kind)), *capped)


def _left_out(counted: Tally, *, forfeited: bool) -> list[Line]:
    """Why entries, or all of them, bring nothing."""
    lines = []
    if counted.known:
        lines.append(
            Line(
                N_("Numbers already known"),
                0,
                "S3.b",
                ((N_("entries"), counted.known),),
                note=N_("A number counts once for the whole firm."),
            )
        )
    if counted.repeated:
        lines.append(
            Line(
                N_("Same contact again"),
                0,
                "S3.2",
                ((N_("entries"), counted.repeated),),
                note=N_("A contact counts once a day, under the kind it was first entered as."),
            )
        )
    if forfeited:
        lines.append(Line(N_("Handed in late"), 0, "S3.2", met=False, note=N_("By rule a late log brings no points.")))
    return lines


def _sum_line(label: str, points: int, mark: RuleValue, score_pass: bool, *, due: bool) -> Line:
    if due:
        return Line(label, points, "S3.2", rule=mark, met=score_pass)
    return Line(label, points, "S3.2", note=N_("No log is due on this day; the points count for the week."))


def _due_days_line(due_days: int, requirement: Requirement) -> Line:
    full = requirement.rule("full_week")
    note = ""
    if due_days < cast(int, full.value) and requirement.rule("short_weeks_ask_less").value:
        note = N_("Pass mark and minima are reduced in proportion and rounded up.")
    return Line(N_("Days due"), due_days, "S3.2", rule=full, note=note)


def _minima_line(minima: Sequence[tuple[Kind, int]], mark: int, requirement: Requirement) -> list[Line]:
    """Says where fulfilling every minimum would still not reach the pass mark (readings 2 and 3)."""
    together = sum(points_for(kind, needed, requirement) for kind, needed in minima)
    if together >= mark:
        return []
    return [Line(N_("All minima together"), together, "S3.2", note=N_("Meeting every minimum is not a pass."))]


# --- what is still missing ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Missing:
    """`way` is the shortest way to the pass mark: so many more of a kind; `quotas` are the minima still open."""

    points: int
    way: tuple[Kind, int] | None
    quotas: tuple[tuple[Kind, int], ...]


def still_missing(counted: Tally, requirement: Requirement, score: DayScore) -> Missing:
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


# --- when a log may be written ------------------------------------------------------------------------------------------
class Window(StrEnum):
    """What may be done with the log of a day."""

    OPEN = "open"
    BY_CORRECTION = "by_correction"
    CLOSED = "closed"
    FUTURE = "future"


def window(on: date, today: date, requirement: Requirement, *, replied: bool) -> Window:
    """Free until answered and for some days; then by a correction with its reason; then no longer."""
    if on > today:
        return Window.FUTURE
    age = (today - on).days
    if age <= requirement.number("days_open") and not replied:
        return Window.OPEN
    return Window.BY_CORRECTION if age <= requirement.number("days_to_correct") else Window.CLOSED


def is_late(handed_in: datetime, on: date, requirement: Requirement) -> bool:
    """Whether a log handed in at `handed_in` (the firm's local time) missed the day's cut-off."""
    return handed_in.replace(tzinfo=None) > datetime.combine(on, cast(time, requirement.rule("submit_by").value))


# --- phone numbers ------------------------------------------------------------------------------------------------------
class NotAPhoneNumber(ValueError):
    """Neither a mainland mobile number nor a landline with its area code."""


MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0(?:10|2\d)[2-9]\d{7}|0[3-9]\d{2}[2-9]\d{6,7}")
COUNTRY = re.compile(r"^(?:\+|00)86-?0?")
EXTENSION = re.compile(r"(.*\d)(?:x|ext|#|转|轉|-)(\d{1,6})")


def normalised_phone(text: str) -> str:
    """The one form in which a number is kept: `13912345678`, or `02188886666` with its extension as `-123`.

    Takes full-width digits, spaces, dashes, brackets and the country code 86. Raises `NotAPhoneNumber`.
    """
    plain = re.sub(r"[\s().·]", "", unicodedata.normalize("NFKC", text).lower())
    plain = re.sub(r"[‐-―−ー]", "-", plain)
    if COUNTRY.match(plain):
        plain = COUNTRY.sub("", plain)
        plain = plain if MOBILE.fullmatch(plain.replace("-", "")) else f"0{plain}"
    number = plain.replace("-", "")
    if MOBILE.fullmatch(number) or LANDLINE.fullmatch(number):
        return number
    if (parts := EXTENSION.fullmatch(plain)) and LANDLINE.fullmatch(number := parts[1].replace("-", "")):
        return f"{number}-{parts[2]}"
    raise NotAPhoneNumber(text)


# --- answers ------------------------------------------------------------------------------------------------------------
def month_end_window(month: Month, *, days: int, grace: int) -> Period:
    """When an answer counts as the month-end answer to a log of `month` (S4.2.f): its last days and some of grace."""
    return Period(month.end - timedelta(days=days), month.end + timedelta(days=grace))
