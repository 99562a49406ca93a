"""Rankings by openings: of branches, market departments and areas, and of the members of a unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from attendance.selectors import calendar_for
from core.explain import N_, digest_of
from core.periods import Period
from crm.rules import Ranked, ranked
from crm.selectors import days_not_known, openings_by_person, openings_by_unit
from supervision.rules import ZERO
from teams.models import Unit, UnitKind
from teams.selectors.people import Member, members_on
from teams.selectors.units import unranked_because

PERSON = "person"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is ranked: a unit, or a person at the unit of her posting."""

    key: int
    code: str
    name: str
    unit_id: int
    unit_path: str
    person_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best first. `exempt` are left out of it, with a reason: a message id or words entered for the unit."""

    places: tuple[Ranked[int], ...]
    subjects: Mapping[int, Subject]
    exempt: tuple[tuple[Subject, str], ...]

    @property
    def total(self) -> Decimal:
        return sum((place.value for place in self.places), ZERO)

    def values(self) -> dict[str, Decimal]:
        """What was compared, by code."""
        return {self.subjects[place.key].code: place.value for place in self.places}


def digest_of_list(values: Mapping[str, Decimal], lines: Sequence[Mapping[str, Any]]) -> str:
    """What a list rests on: the figures compared and the rule values; it tells whether figures were corrected since."""
    return digest_of({"values": values, "lines": lines})


def unit_subject(unit: Unit) -> Subject:
    return Subject(unit.pk, unit.code, unit.name, unit.pk, unit.path)


def member_subject(member: Member) -> Subject:
    return Subject(
        member.person_id,
        member.employee_no,
        member.name,
        member.unit_id,
        member.unit_path,
        member.person_id,
        member.user_id,
    )


def unranked(unit: Unit, units: Mapping[int, Unit], period: Period) -> str:
    """Why a unit stays out of the ranking of a period; "" where it is ranked.

    It is ranked only if it and those above it were open from the first day to the last: three days are not compared
    with five.
    """
    for pk in reversed(unit.line):
        above = units[pk]
        if reason := unranked_because(above, period.first) or unranked_because(above, period.last):
            return reason
    return ""


def is_open(unit: Unit, units: Mapping[int, Unit], period: Period) -> bool:
    """Whether a unit and those above it were open at the end of a period; whether it is ranked itself does not matter."""
    line = [units[pk] for pk in unit.line]
    return all(
        one.started_on and one.started_on <= period.last and not (one.closed_on and one.closed_on <= period.last)
        for one in line
    )


def ranking_of_units(
    contenders: Iterable[Unit], *, openings: Mapping[int, Decimal], units: Mapping[int, Unit], period: Period
) -> Ranking:
    values, exempt = {}, []
    subjects = {}
    for unit in sorted(contenders, key=lambda one: one.code):
        subjects[unit.pk] = subject = unit_subject(unit)
        if reason := unranked(unit, units, period):
            exempt.append((subject, reason))
        else:
            values[unit.pk] = openings.get(unit.pk, ZERO)
    return Ranking(tuple(ranked(values)), subjects, tuple(exempt))


def ranking_of_members(
    members: Sequence[Member], *, openings: Mapping[int, Decimal], since: date | None = None
) -> Ranking:
    """Members by what they opened, wherever it was credited; who came after `since` is left out."""
    values, exempt = {}, []
    subjects = {}
    for member in members:
        subjects[member.person_id] = subject = member_subject(member)
        if since is not None and member.from_on > since:
            exempt.append((subject, N_("new in the team")))
        else:
            values[member.person_id] = openings.get(member.person_id, ZERO)
    return Ranking(tuple(ranked(values)), subjects, tuple(exempt))


def known_subjects(ranking: Ranking, period: Period, within: Unit | None) -> set[int]:
    """The keys of those whose openings of every trading day of the period have come."""
    days = calendar_for(period).trading_days(period) or list(period.days())
    if not days_not_known(period, days, within=within):
        return set(ranking.subjects)
    branches = {unit.path: unit for unit in Unit.objects.filter(kind=UnitKind.BRANCH)}
    known = {path for path, branch in branches.items() if not days_not_known(period, days, within=branch)}
    return {
        key for key, subject in ranking.subjects.items() if any(subject.unit_path.startswith(path) for path in known)
    }


def openings_ranking(by: str, *, period: Period, within: Unit | None = None) -> Ranking:
    """Units of the kind `by`, or the people of `within` (`person`), ranked by the openings of a period."""
    if by == PERSON:
        members = members_on(period.last, units=None if within is None else [within])
        return ranking_of_members(members, openings=openings_by_person(period=period))
    units = Unit.objects.in_bulk()
    contenders = [
        unit for unit in units.values() if unit.kind == by and (within is None or unit.path.startswith(within.path))
    ]
    openings = openings_by_unit(by, period=period, within=within)
    return ranking_of_units(contenders, openings=openings, units=units, period=period)
