"""What the customer manager's own page shows of a day: score, what is missing, contacts, the week, answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance.selectors import calendar_for
from core.clock import at
from core.explain import lines_as_json
from core.periods import Week
from teams.models import Person
from worklogs.models import Contact, Correction, DayScore, LogEntry, Reply, WeekScore, WorkLog
from worklogs.rules import scoring, tallying, windows
from worklogs.rules.asking import Requirement
from worklogs.rules.kinds import CONTACT_KINDS, LABELS, Kind, KnownAs
from worklogs.rules.scoring import Missing
from worklogs.rules.tallying import Entry, EntryStanding
from worklogs.rules.windows import Window
from worklogs.selectors import (
    Place,
    is_known_client,
    known_as,
    known_contact,
    places,
    requirement_for,
    requirements_over,
    unit_on,
)
from worklogs.selectors.bars import bars_of, bars_top, points_of_bars
from worklogs.selectors.numbers import numbers_of_the_firm
from worklogs.selectors.prospects import own_name

ICONS = {
    Kind.PROSPECT: "user-plus",
    Kind.APPOINTMENT: "chat-bubble-left-right",
    Kind.PROSPECT_CALL: "phone-arrow-up-right",
    Kind.CLIENT_CALL: "phone",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One kind of contact: how many there are of how many, and what one of them brings."""

    kind: Kind
    label: str
    icon: str
    done: int
    quota: int
    points: int

    @property
    def is_met(self) -> bool:
        return self.done >= self.quota


@dataclass(frozen=True, slots=True)
class Written:
    """An entry with whether it counts."""

    entry: LogEntry
    standing: EntryStanding

    @property
    def why(self) -> str:
        if self.entry.awaits_yes:
            return _("arrived late, waits for the leader's yes")
        if self.standing == EntryStanding.REPEATED:
            return _("same contact, counts once")
        if self.standing == EntryStanding.KNOWN:
            return _("known before, no point")
        if self.standing == EntryStanding.NOT_FOUND:
            return _("client not found in CRM, no point")
        return ""

    @property
    def mark(self) -> str:
        """What the leader is shown of an entry that counts."""
        if self.entry.not_in_crm and not self.why:
            return _("client not found in CRM")
        return _("typed without a line") if self.entry.arrived_at and not self.why else ""


@dataclass(frozen=True, slots=True)
class DayPage:
    """Everything the page of one's own day shows. `window` None: no post as customer manager on that day."""

    on: date
    today: date
    log: WorkLog
    window: Window | None
    due: bool
    day_name: str
    score: scoring.JudgedDay | None
    lines: list[dict[str, Any]]
    missing: Missing | None
    tiles: list[Tile]
    brochure_quota: int
    written: list[Written]
    bars: list[dict[str, Any]]
    week: Week
    week_points: int
    week_mark: int
    week_lines: list[dict[str, Any]]
    replies: Sequence[Reply]
    corrections: Sequence[Correction]
    cut_off: datetime | None
    is_past_cut_off: bool

    @property
    def is_open(self) -> bool:
        return self.window == Window.OPEN

    @property
    def needs_reason(self) -> bool:
        return self.window == Window.BY_CORRECTION and self.log.pk is not None

    @property
    def may_write(self) -> bool:
        return self.is_open or self.needs_reason

    @property
    def state(self) -> str:
        """What the ring's colour says; nothing is bad before the day is over."""
        if self.score is None or not self.due:
            return ""
        if self.score.passed:
            return "good"
        if self.on == self.today and not self.is_past_cut_off:
            return ""
        return "warn" if self.is_open else "bad"

    @property
    def way(self) -> str:
        """`2 more follow-up calls and the day is passed`."""
        if self.missing is None or self.missing.way is None:
            return ""
        kind, n = self.missing.way
        return _("%(n)s more: %(kind)s") % {"n": n, "kind": _(LABELS[kind])}

    @property
    def open_quotas(self) -> list[tuple[str, int]]:
        return [(_(LABELS[kind]), n) for kind, n in self.missing.quotas] if self.missing else []

    @property
    def top(self) -> int:
        """How high the bars go."""
        return bars_top(self.bars)

    @property
    def previous(self) -> date:
        return self.on - timedelta(days=1)

    @property
    def next(self) -> date | None:
        return self.on + timedelta(days=1) if self.on < self.today else None


def day_page(person: Person, on: date, now: datetime) -> DayPage:
    """The page of a person's own day, as of `now` (local time)."""
    week, today = Week(on), now.date()
    calendar = calendar_for(week)
    kept = WorkLog.objects.filter(person=person, on=on).select_related("unit").first()
    log = kept or WorkLog(person=person, on=on)
    entries = list(log.entries.select_related("contact")) if kept else []
    held = places(week, people=[person.pk]).get(person.pk, [])
    unit_id = next((place.unit_id for place in held if place.from_on <= on < place.end), log.unit_id)
    asked = requirements_over([unit_id], week) if unit_id else {}
    judged = _Judged(log, entries, asked[unit_id, on] if unit_id else None, calendar.is_workday(on), today)
    bars = _bars(person, week, judged, shown=on, today=today)
    weekly = WeekScore.objects.filter(person=person, week=week.first).first()
    requirement = judged.asked
    window = windows.window(on, now, requirement, replied=log.replied) if requirement else None
    return DayPage(
        on=on,
        today=today,
        log=log,
        window=window,
        due=judged.due,
        day_name=calendar.day(on).name,
        score=judged.score,
        lines=lines_as_json(judged.score.lines) if judged.score else [],
        missing=judged.missing,
        tiles=judged.tiles,
        brochure_quota=judged.quota(Kind.BROCHURES),
        written=[Written(*pair) for pair in zip(entries, judged.standings, strict=True)][::-1],
        bars=bars,
        week=week,
        week_points=weekly.points if weekly else points_of_bars(bars),
        week_mark=weekly.pass_mark if weekly else _week_mark(requirement, held, calendar.workdays(week)),
        week_lines=weekly.shown_lines if weekly else [],
        replies=list(log.replies.select_related("author")) if log.replied else [],
        corrections=list(log.corrections.select_related("author")) if kept and window != Window.OPEN else [],
        cut_off=at(on, cast(time, requirement.rule("submit_by").value)) if requirement else None,
        is_past_cut_off=bool(requirement and windows.is_late(now, on, requirement)),
    )


def _bars(person: Person, week: Week, judged: _Judged, *, shown: date, today: date) -> list[dict[str, Any]]:
    """The week as it was judged, with the day that is shown as it stands."""
    kept = DayScore.objects.filter(person=person, on__gte=week.first, on__lt=week.end)
    scores: dict[date, DayScore | scoring.JudgedDay] = {row.on: row for row in kept}
    if judged.score:
        scores[shown] = judged.score
    return bars_of(week, scores, today=today, shown=shown, link=lambda day: _address(day, today))


def _address(on: date, today: date) -> str:
    return reverse("worklogs:day", args=[on]) if on <= today else ""


def _week_mark(requirement: Requirement | None, held: Sequence[Place], workdays: Sequence[date]) -> int:
    """What a week asks that has not been judged yet: nothing where no day of it is due."""
    if requirement is None:
        return 0
    due = sum(any(place.from_on <= on < place.end for place in held) for on in workdays)
    return scoring.reduced(requirement.number("week_pass_mark"), due, requirement)


class _Judged:
    """The day as it stands, judged on the spot by the same rules."""

    def __init__(
        self, log: WorkLog, entries: Sequence[LogEntry], asked: Requirement | None, is_workday: bool, today: date
    ) -> None:
        self.asked, self.due = asked, is_workday and asked is not None
        counted = [e for e in entries if not e.awaits_yes]
        contacts = [Entry(Kind(e.kind), e.contact_id, KnownAs(e.known_as), is_found=not e.not_in_crm) for e in counted]
        facts = [Entry(Kind.BROCHURES, quantity=log.brochures), *contacts]
        found = tallying.standings(contacts, asked) if asked else [EntryStanding.COUNTS] * len(contacts)
        of_entry = {e.pk: standing for e, standing in zip(counted, found, strict=True)}
        self.standings = [of_entry.get(e.pk, EntryStanding.COUNTS) for e in entries]
        self.tally = tallying.tally(facts, asked) if asked else tallying.Tally()
        forfeited = False
        if asked and log.pk:
            forfeited = windows.is_forfeited(log.on, today, asked, handed_in=log.is_submitted, late=log.late)
        self.score = scoring.score_tally(self.tally, asked, due=self.due, forfeited=forfeited) if asked else None

    @property
    def missing(self) -> Missing | None:
        return scoring.still_missing(self.tally, self.asked, self.score) if self.asked and self.score else None

    def quota(self, kind: Kind) -> int:
        return cast(int, self.asked.day_quota(kind).value) if self.asked and self.due else 0

    @property
    def tiles(self) -> list[Tile]:
        asked = self.asked
        if asked is None:
            return []
        return [
            Tile(kind, _(LABELS[kind]), ICONS[kind], self.tally.of(kind), self.quota(kind), asked.points(kind))
            for kind in CONTACT_KINDS
        ]


@dataclass(frozen=True, slots=True)
class NumberNote:
    """What is known of a number before it is saved: `state` good (it counts), warn, or bad (it cannot be taken)."""

    state: str
    text: str
    name: str = ""  # what the writer calls the contact herself


def number_note(*, person: Person, on: date, kind: Kind, phone: str, client_no: str = "") -> NumberNote:
    """Say what the firm knows of a number, and whether it will count, without a colleague's client's name."""
    contact = known_contact(phone=phone, client_no=client_no)
    note = _said(contact, person=person, on=on, kind=kind, phone=phone, client_no=client_no)
    return replace(note, name=own_name(person, contact.pk)) if contact else note


def _said(contact: Contact | None, *, person: Person, on: date, kind: Kind, phone: str, client_no: str) -> NumberNote:
    unit = unit_on(person, on) if phone and kind != Kind.CLIENT_CALL else None
    if unit and numbers_of_the_firm({phone}, unit_ids=[unit], on=on):
        return NumberNote("bad", _("This is a number of the firm or of somebody who works here: it is no prospect."))
    there = LogEntry.objects.filter(log__person=person, log__on=on, contact=contact).values_list("kind", flat=True)
    if contact and kind in there:
        return NumberNote("bad", _("This contact is already on the day's log under this kind."))
    if contact and there:
        first = _(LABELS[Kind(there[0])])
        said = _("Already on the day's log: %(kind)s. Only the kind that brings more points counts.")
        return NumberNote("warn", said % {"kind": first})
    is_client = is_known_client(contact, client_no)
    if kind == Kind.CLIENT_CALL and not is_client:
        return _not_found_note(person, on)
    if contact is None:
        return NumberNote("good", _("In CRM: it counts.") if is_client else _("New number: it counts."))
    return _known_note(contact, known_as(contact, person), kind, is_own=contact.owner_id == person.pk)


def _not_found_note(person: Person, on: date) -> NumberNote:
    unit_id = unit_on(person, on)
    if unit_id and requirement_for(unit_id, on).only_clients_found:
        return NumberNote(
            "warn", _("No client with this number in CRM: the call brings no point. Give the client number.")
        )
    return NumberNote(
        "warn", _("No client with this number in CRM: the call counts, marked for your leader. Give the client number.")
    )


def _known_note(contact: Contact, known: KnownAs, kind: Kind, *, is_own: bool) -> NumberNote:
    values = {"name": contact.name, "since": date_format(contact.registered_on, "SHORT_DATE_FORMAT")}
    if known == KnownAs.CLIENT:
        who = _("%(name)s is an existing client.") % values if is_own else _("An existing client of the firm.")
    elif known == KnownAs.OWN:
        who = _("You know this number since %(since)s: %(name)s.") % values
    else:
        who = _("A colleague has known this number since %(since)s.") % values
    state, outcome = "good", _("It counts.")
    if kind == Kind.PROSPECT:
        state, outcome = "warn", _("The number does not count as obtained.")
    elif known == KnownAs.CLIENT and kind != Kind.CLIENT_CALL:
        state, outcome = "warn", _("A call belongs under calls to existing clients.")
    return NumberNote(state, f"{who} {outcome}")
