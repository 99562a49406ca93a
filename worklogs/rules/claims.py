"""Who gets the point of a number that several have entered (S3.b, reading 41)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from worklogs.rules.kinds import KnownAs


@dataclass(frozen=True, slots=True)
class HeldNumber:
    """An entry of a number. `is_closed`: a closed month has counted its week, so that nothing about it changes."""

    entry: int
    log: int
    person: int
    employee_no: str
    on: date
    at: datetime
    known_as: KnownAs
    is_closed: bool = False

    @property
    def rank(self) -> tuple[date, datetime, str, int]:
        return self.on, self.at, self.employee_no, self.entry


def claimant(held: Sequence[HeldNumber], *, owner: int, since: date) -> HeldNumber:
    """Whose number it is: of the earlier log day, then of the earlier moment of entry, in whatever order they arrived.

    What `owner` has by her log of the day `since` stays hers where a closed month has counted that week, and nobody takes
    a number over by a log of such a week. Whoever entered a client obtained no number.
    """
    kept = [one for one in held if one.is_closed and one.person == owner and one.on == since]
    may_claim = [one for one in held if not one.is_closed and one.known_as != KnownAs.CLIENT]
    return min(kept or may_claim or held, key=lambda one: one.rank)


def known_then(one: HeldNumber, first: HeldNumber) -> KnownAs:
    """What the number was to the writer of an entry: new on the log that claims it, and known everywhere else."""
    if one.is_closed or one.known_as == KnownAs.CLIENT:
        return one.known_as
    if one.log == first.log:
        return KnownAs.NEW
    return KnownAs.OWN if one.person == first.person else KnownAs.COLLEAGUE
