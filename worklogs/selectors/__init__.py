"""Questions about logs: who owed one where, what is asked of whom, what the firm knows of a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from core.explain import RuleValue
from core.periods import Day, Period
from crm.selectors import client_numbers_known
from policies.selectors import values_over
from teams.models import Person, Posting, Role, Unit, below
from worklogs.models import Contact
from worklogs.parameters import CODES
from worklogs.rules.asking import Requirement
from worklogs.rules.kinds import KnownAs


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer manager is posted from `from_on` until the day before `end`."""

    unit_id: int
    from_on: date
    end: date


def places(
    period: Period, *, units: Iterable[Unit] | None = None, people: Collection[int] | None = None
) -> dict[int, list[Place]]:
    """Per person the places held as customer manager during the period, in order; one query.

    With `units`: of everybody who is posted there (or below) at some time of it, with all of their places.
    """
    postings = Posting.objects.during(period.first, period.end).filter(role=Role.CUSTOMER_MANAGER)
    if units is not None:
        postings = postings.filter(person__in=postings.filter(below(*units, path="unit__path")).values("person"))
    if people is not None:
        postings = postings.filter(person__in=people)
    found: dict[int, list[Place]] = defaultdict(list)
    rows = postings.order_by("person_id", "from_on").values_list(
        "person_id", "unit_id", "from_on", "to_on", "person__joined_on", "person__left_on"
    )
    for person_id, unit_id, from_on, to_on, joined_on, left_on in rows:
        first = max(from_on, joined_on, period.first)
        end = min(day for day in (to_on, left_on, period.end) if day)
        if first < end:
            found[person_id].append(Place(unit_id, first, end))
    return dict(found)


def unit_on(person: Person, on: date) -> int | None:
    """The unit a customer manager is posted to on a day; None where she is not."""
    held = places(Day(on), people=[person.pk]).get(person.pk)
    return held[0].unit_id if held else None


def requirements_over(unit_ids: Collection[int], period: Period) -> dict[tuple[int, date], Requirement]:
    """What is asked in each unit on each day. Equal values are one and the same `Requirement`."""
    same: dict[int, Requirement] = {}
    equal: dict[tuple[RuleValue, ...], Requirement] = {}

    def of(values: Mapping[str, RuleValue]) -> Requirement:
        if id(values) not in same:
            key = tuple(values[code] for code in CODES)
            same[id(values)] = equal.setdefault(key, Requirement(values))
        return same[id(values)]

    resolved = values_over(CODES, unit_ids=unit_ids, period=period)
    return {key: of(values) for key, values in resolved.items()}


def requirement_for(unit_id: int, on: date) -> Requirement:
    """What is asked in one unit on one day."""
    return requirements_over([unit_id], Day(on))[unit_id, on]


def known_contact(*, phone: str, client_no: str) -> Contact | None:
    """Who the firm knows by this number; the phone number (normalised) comes before the client number."""
    by_phone = Contact.objects.filter(phone=phone).first() if phone else None
    return by_phone or (Contact.objects.filter(client_no=client_no).first() if client_no else None)


def is_known_client(contact: Contact | None, client_no: str = "") -> bool:
    """Whether somebody is a client of the firm: recognised as one before, or the CRM knows the client number."""
    if contact is not None and contact.is_client:
        return True
    return bool(client_numbers_known({client_no, contact.client_no if contact else ""} - {""}))


def known_as(contact: Contact | None, person: Person) -> KnownAs:
    """What a known number is to the person who is about to enter it."""
    if contact is None:
        return KnownAs.NEW
    if contact.is_client:
        return KnownAs.CLIENT
    return KnownAs.OWN if contact.owner_id == person.pk else KnownAs.COLLEAGUE
