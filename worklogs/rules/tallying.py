"""What counts of the entries of a day, and what does not (reading 6)."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from worklogs.rules.kinds import CONTACT_KINDS, Kind, KnownAs


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact of a day, or brochures handed out; `contact` tells contacts apart."""

    kind: Kind
    contact: object = None
    known_as: KnownAs = KnownAs.NEW
    quantity: int = 1
    is_found: bool = True  # of a call to an existing client: the CRM knows the client


class Standing(StrEnum):
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


def standings(entries: Iterable[Entry], *, only_clients_found: bool = False) -> list[Standing]:
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
        elif only_clients_found and not entry.is_found:
            found.append(Standing.NOT_FOUND)
        elif entry.contact in counted:
            found.append(Standing.REPEATED)
        else:
            counted.add(entry.contact)
            found.append(Standing.COUNTS)
    return found


def tally(entries: Sequence[Entry], *, only_clients_found: bool = False) -> Tally:
    """Count a day's entries. With `only_clients_found` a call to a client whom the CRM does not know is left out."""
    counts = dict.fromkeys(Kind, 0)
    left_out = dict.fromkeys(Standing, 0)
    for entry, standing in zip(entries, standings(entries, only_clients_found=only_clients_found), strict=True):
        if standing == Standing.COUNTS:
            counts[entry.kind] += entry.quantity
        else:
            left_out[standing] += 1
    return Tally(
        brochures=counts[Kind.BROCHURES],
        contacts=tuple(counts[kind] for kind in CONTACT_KINDS),
        known=left_out[Standing.KNOWN],
        repeated=left_out[Standing.REPEATED],
        not_found=sum(not entry.is_found for entry in entries),
    )
