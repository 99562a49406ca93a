"""The trade administrator's first screen: what is incomplete, each line with the place where it is solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from crm.models import Import
from teams.authority import Power
from teams.models import Engagement, Outlet, OutletPosting, Person, Posting, Role, Unit

MOST = 8
SOON = timedelta(days=60)
SELLING = (Role.CUSTOMER_MANAGER, Role.AREA_MANAGER, Role.MARKET_MANAGER)


@dataclass(frozen=True)
class Part:
    """The first of what waits, and how many there are in all."""

    rows: Sequence[Any]
    count: int


@dataclass(frozen=True)
class Queue:
    on: date
    unit: Unit | None  # where first passwords are given
    passwords: Part
    licences: Part
    outlets: Part
    files: Part

    @property
    def count(self) -> int:
        return sum(part.count for part in (self.passwords, self.licences, self.outlets, self.files))


def queue(user: User, today: date) -> Queue:
    """What lies within one's powers; nine queries."""
    authority = user.authority
    posted = Posting.objects.on(today)
    here = posted.filter(authority.sees_unit("unit__path", Power.GIVE_PASSWORDS))
    people = Person.objects.filter(Q(left_on=None) | Q(left_on__gt=today)).select_related("user")
    never_had_one = people.filter(pk__in=here.values("person"), user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    selling = here.filter(role__in=SELLING).values("person")
    without = Q(licence_no="") | Q(licence_until__lt=today + SOON)
    staffed = OutletPosting.objects.on(today).filter(outlet=OuterRef("pk"))
    outlets = Outlet.objects.filter(authority.sees_unit("unit__path", Power.EDIT_PLACES)).exclude(Exists(staffed))
    files = Import.objects.importable_by(user).filter(state=Import.State.CHECKED)
    return Queue(
        on=today,
        unit=Unit.objects.filter(path__in=authority.paths(Power.GIVE_PASSWORDS)).order_by("path").first(),
        passwords=_part(never_had_one),
        licences=_part(people.filter(without, pk__in=selling).exclude(engagement=Engagement.PART_TIME)),
        outlets=_part(outlets.select_related("unit", "bank")),
        files=_part(files.select_related("unit")),
    )


def _part(rows: QuerySet[Any]) -> Part:
    return Part(list(rows[:MOST]), rows.count())
