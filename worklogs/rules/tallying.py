"""What counts of the entries of a day, and what does not (reading 6)."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from worklogs.rules.asking import Requirement
from worklogs.rules.kinds import CONTACT_KINDS, Kind, KnownAs


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact of a day, or brochures handed out; `contact` tells contacts apart."""

    kind: Kind
    contact: object = None
    known_as: KnownAs = KnownAs.NEW
    quantity: int = 1
    is_found: bool = True  # of a call to an existing client: the CRM knows the client


class EntryStanding(StrEnum):
    """Whether an entry counts, and if not, why."""

    COUNTS = "counts"
    KNOWN = "known"
    REPEATED = "repeated"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Tally:
    """What counts of a day: brochures, contacts in the order of `CONTACT_KINDS`, and what does not count.

    `not_found` are calls to clients that the CRM does not know; whether they count is the unit's rule.
    """

    brochures: int = 0
    contacts: tuple[int, ...] = (0, 0, 0, 0)
    known: int = 0
    repeated: int = 0
    not_found: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.brochures + other.brochures,
            tuple(map(operator.add, self.contacts, other.contacts)),
            self.known + other.known,
            self.repeated + other.repeated,
            self.not_found + other.not_found,
        )

    def of(self, kind: Kind) -> int:
        return self.brochures if kind == Kind.BROCHURES else self.contacts[CONTACT_KINDS.index(kind)]


def standings(entries: Sequence[Entry], asked: Requirement) -> list[EntryStanding]:
    """Entry by entry whether it counts, whatever their order (readings 6 and 42).

    A contact counts once a day, under the kind that brings more points, of equal ones under the one the guideline names
    first. A number known to the firm does not count again as obtained.
    """
    found = [_by_itself(entry, asked) for entry in entries]
    best: dict[object, int] = {}
    for n, (entry, standing) in enumerate(zip(entries, found, strict=True)):
        if entry.kind != Kind.BROCHURES and standing == EntryStanding.COUNTS:
            best[entry.contact] = min(best.get(entry.contact, n), n, key=lambda i: _rank(entries[i], asked))
    counting = set(best.values())
    for n, entry in enumerate(entries):
        if entry.kind != Kind.BROCHURES and found[n] == EntryStanding.COUNTS and n not in counting:
            found[n] = EntryStanding.REPEATED
    return found


def _by_itself(entry: Entry, asked: Requirement) -> EntryStanding:
    """Whether an entry counts if nothing else is on the log."""
    if entry.kind == Kind.PROSPECT and entry.known_as != KnownAs.NEW:
        return EntryStanding.KNOWN
    if asked.only_clients_found and not entry.is_found:
        return EntryStanding.NOT_FOUND
    return EntryStanding.COUNTS


def _rank(entry: Entry, asked: Requirement) -> tuple[int, int]:
    return -asked.points(entry.kind), CONTACT_KINDS.index(entry.kind)


def tally(entries: Sequence[Entry], asked: Requirement) -> Tally:
    """Count a day's entries. A call to a client whom the CRM does not know is left out where the rule says so."""
    counts = dict.fromkeys(Kind, 0)
    left_out = dict.fromkeys(EntryStanding, 0)
    for entry, standing in zip(entries, standings(entries, asked), strict=True):
        if standing == EntryStanding.COUNTS:
            counts[entry.kind] += entry.quantity
        else:
            left_out[standing] += 1
    return Tally(
        brochures=counts[Kind.BROCHURES],
        contacts=tuple(counts[kind] for kind in CONTACT_KINDS),
        known=left_out[EntryStanding.KNOWN],
        repeated=left_out[EntryStanding.REPEATED],
        not_found=sum(not entry.is_found for entry in entries),
    )
