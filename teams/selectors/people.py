"""Who is a member where, and her grade: for a day or a period, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from core.periods import Day, Period
from teams.models import Grading, Person, Posting, Role, Unit, UnitKind, below

OF_A_MEMBER = (
    "person_id", "person__user_id", "person__user__employee_no", "person__user__name", "role", "unit_id", "unit__path",
    "from_on", "to_on", "person__joined_on", "person__left_on",
)  # fmt: skip
LINE_OF_A_MEMBER = (UnitKind.AREA, UnitKind.MARKET_DEPARTMENT, UnitKind.BRANCH, UnitKind.REGIONAL_DEPARTMENT)
MEMBERS = (Role.CUSTOMER_MANAGER,)


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
