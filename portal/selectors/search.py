"""One search over what a person may see: people, units, outlets, her own contacts, filed documents.

Letters alone are taken as pinyin or initials as well: `zhouzihan`, `zzh`, `zihan`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.models import User
from archives.models import Document
from core.identifiers import identifier
from core.spelling import is_typed, sounding_like, spell
from teams.models import Outlet, Person, Posting, Unit
from worklogs.models import Contact

MOST = 8
SHORTEST = 1


@dataclass(frozen=True)
class FoundPerson:
    """`units` tell namesakes apart."""

    person: Person
    units: str


@dataclass(frozen=True)
class Found:
    """`more` says that a kind had more than is shown."""

    people: tuple[FoundPerson, ...] = ()
    units: tuple[Unit, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    contacts: tuple[Contact, ...] = ()
    documents: tuple[Document, ...] = ()
    more: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.people or self.units or self.outlets or self.contacts or self.documents)


def search(user: User, text: str) -> Found:
    """Names, numbers and codes that hold `text`; at most eleven queries, none where there is nothing to look for."""
    text = text.strip()
    if len(text) < SHORTEST:
        return Found()
    contacts = Contact.objects.filter(owner__user=user)
    if is_typed(text):
        spell(User.objects.all(), Unit.objects.all(), Outlet.objects.all(), contacts)
    code = identifier(text)
    people = list(
        Person.objects.visible_to(user)
        .filter(_named(text, "user__name") | Q(user__employee_no__startswith=code))
        .select_related("user")
        .order_by("user__employee_no")[: MOST + 1]
    )
    units = list(Unit.objects.visible_to(user).filter(_named(text) | Q(code__iexact=code))[: MOST + 1])
    outlets = list(
        Outlet.objects.visible_to(user)
        .filter(_named(text) | Q(code__iexact=code) | Q(bank__name__icontains=text))
        .select_related("bank", "unit")[: MOST + 1]
    )
    own = list(contacts.filter(_named(text) | Q(phone__startswith=code)).order_by("name", "pk")[: MOST + 1])
    documents = list(Document.objects.visible_to(user).filter(title__icontains=text).select_related("unit")[: MOST + 1])
    return Found(
        people=_with_units(people[:MOST], user),
        units=tuple(units[:MOST]),
        outlets=tuple(outlets[:MOST]),
        contacts=tuple(own[:MOST]),
        documents=tuple(documents[:MOST]),
        more=max(len(people), len(units), len(outlets), len(own), len(documents)) > MOST,
    )


def _named(text: str, field: str = "name") -> Q:
    named = Q(**{f"{field}__icontains": text})
    return named | Q(**{f"{field}__in": sounding_like(text).values("text")}) if is_typed(text) else named


def _with_units(people: list[Person], user: User) -> tuple[FoundPerson, ...]:
    """Each with the units she is posted to today; one query."""
    postings = Posting.objects.on(user.authority.on).filter(person__in=people, acting_for=None)
    units: dict[int, Any] = {}
    for person, unit in postings.order_by("from_on").values_list("person", "unit__name"):
        units.setdefault(person, {})[unit] = None
    return tuple(FoundPerson(one, "、".join(units.get(one.pk, ()))) for one in people)
