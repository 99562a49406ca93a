"""Targets of openings, month by month."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Q

from core.money import ZERO
from core.periods import Month
from teams.models import Measure, Target, Unit
from teams.selectors.people import Member


def openings_targets(
    units: Collection[Unit], members: Collection[Member], months: Collection[Month]
) -> dict[Month, Decimal | None]:
    """The openings units are to reach in each month together; `members` are theirs. One query.

    A unit without a target of its own answers for the sum of its people's. `None`: none is set at all.
    """
    people = [member.person_id for member in members]
    rows = Target.objects.filter(
        Q(unit__in=units) | Q(person__in=people), month__in=[one.first for one in months], measure=Measure.OPENINGS
    )
    set_for: dict[tuple[date, int | None, int | None], Decimal] = {
        (month, unit, person): value
        for month, unit, person, value in rows.values_list("month", "unit", "person", "value")
    }
    result: dict[Month, Decimal | None] = {}
    for month in months:
        found: list[Decimal] = []
        for unit in units:
            theirs = {member.person_id for member in members if member.unit_path.startswith(unit.path)}
            summed = [
                value for person in sorted(theirs) if (value := set_for.get((month.first, None, person))) is not None
            ]
            own = set_for.get((month.first, unit.pk, None))
            found += summed if own is None else [own]
        result[month] = sum(found, ZERO) if found else None
    return result
