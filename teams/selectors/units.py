"""Units on a day: kinds, ranks, counts, outlets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from core.explain import N_
from teams.models import Outlet, OutletPosting, Posting, Unit, UnitKind
from teams.models.units import UnitQuerySet
from teams.selectors.posts import LEADING_ROLE, _in_force


def ancestor(unit: Unit, kind: UnitKind) -> Unit | None:
    """The unit of that kind in its line: itself or above it."""
    return unit if unit.kind == kind else Unit.objects.filter(pk__in=unit.line, kind=kind).first()


def units_of_kind(kind: UnitKind, on: date, within: Unit | None = None) -> list[Unit]:
    """Units of a kind that are not closed on a day, those in preparation included (see `is_ranked`), by code."""
    units = Unit.objects.filter(Q(closed_on=None) | Q(closed_on__gt=on), kind=kind)
    return list((units.within(within) if within else units).order_by("code"))


def unranked_because(unit: Unit, on: date) -> str:
    """Why a unit stays out of rankings on a day, as a message id or in the words entered for it; "" when it is ranked."""
    if unit.closed_on and unit.closed_on <= on:
        return N_("closed")
    if unit.started_on is None or unit.started_on > on:
        return N_("in preparation")
    return unit.exempt_reason


def is_ranked(unit: Unit, on: date) -> bool:
    return not unranked_because(unit, on)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as the tree shows it. `people` and `outlets` count those at it and all below, whoever looks."""

    unit: Unit
    depth: int
    leaders: list[str]
    people: int
    outlets: int
    because: str  # why it is not ranked; "" where it is


def with_counts(units: UnitQuerySet, on: date) -> UnitQuerySet:
    """Each with `people` and `outlets` at it and below it on a day: the one count of both, the same for every reader.

    Somebody with two posts is one person.
    """
    below_it = {"unit__path__startswith": OuterRef("path")}
    people = Posting.objects.filter(_in_force(on), **below_it).order_by()
    outlets = Outlet.objects.filter(**below_it).order_by()

    def counted(rows: QuerySet[Any], field: str) -> Subquery:
        count = Func(F(field), function="COUNT", template="%(function)s(DISTINCT %(expressions)s)")
        return Subquery(rows.annotate(n=count).values("n"), output_field=IntegerField())

    return units.annotate(people=counted(people, "person"), outlets_below=counted(outlets, "pk"))


def unit_rows(user: User, on: date, *, within: Unit | None = None) -> list[UnitRow]:
    """The units within one's sight (those below `within`), from the top down, in a constant number of queries."""
    seen = Unit.objects.visible_to(user).filter(Q(closed_on=None) | Q(closed_on__gt=on))
    found = with_counts(seen.within(within).exclude(pk=within.pk) if within else seen, on)
    units: list[Any] = list(found)
    codes = {unit.pk: unit.code for unit in units}
    units.sort(key=lambda unit: [codes.get(pk, "") for pk in unit.line])
    leaders: dict[int, list[str]] = {}
    leading = Posting.objects.filter(_in_force(on), unit__in=units, role__in=LEADING_ROLE.values())
    for posting in leading.select_related("person__user").order_by(F("acting_for").asc(nulls_first=True)):
        leaders.setdefault(posting.unit_id, []).append(posting.person.name)
    top = min((len(unit.line) for unit in units), default=0)
    return [
        UnitRow(
            unit=unit,
            depth=len(unit.line) - top,
            leaders=leaders.get(unit.pk, []),
            people=unit.people,
            outlets=unit.outlets_below,
            because=unranked_because(unit, on),
        )
        for unit in units
    ]


def outlets_of(unit: Unit, user: User, on: date) -> list[tuple[Outlet, list[OutletPosting]]]:
    """The outlets a unit looks after itself, and who of those one may see stands there."""
    standing: dict[int, list[OutletPosting]] = {}
    postings = OutletPosting.objects.visible_to(user).on(on).filter(outlet__unit=unit)
    for posting in postings.select_related("person__user"):
        standing.setdefault(posting.outlet_id, []).append(posting)
    outlets = Outlet.objects.visible_to(user).filter(unit=unit).select_related("bank")
    return [(outlet, standing.get(outlet.pk, [])) for outlet in outlets]
