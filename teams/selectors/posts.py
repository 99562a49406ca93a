"""Who holds which post on a day: leaders, stand-ins, head office."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import F, Q

from accounts.models import User
from teams.authority import Authority, Held
from teams.models import Function, Person, Posting, Role, Unit, UnitKind

LEADING_ROLE: dict[str, Role] = {
    UnitKind.AREA: Role.AREA_MANAGER,
    UnitKind.MARKET_DEPARTMENT: Role.MARKET_MANAGER,
    UnitKind.BRANCH: Role.BRANCH_MANAGER,
    UnitKind.REGIONAL_DEPARTMENT: Role.REGIONAL_MANAGER,
}


SHEET = 40  # first passwords made in one request: each costs its hash


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
