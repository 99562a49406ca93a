"""One's own prospects: whom one knows, when one spoke last, and when it is time again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from teams.models import Person
from worklogs.models import LogEntry
from worklogs.rules.kinds import Kind

RECENT = 8


@dataclass(frozen=True, slots=True)
class Prospect:
    """A contact by the last entry one made of it. `is_due`: the day on which one wanted to call again has come."""

    entry: LogEntry
    is_due: bool

    @property
    def last_on(self) -> date:
        return self.entry.log.on


def prospects(person: Person, today: date, *, wanted: str = "") -> list[Prospect]:
    """Whose next contact is due stand first, then those with a date, then who was not spoken to for the longest."""
    entries = _last_entries(person, Q(contact__is_client=False))
    if wanted:
        entries = [one for one in entries if wanted in one.name or wanted in one.contact.phone]
    found = [Prospect(entry, bool(entry.next_on and entry.next_on <= today)) for entry in entries]
    return sorted(found, key=lambda one: (one.entry.next_on or date.max, one.last_on, one.entry.pk))


def recent_contacts(person: Person, on: date, kind: Kind) -> list[LogEntry]:
    """Whom one has spoken to lately and not yet entered under this kind today: one tap and name and number stand there."""
    whom = (
        Q(contact__is_client=True) | Q(kind=Kind.CLIENT_CALL)
        if kind == Kind.CLIENT_CALL
        else Q(contact__is_client=False)
    )
    if kind == Kind.PROSPECT:
        return []
    today = LogEntry.objects.filter(log__person=person, log__on=on, kind=kind).values("contact")
    entries = _last_entries(person, whom & Q(log__on__lte=on) & ~Q(contact__in=today))
    return sorted(entries, key=lambda one: (one.log.on, one.at), reverse=True)[:RECENT]


def _last_entries(person: Person, which: Q) -> Sequence[LogEntry]:
    rows = LogEntry.objects.filter(which, log__person=person).select_related("contact", "log")
    return list(rows.order_by("contact_id", "-log__on", "-at", "-pk").distinct("contact_id"))


def own_name(person: Person, contact_id: int) -> str:
    """What one calls a contact oneself; empty where one has never entered it."""
    rows = LogEntry.objects.filter(log__person=person, contact=contact_id).order_by("-log__on", "-pk")
    return rows.values_list("name", flat=True).first() or ""
