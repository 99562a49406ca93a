"""The register of numbers is put right whenever entries come or go, in whatever order (reading 41)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from core.clock import day_of
from core.periods import Week
from messaging.services import Draft
from messaging.telling import notice, tell_all
from worklogs.models import Contact, LogEntry
from worklogs.rules.claims import HeldNumber, claimant, known_then
from worklogs.rules.kinds import Kind, KnownAs
from worklogs.services.judging import Judged, closed_units, judge

Weeks = dict[Week, set[int]]  # the people whose week is to be judged anew
NAMED = 5  # so many numbers are named in one message


@transaction.atomic
def settle(contacts: Collection[int], *, now: datetime) -> Weeks:
    """Give each number to who entered it first and tell those who lose its point; the weeks that this changes.

    A number that nobody has entered any more leaves the register. A constant number of queries, and two for each week of
    which it must be known whether it is closed.
    """
    if not contacts:
        return {}
    rows = {
        contact.pk: contact
        for contact in Contact.objects.select_for_update(no_key=True).filter(pk__in=contacts).order_by("pk")
    }
    entries = _entries(rows)
    held = _with_closed(rows, entries)
    Contact.objects.filter(pk__in=rows.keys() - held.keys(), entries=None).delete()
    changed: list[LogEntry] = []
    moved: list[Contact] = []
    for pk, of_number in held.items():
        first = claimant(of_number, owner=rows[pk].owner_id, since=rows[pk].registered_on)
        for one in of_number:
            if (known := known_then(one, first)) != one.known_as:
                entries[one.entry].known_as = known
                changed.append(entries[one.entry])
        if (rows[pk].owner_id, rows[pk].registered_on) != (first.person, first.on):
            moved.append(_moved(rows[pk], entries[first.entry]))
    LogEntry.objects.bulk_update(changed, ["known_as"], batch_size=2000)
    Contact.objects.bulk_update(moved, ["owner", "unit", "registered_on", "name"], batch_size=2000)
    before = {one.entry: one.known_as for of_number in held.values() for one in of_number}
    tell_all(_told([entry for entry in changed if before[entry.pk] == KnownAs.NEW], rows), now=now)
    return _weeks(changed)


def _entries(contacts: Iterable[int]) -> dict[int, LogEntry]:
    rows = LogEntry.objects.filter(contact__in=contacts, awaits_yes=False)
    return {entry.pk: entry for entry in rows.select_related("log__person__user", "log__unit").order_by("pk")}


def _with_closed(rows: Mapping[int, Contact], entries: Mapping[int, LogEntry]) -> dict[int, list[HeldNumber]]:
    """The entries by number; which weeks are closed is asked only where a number would change hands otherwise."""
    found: dict[int, list[HeldNumber]] = defaultdict(list)
    for entry in entries.values():
        found[entry.contact_id].append(_held(entry))
    disputed = {pk for pk, held in found.items() if _is_disputed(rows[pk], held)}
    weeks = {Week(one.on) for pk in disputed for one in found[pk]}
    closed = {week: closed_units(week) for week in weeks}
    for pk in disputed:
        found[pk] = [
            replace(one, is_closed=entries[one.entry].log.unit_id in closed[Week(one.on)]) for one in found[pk]
        ]
    return found


def _held(entry: LogEntry) -> HeldNumber:
    log = entry.log
    known = KnownAs(entry.known_as)
    return HeldNumber(entry.pk, log.pk, log.person_id, log.person.employee_no, log.on, entry.at, known)


def _is_disputed(contact: Contact, held: Sequence[HeldNumber]) -> bool:
    first = claimant(held, owner=contact.owner_id, since=contact.registered_on)
    is_moved = (contact.owner_id, contact.registered_on) != (first.person, first.on)
    return is_moved or any(known_then(one, first) != one.known_as for one in held)


def _moved(contact: Contact, entry: LogEntry) -> Contact:
    contact.owner, contact.unit, contact.registered_on = entry.log.person, entry.log.unit, entry.log.on
    contact.name = entry.name
    return contact


def _weeks(entries: Iterable[LogEntry]) -> Weeks:
    """Only numbers obtained score otherwise when they turn out to be known."""
    weeks: Weeks = defaultdict(set)
    for entry in entries:
        if entry.kind == Kind.PROSPECT:
            weeks[Week(entry.log.on)].add(entry.log.person_id)
    return weeks


def _told(lost: Sequence[LogEntry], contacts: Mapping[int, Contact]) -> list[Draft]:
    """One message to each who loses points: which numbers, and of which day."""
    by_writer: dict[tuple[int, date], list[LogEntry]] = defaultdict(list)
    for entry in lost:
        if entry.kind == Kind.PROSPECT:
            by_writer[entry.log.person.user_id, entry.log.on].append(entry)
    return [
        notice(
            user,
            "worklogs.number_known_before",
            about=entries[0],
            on=on,
            link=reverse("worklogs:day", args=[on]),
            count=len(entries),
            numbers=" · ".join(f"{one.name} {contacts[one.contact_id].masked}" for one in entries[:NAMED]),
        )
        for (user, on), entries in by_writer.items()
    ]


def judge_weeks(weeks: Mapping[Week, Collection[int]], *, now: datetime) -> Judged:
    """Judge exactly these weeks of these people anew."""
    judged = Judged()
    for week in sorted(weeks, key=lambda one: one.first):
        judged.add(judge(period=week, until=day_of(now), people=set(weeks[week])))
    return judged
