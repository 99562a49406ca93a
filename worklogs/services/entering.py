"""Contacts of a day: put on the log, changed, taken off and put back (S3.b–S3.e)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db import transaction

from accounts.models import User
from core import identifiers
from core.editing import Seen
from core.periods import Week
from policies import selectors as policy
from teams.authority import Power
from teams.models import Person
from worklogs.models import Contact, Correction, LogEntry
from worklogs.rules.kinds import Kind, KnownAs
from worklogs.selectors import is_known_client, known_as, known_contact
from worklogs.selectors.day import NumberNote, number_note
from worklogs.selectors.numbers import likely_clients, numbers_of_the_firm
from worklogs.services.claims import judge_weeks, settle
from worklogs.services.judging import closed_units
from worklogs.services.opened import (
    AlreadyEntered,
    BadNumber,
    LikeAnother,
    LogRefused,
    MonthClosed,
    NameNeeded,
    NoNumber,
    NoPhone,
    NotAProspect,
    Opened,
)

WITHOUT_A_LINE = "worklogs.hours_without_line"


@dataclass(frozen=True, slots=True)
class Who:
    """A contact as it is kept, from what was typed. Raises `LogRefused`."""

    kind: Kind
    name: str
    phone: str
    client_no: str

    @classmethod
    def typed(cls, *, kind: Kind, name: str, phone: str, client_no: str) -> Who:
        name, client_no = name.strip(), identifiers.identifier(client_no)
        if kind != Kind.CLIENT_CALL and not (phone.strip() or client_no):
            raise NoPhone
        number = checked_phone(phone, client_no)
        if not name:
            raise NameNeeded
        must_be_no_other(client_no)
        return cls(kind, name, number, client_no)

    def wanted(self, **more: Any) -> dict[str, Any]:
        """As the form that edits an entry names it."""
        number = {"client_no": self.client_no} if self.kind == Kind.CLIENT_CALL else {}
        return {"name": self.name, "phone": self.phone, **number, **more}

    def must_not_be_of_the_firm(self, opened: Opened) -> None:
        """Whoever works here, and the firm's own numbers, are no prospects."""
        if self.kind == Kind.CLIENT_CALL or not self.phone:
            return
        if numbers_of_the_firm({self.phone}, unit_ids=[opened.log.unit_id], on=opened.on):
            raise NotAProspect


def must_be_no_other(client_no: str) -> None:
    """Raises `LikeAnother`."""
    for likely in likely_clients({client_no}).values():
        raise LikeAnother(number=client_no, likely=likely)


def checked_phone(phone: str, client_no: str) -> str:
    """The number in the form in which it is kept; "" where only a client number is given. Raises `LogRefused`."""
    if not phone.strip():
        if not client_no:
            raise NoNumber
        return ""
    try:
        return identifiers.phone(phone)
    except identifiers.NotAPhoneNumber:
        raise BadNumber from None


def number_checked(*, person: Person, on: date, kind: Kind, phone: str, client_no: str) -> NumberNote:
    """What is said of a number while it is typed, and whether it would be taken; nothing is written."""
    try:
        number = checked_phone(phone, client_no)
        must_be_no_other(client_no)
    except LogRefused as refusal:
        return NumberNote("bad", str(refusal))
    return number_note(person=person, on=on, kind=kind, phone=number, client_no=client_no)


@transaction.atomic
def save_entry(
    *,
    person: Person,
    on: date,
    kind: Kind,
    name: str,
    phone: str = "",
    client_no: str = "",
    note: str = "",
    next_on: date | None = None,
    reason: str = "",
    actor: User,
    now: datetime,
    first_at: datetime | None = None,
    typed_at: datetime | None = None,
) -> LogEntry:
    """Put a contact on the day's log; the first of the day begins the log. Raises `LogRefused`.

    A number that is known does not score again (reading 6); a client whom the CRM does not know is marked (S3.e).
    `first_at`: it is put back, and was first entered then. `typed_at`: without a line; what arrives long after waits.
    """
    who = Who.typed(kind=kind, name=name, phone=phone, client_no=client_no)
    opened = Opened(person, on, now, typed_at=typed_at)
    who.must_not_be_of_the_firm(opened)
    contact, known = _recognised(opened, who)
    _must_not_be_there(opened, kind, contact)
    opened.change(Correction.What.ENTRY_ADDED, new=f"{kind} {who.name}", reason=reason, author=actor)
    entry: LogEntry = opened.log.entries.create(
        kind=kind,
        contact=contact,
        name=who.name,
        known_as=known,
        not_in_crm=kind == Kind.CLIENT_CALL and not contact.is_client,
        note=note.strip(),
        next_on=next_on,
        at=min(first_at or opened.moment, now),
        arrived_at=now if typed_at else None,
        awaits_yes=bool(typed_at) and _is_long_after(opened),
    )
    return _judged(entry, opened, {contact.pk})


def _must_not_be_there(opened: Opened, kind: str, contact: Contact) -> None:
    if opened.log.pk and opened.log.entries.filter(kind=kind, contact=contact).exists():
        raise AlreadyEntered


def _judged(entry: LogEntry, opened: Opened, contacts: set[int]) -> LogEntry:
    """The entry as the judgement leaves it, which may find that its number was known before."""
    opened.judge(contacts)
    entry.refresh_from_db(fields=["known_as"])
    return entry


def _is_long_after(opened: Opened) -> bool:
    unit = opened.log.unit_id
    hours = policy.values_on([WITHOUT_A_LINE], unit_ids=[unit], on=opened.on)[unit][WITHOUT_A_LINE].value
    return opened.now - opened.moment > timedelta(hours=cast(int, hours))


def _recognised(opened: Opened, who: Who) -> tuple[Contact, KnownAs]:
    """The contact in the firm's register, locked, and what it was to the writer; whoever is new enters the register.

    Nobody becomes a client by being entered as one: only the CRM says who is. Two who enter the same number at once:
    the database lets one be first, the other's number is then known.
    """
    contact = _locked(known_contact(phone=who.phone, client_no=who.client_no))
    is_client = is_known_client(contact, who.client_no)
    if contact is None:
        contact, is_new = Contact.objects.get_or_create(
            **({"phone": who.phone} if who.phone else {"client_no": who.client_no}),
            defaults={
                "client_no": who.client_no,
                "name": who.name,
                "owner": opened.person,
                "unit_id": opened.log.unit_id,
                "registered_on": opened.on,
                "is_client": is_client,
            },
        )
        if is_new:
            return contact, KnownAs.CLIENT if is_client else KnownAs.NEW
    before = (contact.client_no, contact.is_client)
    if who.client_no and not contact.client_no and not Contact.objects.filter(client_no=who.client_no).exists():
        contact.client_no = who.client_no
    contact.is_client |= is_client
    if before != (contact.client_no, contact.is_client):
        contact.save(update_fields=["client_no", "is_client"])
    return contact, known_as(contact, opened.person)


def _locked(contact: Contact | None) -> Contact | None:
    """None where it has left the register meanwhile."""
    return contact and Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk).first()


@transaction.atomic
def edit_entry(
    *,
    entry: LogEntry,
    name: str,
    phone: str = "",
    client_no: str = "",
    note: str = "",
    next_on: date | None = None,
    reason: str = "",
    actor: User,
    now: datetime,
    seen: Seen | None = None,
) -> LogEntry:
    """Change a contact of the log; a number entered instead of another is entered now. Raises `LogRefused` and
    `ChangedMeanwhile`."""
    who = Who.typed(kind=Kind(entry.kind), name=name, phone=phone, client_no=client_no)
    opened = Opened(entry.log.person, entry.log.on, now)
    there = LogEntry.objects.select_related("contact").get(pk=entry.pk)
    if seen:
        seen.must_hold(as_edited(there), wanted=who.wanted(note=note.strip(), next_on=next_on))
    old = there.contact
    who.must_not_be_of_the_firm(opened)
    _locked(old)
    if (who.phone or old.phone, who.client_no or old.client_no) == (old.phone, old.client_no):
        contact, known = old, KnownAs(there.known_as)
    else:
        contact, known = _recognised(opened, who)
    if contact != old:
        _must_not_be_there(opened, there.kind, contact)
    text = f"{there.kind} {who.name}"
    opened.change(
        Correction.What.ENTRY_CHANGED, old=f"{there.kind} {there.name}", new=text, reason=reason, author=actor
    )
    there.name, there.note, there.next_on = who.name, note.strip(), next_on
    if contact != old:
        there.contact, there.known_as, there.at = contact, known, now
    there.not_in_crm = there.kind == Kind.CLIENT_CALL and not contact.is_client
    there.save(update_fields=["name", "note", "next_on", "contact", "known_as", "at", "not_in_crm"])
    return _judged(there, opened, {old.pk, contact.pk})


def as_edited(entry: LogEntry) -> dict[str, Any]:
    """An entry as the form that edits it shows it."""
    contact = entry.contact
    shown = {"name": entry.name, "phone": contact.phone, "note": entry.note, "next_on": entry.next_on}
    return {**shown, "client_no": contact.client_no if entry.kind == Kind.CLIENT_CALL else ""}


@transaction.atomic
def remove_entry(*, entry: LogEntry, reason: str = "", actor: User, now: datetime) -> None:
    """Take a contact off the log. Raises `LogRefused`.

    A number nobody else has entered leaves the register; else it is from now on of who entered it next, and scores there.
    """
    opened = Opened(entry.log.person, entry.log.on, now)
    _locked(entry.contact)
    opened.change(Correction.What.ENTRY_REMOVED, old=f"{entry.kind} {entry.name}", reason=reason, author=actor)
    contact = entry.contact_id
    entry.delete()
    opened.judge([contact])


@transaction.atomic
def say_yes(*, entry: LogEntry, actor: User, now: datetime) -> bool:
    """Count what was typed without a line and arrived long after (reading 44); False where it counts already.

    Nothing happens either where somebody says it who may not answer the log. Raises `MonthClosed`.
    """
    log = entry.log
    if not actor.authority.may(Power.REPLY_TO_LOGS, log.unit.path) or log.person.user_id == actor.pk:
        return False
    Person.objects.select_for_update(no_key=True).get(pk=log.person_id)
    if log.unit_id in closed_units(Week(log.on)):
        raise MonthClosed
    if not LogEntry.objects.filter(pk=entry.pk, awaits_yes=True).update(awaits_yes=False):
        return False
    weeks = settle([entry.contact_id], now=now)
    weeks.setdefault(Week(log.on), set()).add(log.person_id)
    judge_weeks(weeks, now=now)
    return True
