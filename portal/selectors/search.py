"""One search over what a person may see: people, units, outlets, filed documents."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from archives.models import Document
from teams.models import Outlet, Person, Unit

MOST = 8
SHORTEST = 1


@dataclass(frozen=True)
class Found:
    """`more` says that a kind had more than is shown."""

    people: tuple[Person, ...] = ()
    units: tuple[Unit, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    documents: tuple[Document, ...] = ()
    more: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.people or self.units or self.outlets or self.documents)


def search(user: User, text: str) -> Found:
    """Names, numbers and codes that hold `text`; four queries, none where there is nothing to look for."""
    text = text.strip()
    if len(text) < SHORTEST:
        return Found()
    people = list(
        Person.objects.visible_to(user)
        .filter(Q(user__name__icontains=text) | Q(user__employee_no__startswith=text))
        .select_related("user")
        .order_by("user__employee_no")[: MOST + 1]
    )
    units = list(Unit.objects.visible_to(user).filter(Q(name__icontains=text) | Q(code__iexact=text))[: MOST + 1])
    outlets = list(
        Outlet.objects.visible_to(user)
        .filter(Q(name__icontains=text) | Q(code__iexact=text) | Q(bank__name__icontains=text))
        .select_related("bank", "unit")[: MOST + 1]
    )
    documents = list(Document.objects.visible_to(user).filter(title__icontains=text).select_related("unit")[: MOST + 1])
    return Found(
        people=tuple(people[:MOST]),
        units=tuple(units[:MOST]),
        outlets=tuple(outlets[:MOST]),
        documents=tuple(documents[:MOST]),
        more=max(len(people), len(units), len(outlets), len(documents)) > MOST,
    )
