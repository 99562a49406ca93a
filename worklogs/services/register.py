"""The register of contacts while a file of logs is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from core.tables import Row
from crm.selectors import client_numbers_known
from teams.models import Person
from worklogs.models import Contact
from worklogs.rules.kinds import Kind, KnownAs
from worklogs.selectors import known_as

Key = tuple[int, date]  # a person and a day


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A row that can be taken: whose it is, and how its contact is recognised."""

    row: Row
    person: Person
    unit_id: int
    on: date
    kind: Kind
    phone: str
    client_no: str

    @property
    def key(self) -> Key:
        return self.person.pk, self.on

    def moment(self, now: datetime) -> datetime:
        """When it was entered; without a word of the file, on loading."""
        at: datetime | None = self.row["submitted_at"]
        if at is None:
            return now
        return at if timezone.is_aware(at) else timezone.make_aware(at)

    @property
    def name(self) -> str:
        number = self.phone or self.client_no
        return str(self.row["contact_name"] or f"{number[:3]}****{number[-4:]}")


class Register:
    """The register of contacts as it is and as the lines add to it."""

    def __init__(self, lines: Sequence[RegisterLine]) -> None:
        self.lines = lines
        phones = {line.phone for line in lines} - {""}
        clients = {line.client_no for line in lines} - {""}
        self.by_phone: dict[str, Contact] = {}
        self.by_client: dict[str, Contact] = {}
        for contact in Contact.objects.filter(Q(phone__in=phones) | Q(client_no__in=clients)):
            self._keep(contact)
        self.in_crm = client_numbers_known(clients | (self.by_client.keys() - {""}))
        self.new: list[Contact] = []
        self.changed: dict[int, Contact] = {}

    def _keep(self, contact: Contact) -> None:
        if contact.phone:
            self.by_phone[contact.phone] = contact
        if contact.client_no:
            self.by_client[contact.client_no] = contact

    def recognise(self, line: RegisterLine) -> tuple[Contact, KnownAs]:
        contact = self.by_phone.get(line.phone) or self.by_client.get(line.client_no)
        if contact is None:
            contact = Contact(
                phone=line.phone,
                client_no=line.client_no,
                name=line.name,
                owner=line.person,
                unit_id=line.unit_id,
                registered_on=line.on,
                is_client=line.client_no in self.in_crm,
            )
            self.new.append(contact)
            self._keep(contact)
            return contact, KnownAs.CLIENT if contact.is_client else KnownAs.NEW
        before = (contact.client_no, contact.is_client)
        contact.is_client |= bool({line.client_no, contact.client_no} & self.in_crm)
        if line.client_no and not contact.client_no and line.client_no not in self.by_client:
            contact.client_no = line.client_no
            self._keep(contact)
        if contact.pk and before != (contact.client_no, contact.is_client):
            self.changed[contact.pk] = contact
        return contact, known_as(contact, line.person)

    def write(self) -> None:
        Contact.objects.bulk_create(self.new, batch_size=10_000)
        Contact.objects.bulk_update(self.changed.values(), ["client_no", "is_client"], batch_size=2000)
