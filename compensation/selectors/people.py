"""Who is paid for a month in a branch, with her unit, grades and days of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from compensation.rules.facts import GradeDays
from core.periods import Month, Period
from teams.models import Person, Role, Unit
from teams.selectors.people import GradeSpan, Member, grades_during


@dataclass(frozen=True, slots=True)
class PaidPerson:
    """A person of the month, with the unit she was last posted to in it. `draws_base`: she was a customer manager."""

    person_id: int
    employee_no: str
    name: str
    grade: str
    engagement: str
    licence_until: date | None
    unit_id: int
    unit_code: str
    unit_path: str
    draws_base: bool
    days: int
    grades: tuple[GradeDays, ...] = ()


def people_of(
    branch: Unit, month: Month, members: Iterable[Member], credited: Collection[int]
) -> dict[int, PaidPerson]:
    last: dict[int, Member] = {}
    days: dict[int, list[date]] = defaultdict(list)
    for member in members:
        if member.person_id not in last or (member.from_on, member.unit_path) >= (
            last[member.person_id].from_on,
            last[member.person_id].unit_path,
        ):
            last[member.person_id] = member
        if member.role == Role.CUSTOMER_MANAGER and member.to_on:
            days[member.person_id] += Period(member.from_on, member.to_on).days()
    places = {pk: (code, path) for pk, code, path in Unit.objects.within(branch).values_list("pk", "code", "path")}
    found = {}
    concerned = days.keys() | set(credited)
    grades = grades_during(concerned, month)
    for person in Person.objects.filter(pk__in=concerned).select_related("user"):
        unit = last[person.pk].unit_id if person.pk in last else branch.pk
        found[person.pk] = PaidPerson(
            person_id=person.pk,
            employee_no=person.employee_no,
            name=person.name,
            grade=grades[person.pk][-1].grade,
            engagement=person.engagement,
            licence_until=person.licence_until,
            unit_id=unit,
            unit_code=places[unit][0],
            unit_path=places[unit][1],
            draws_base=person.pk in days,
            days=len(days.get(person.pk, ())),
            grades=_days_by_grade(days.get(person.pk, ()), grades[person.pk]),
        )
    return dict(sorted(found.items(), key=lambda item: item[1].employee_no))


def _days_by_grade(days: Collection[date], spans: Iterable[GradeSpan]) -> tuple[GradeDays, ...]:
    """How the days posted divide by the grade then held, in the order in which grades were held."""
    found: dict[str, int] = {}
    for span in spans:
        if held := sum(span.from_on <= day < span.to_on for day in days):
            found[span.grade] = found.get(span.grade, 0) + held
    return tuple(GradeDays(grade, held) for grade, held in found.items())
