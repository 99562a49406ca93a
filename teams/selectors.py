"""Questions about who is where: members, leaders, units. Always for a day or a period, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from core.explain import N_
from core.money import ZERO
from core.periods import Day, Month, Period
from teams.authority import Authority, Held
from teams.models import (
    Function,
    Grading,
    Measure,
    Outlet,
    OutletPosting,
    Person,
    Posting,
    Role,
    Target,
    Unit,
    UnitKind,
    below,
)
from teams.models.units import UnitQuerySet

LEADING_ROLE: dict[str, Role] = {
    UnitKind.AREA: Role.AREA_MANAGER,
    UnitKind.MARKET_DEPARTMENT: Role.MARKET_MANAGER,
    UnitKind.BRANCH: Role.BRANCH_MANAGER,
    UnitKind.REGIONAL_DEPARTMENT: Role.REGIONAL_MANAGER,
}
MEMBERS = (Role.CUSTOMER_MANAGER,)
SHEET = 40  # first passwords made in one request: each costs its hash
KINDS_UPWARDS = ("unit__kind", "unit__parent__kind", "unit__parent__parent__kind", "unit__parent__parent__parent__kind")


@dataclass(frozen=True, slots=True)
class Member:
    """A posting in force, with the line of units it hangs in. `to_on` is the first day it no longer holds."""

    person_id: int
    user_id: int
    employee_no: str
    name: str
    role: str
    unit_id: int
    unit_path: str
    area_id: int | None
    market_department_id: int | None
    branch_id: int | None
    regional_department_id: int | None
    from_on: date
    to_on: date | None


# In the order of a member's fields, up to the path; behind it what her dates are made from.
OF_A_MEMBER = (
    "person_id", "person__user_id", "person__user__employee_no", "person__user__name", "role", "unit_id", "unit__path",
    "from_on", "to_on", "person__joined_on", "person__left_on",
)  # fmt: skip
LINE_OF_A_MEMBER = (UnitKind.AREA, UnitKind.MARKET_DEPARTMENT, UnitKind.BRANCH, UnitKind.REGIONAL_DEPARTMENT)


def members_on(on: date, *, units: Iterable[Unit] | None = None, roles: Collection[str] = MEMBERS) -> list[Member]:
    """Who holds one of `roles` on a day, at `units` or below them (everywhere without). Leavers are left out."""
    return _members(Day(on), units, roles, clipped=False)


def members_during(
    period: Period, *, units: Iterable[Unit] | None = None, roles: Collection[str] = MEMBERS
) -> list[Member]:
    """One member per posting that holds in the period, its dates clipped to the period (`to_on` is always set)."""
    return _members(period, units, roles, clipped=True)


def _members(period: Period, units: Iterable[Unit] | None, roles: Collection[str], *, clipped: bool) -> list[Member]:
    postings = (
        Posting.objects.during(period.first, period.end)
        .filter(role__in=roles, person__joined_on__lt=period.end)
        .filter(Q(person__left_on=None) | Q(person__left_on__gt=period.first))
    )
    if units is not None:
        postings = postings.filter(below(*units, path="unit__path"))
    members = []
    rows = postings.order_by("person__user__employee_no", "from_on", "pk")
    for row in rows.values_list(*OF_A_MEMBER, *KINDS_UPWARDS):
        (*who, path, from_on, to_on, joined_on, left_on), kinds = row[: len(OF_A_MEMBER)], row[len(OF_A_MEMBER) :]
        first, end = max(from_on, joined_on), min((day for day in (to_on, left_on) if day), default=None)
        if clipped:
            first, end = max(first, period.first), min(end or period.end, period.end)
        if end is None or end > first:
            line = dict(zip(kinds, map(int, reversed(path.strip("/").split("/"))), strict=False))
            members.append(Member(*[*who, path, *map(line.get, LINE_OF_A_MEMBER), first, end]))
    return members


def employee_numbers() -> set[str]:
    """Of everybody, whether still with the firm or not."""
    return set(Person.objects.values_list("user__employee_no", flat=True))


@dataclass(frozen=True, slots=True)
class GradeSpan:
    """A grade and the days it holds; `to_on` is the first day it no longer does."""

    grade: str
    from_on: date
    to_on: date


def grades_during(people: Collection[int], period: Period) -> dict[int, list[GradeSpan]]:
    """Everybody's grades over the period without a gap, by person id; "" where none is known (reading 39)."""
    held: dict[int, list[tuple[date, str]]] = {person: [(period.first, "")] for person in people}
    rows = Grading.objects.filter(person__in=people, from_on__lt=period.end).order_by("from_on")
    for person, grade, from_on in rows.values_list("person", "grade", "from_on"):
        if from_on <= period.first:
            held[person] = [(period.first, grade)]
        elif held[person][-1][1] != grade:
            held[person].append((from_on, grade))
    return {
        person: [
            GradeSpan(grade, first, end)
            for (first, grade), (end, _) in zip(steps, [*steps[1:], (period.end, "")], strict=True)
        ]
        for person, steps in held.items()
    }


def grades_on(people: Collection[int], on: date) -> dict[int, str]:
    """The grade each has on a day, by person id."""
    return {person: spans[-1].grade for person, spans in grades_during(people, Day(on)).items()}


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


def _in_force(on: date) -> Q:
    """Postings in force on a day, of people who are with the firm on it."""
    return (
        Q(from_on__lte=on, person__joined_on__lte=on)
        & (Q(to_on=None) | Q(to_on__gt=on))
        & (Q(person__left_on=None) | Q(person__left_on__gt=on))
    )


def _users(postings: Q) -> list[User]:
    """Their users, each once; those in their own right before those who stand in."""
    rows = (
        Posting.objects.filter(postings)
        .select_related("person__user")
        .order_by(F("acting_for").asc(nulls_first=True), "person__user__employee_no")
    )
    return list({row.person.user_id: row.person.user for row in rows}.values())


def leaders_of(unit: Unit, on: date) -> list[User]:
    """Who leads exactly this unit on a day, acting leaders included (D7); nobody for head-office departments."""
    role = LEADING_ROLE.get(unit.kind)
    return _users(_in_force(on) & Q(unit=unit, role=role)) if role else []


def holders(role: str, unit: Unit, on: date) -> list[User]:
    """Who holds `role` at the unit or anywhere below it on a day."""
    return _users(_in_force(on) & Q(unit__path__startswith=unit.path, role=role))


def head_office(function: Function, on: date) -> list[User]:
    """Everybody posted to a head-office department that has the function."""
    return _users(_in_force(on) & Q(unit__functions__contains=[function]))


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


def posted_at(unit: Unit, user: User, on: date) -> list[Posting]:
    """The postings at exactly this unit that one may see, leaders first."""
    postings = Posting.objects.visible_to(user).filter(_in_force(on), unit=unit)
    first: dict[str | None, int] = {role: n for n, role in enumerate(Role)} | {LEADING_ROLE.get(unit.kind): -1}
    rows = postings.select_related("person__user", "acting_for__person__user")
    return sorted(rows, key=lambda posting: (first[posting.role], posting.person.employee_no))


def leading_postings(unit: Unit, on: date) -> list[Posting]:
    """The postings of those who lead the unit in their own right on a day or later."""
    postings = Posting.objects.filter(unit=unit, role=LEADING_ROLE.get(unit.kind), acting_for=None)
    return list(postings.filter(Q(to_on=None) | Q(to_on__gt=on)).select_related("person__user", "unit"))


def stand_ins_at(unit: Unit, on: date) -> list[Posting]:
    """Who stands in at the unit on a day or later."""
    postings = Posting.objects.filter(unit=unit, to_on__gt=on).exclude(acting_for=None)
    return list(postings.select_related("person__user", "acting_for__person__user").order_by("from_on"))


def candidates(unit: Unit, user: User, on: date) -> list[Person]:
    """Whom one would think of first to stand in at a unit: those posted to it, right below it and right above it."""
    near = Q(unit=unit) | Q(unit__parent=unit, role__in=LEADING_ROLE.values()) | Q(unit=unit.parent_id)
    people = Person.objects.visible_to(user).exclude(user=user)
    return list(
        people.filter(pk__in=Posting.objects.filter(_in_force(on) & near).values("person")).select_related("user")[:40]
    )


def without_password(unit: Unit, user: User, on: date) -> list[Person]:
    """Those at the unit and below who never had a password and to whom one may give it, at most `SHEET` at a time."""
    postings = Posting.objects.filter(
        _in_force(on), unit__path__startswith=unit.path, person__user__password__startswith=UNUSABLE_PASSWORD_PREFIX
    )
    people = Person.objects.visible_to(user).filter(pk__in=postings.values("person")).select_related("user")
    everywhere = Posting.objects.filter(_in_force(on), person__in=people)
    held: dict[int, list[Held]] = {}
    for posting in everywhere.select_related("unit"):
        one_held = Held(posting.role, posting.unit_id, posting.unit.path, posting.unit.kind)
        held.setdefault(posting.person_id, []).append(one_held)
    theirs = ((one, Authority(on, one.pk, tuple(held.get(one.pk, ())))) for one in people)
    return [one for one, authority in theirs if user.authority.gives_passwords_to(authority)][:SHEET]


def outlets_of(unit: Unit, user: User, on: date) -> list[tuple[Outlet, list[OutletPosting]]]:
    """The outlets a unit looks after itself, and who of those one may see stands there."""
    standing: dict[int, list[OutletPosting]] = {}
    postings = OutletPosting.objects.visible_to(user).on(on).filter(outlet__unit=unit)
    for posting in postings.select_related("person__user"):
        standing.setdefault(posting.outlet_id, []).append(posting)
    outlets = Outlet.objects.visible_to(user).filter(unit=unit).select_related("bank")
    return [(outlet, standing.get(outlet.pk, [])) for outlet in outlets]
