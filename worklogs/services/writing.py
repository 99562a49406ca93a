"""The customer manager writes her day: free until it is answered, afterwards by a correction with its reason (S3.2)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import identifiers
from core.clock import day_of
from core.periods import Day
from teams.models import Person
from worklogs.models import Contact, Correction, LogEntry, WorkLog
from worklogs.rules import windows
from worklogs.rules.asking import Requirement
from worklogs.rules.kinds import Kind, KnownAs
from worklogs.rules.windows import Window
from worklogs.selectors import is_known_client, known_as, known_contact, requirement_for, unit_on
from worklogs.services.judging import judge

MOST_BROCHURES = 100_000


class LogRefused(Exception):
    """The log cannot be changed like this. The text says why and what to do; `field` names what it concerns."""

    text = _("This is not possible.")
    field = ""

    def __str__(self) -> str:
        return str(self.text)


class NotPosted(LogRefused):
    text = _("You hold no post as customer manager on this day, so no log can be written.")


class InTheFuture(LogRefused):
    text = _("This day has not come yet.")


class WindowClosed(LogRefused):
    text = _("This log is closed. It can no longer be written or corrected.")


class ReasonNeeded(LogRefused):
    text = _("The log has been answered or its time is over: give the reason for the correction.")
    field = "reason"


class NoNumber(LogRefused):
    text = _("Enter a phone number or a client number, so that the contact can be recognised.")
    field = "phone"


class NoPhone(LogRefused):
    text = _("Enter the phone number, so that the contact can be recognised.")
    field = "phone"


class BadNumber(LogRefused):
    text = _("This is no phone number: 11 digits for a mobile phone, or a landline with its area code.")
    field = "phone"


class NameNeeded(LogRefused):
    text = _("Enter the name.")
    field = "name"


class AlreadyEntered(LogRefused):
    text = _("This contact is already on the day's log under this kind.")
    field = "phone"


class NotThatMany(LogRefused):
    text = _("Enter a number from 0 to 100,000.")
    field = "brochures"


class NothingWritten(LogRefused):
    text = _("There is nothing on the log yet: add a contact, brochures or a note first.")


class _Open:
    """A person's log of a day, locked, with what is asked of it and what may be done with it."""

    def __init__(self, person: Person, on: date, now: datetime) -> None:
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        unit_id = unit_on(person, on)
        if unit_id is None:
            raise NotPosted
        self.person, self.on, self.now = person, on, now
        self.asked: Requirement = requirement_for(unit_id, on)
        self.log = WorkLog.objects.select_for_update().filter(person=person, on=on).first() or WorkLog(
            person=person, unit_id=unit_id, on=on
        )
        self.window = windows.window(on, day_of(now), self.asked, replied=self.log.replied)
        if self.window == Window.FUTURE:
            raise InTheFuture
        if self.window == Window.CLOSED or (self.window == Window.BY_CORRECTION and self.log.pk is None):
            raise WindowClosed

    def change(self, what: str, *, old: str = "", new: str = "", reason: str, author: User) -> None:
        """Answer for a change: a correction where one is needed, the late mark where the cut-off has passed."""
        reason = reason.strip()
        if self.window == Window.BY_CORRECTION and not reason:
            raise ReasonNeeded
        if self.log.pk is None:
            self.log.save()
        if self.window == Window.BY_CORRECTION:
            Correction.objects.create(
                log=self.log, what=what, old=old, new=new, reason=reason, author=author, at=self.now
            )
        elif self.log.is_submitted and not self.log.late and self.is_late:
            self.log.late = True
            self.log.save(update_fields=["late"])

    @property
    def is_late(self) -> bool:
        return windows.is_late(timezone.localtime(self.now), self.on, self.asked)

    def judge(self) -> None:
        judge(period=Day(self.on), until=day_of(self.now), people=[self.person.pk])


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
    reason: str = "",
    actor: User,
    now: datetime,
) -> LogEntry:
    """Put a contact on the day's log; the first of the day begins the log. Raises `LogRefused`.

    A new number enters the firm's register; one that is known is kept as such, and does not score again (reading 6).
    A call to an existing client whom the CRM does not know is marked (S3.e).
    """
    name, client_no = name.strip(), identifiers.identifier(client_no).upper()
    if kind != Kind.CLIENT_CALL and not (phone.strip() or client_no):
        raise NoPhone
    number = checked_phone(phone, client_no)
    if not name:
        raise NameNeeded
    opened = _Open(person, on, now)
    contact, known = _recognised(opened, name=name, phone=number, client_no=client_no)
    if opened.log.pk and opened.log.entries.filter(kind=kind, contact=contact).exists():
        raise AlreadyEntered
    opened.change(Correction.What.ENTRY_ADDED, new=f"{kind} {name}", reason=reason, author=actor)
    entry = LogEntry.objects.create(
        log=opened.log,
        kind=kind,
        contact=contact,
        name=name,
        known_as=known,
        not_in_crm=kind == Kind.CLIENT_CALL and not contact.is_client,
        note=note.strip(),
        at=now,
    )
    opened.judge()
    return entry


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


def _recognised(opened: _Open, *, name: str, phone: str, client_no: str) -> tuple[Contact, KnownAs]:
    """The contact in the firm's register and what it was to the writer; whoever is new enters the register.

    Nobody becomes a client by being entered as one: only the CRM says who is. Two who enter the same number at once:
    the database lets one be first, the other's number is then known.
    """
    contact = known_contact(phone=phone, client_no=client_no)
    is_client = is_known_client(contact, client_no)
    if contact is None:
        contact, is_new = Contact.objects.get_or_create(
            **({"phone": phone} if phone else {"client_no": client_no}),
            defaults={
                "client_no": client_no,
                "name": name,
                "owner": opened.person,
                "unit_id": opened.log.unit_id,
                "registered_on": opened.on,
                "is_client": is_client,
            },
        )
        if is_new:
            return contact, KnownAs.CLIENT if is_client else KnownAs.NEW
    before = (contact.client_no, contact.is_client)
    if client_no and not contact.client_no and not Contact.objects.filter(client_no=client_no).exists():
        contact.client_no = client_no
    contact.is_client |= is_client
    if before != (contact.client_no, contact.is_client):
        contact.save(update_fields=["client_no", "is_client"])
    return contact, known_as(contact, opened.person)


@transaction.atomic
def remove_entry(*, entry: LogEntry, reason: str = "", actor: User, now: datetime) -> None:
    """Take a contact off the log. Raises `LogRefused`.

    A number nobody else has entered leaves the register; else it is from now on of who entered it next, and scores there.
    """
    opened = _Open(entry.log.person, entry.log.on, now)
    opened.change(Correction.What.ENTRY_REMOVED, old=f"{entry.kind} {entry.name}", reason=reason, author=actor)
    contact = entry.contact
    entry.delete()
    if contact.owner_id == opened.person.pk and not contact.entries.filter(log__person=opened.person).exists():
        _hand_over(contact, now)
    opened.judge()


def _hand_over(contact: Contact, now: datetime) -> None:
    """Give a number whose owner has taken it back to who entered it next; a number counts once for the firm (reading 6)."""
    heir = contact.entries.select_related("log__person").order_by("pk").first()
    if heir is None:
        contact.delete()
        return
    log = heir.log
    contact.owner, contact.unit_id, contact.registered_on = log.person, log.unit_id, log.on
    contact.save(update_fields=["owner", "unit", "registered_on"])
    if heir.known_as == KnownAs.COLLEAGUE:
        heir.known_as = KnownAs.NEW
        heir.save(update_fields=["known_as"])
        judge(period=Day(log.on), until=day_of(now), people=[log.person_id])


@transaction.atomic
def set_brochures(*, person: Person, on: date, quantity: int, reason: str = "", actor: User, now: datetime) -> WorkLog:
    """Say how many brochures were handed out (S3.a). Raises `LogRefused`."""
    return _keep_brochures(_Open(person, on, now), quantity, reason, actor)


@transaction.atomic
def add_brochures(*, person: Person, on: date, more: int, reason: str = "", actor: User, now: datetime) -> WorkLog:
    """Count further brochures (S3.a), each step once however quickly they follow each other. Raises `LogRefused`."""
    opened = _Open(person, on, now)
    return _keep_brochures(opened, opened.log.brochures + more, reason, actor)


def _keep_brochures(opened: _Open, quantity: int, reason: str, actor: User) -> WorkLog:
    if not 0 <= quantity <= MOST_BROCHURES:
        raise NotThatMany
    log = opened.log
    if log.brochures == quantity:
        return log
    opened.change(Correction.What.BROCHURES, old=str(log.brochures), new=str(quantity), reason=reason, author=actor)
    log.brochures = quantity
    log.save(update_fields=["brochures"])
    opened.judge()
    return log


@transaction.atomic
def write_note(*, person: Person, on: date, note: str, reason: str = "", actor: User, now: datetime) -> WorkLog:
    """Write the free note of the day. Raises `LogRefused`."""
    opened = _Open(person, on, now)
    log, note = opened.log, note.strip()
    if log.note == note:
        return log
    opened.change(Correction.What.NOTE, old=log.note, new=note, reason=reason, author=actor)
    log.note = note
    log.save(update_fields=["note"])
    return log


@transaction.atomic
def submit_log(*, person: Person, on: date, note: str | None = None, now: datetime) -> WorkLog:
    """Hand the log in, with the note that was typed last; after the cut-off it is marked late. Raises `LogRefused`.

    Once handed in, nothing happens again.
    """
    if note is not None:
        write_note(person=person, on=on, note=note, actor=person.user, now=now)
    opened = _Open(person, on, now)
    log = opened.log
    if log.is_submitted:
        return log
    if opened.window != Window.OPEN:
        raise WindowClosed
    if log.pk is None or not (log.brochures or log.note or log.entries.exists()):
        raise NothingWritten
    log.state, log.submitted_at, log.late = WorkLog.State.SUBMITTED, now, opened.is_late
    log.save(update_fields=["state", "submitted_at", "late"])
    opened.judge()
    return log
