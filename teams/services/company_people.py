"""People of a company file, their users, and where they are posted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.services import new_user
from core.explain import N_
from core.tables import Filled, Row
from teams.models import Person, Posting, Role
from teams.rules import PLACES, overlap
from teams.services.loading import Changes, Known, said
from teams.sheets import GRADE_WORDS

OF_PERSON = ("engagement", "joined_on", "left_on", "licence_no", "licence_until")
OF_USER = ("name", "phone", "email")
GRADES = {word: code for code, words in GRADE_WORDS.items() for word in words}


def people_of(filled: Filled, known: Known) -> Changes:
    changes = Changes(filled)
    spellings = {number.casefold(): number for number in known.people}
    for row in filled.rows:
        _check_contact(row, changes)
        spelled = spellings.setdefault(row["employee_no"].casefold(), row["employee_no"])
        if spelled != row["employee_no"]:
            rule = N_("there is somebody with the number %(number)s: capitals do not tell people apart")
            changes.refuse(row, "employee_no", rule, number=spelled)
        grade = GRADES.get(row["grade"], row["grade"])
        person = known.people.get(row["employee_no"])
        if person is None:
            user = new_user(employee_no=row["employee_no"], **said(row.values, OF_USER))
            person = Person(user=user, **said({**row.values, "grade": grade}, (*OF_PERSON, "grade")))
            known.people[row["employee_no"]] = person
            changes.new += [user, person]
        else:
            changes.alter(person.user, of=person, **{name: row[name] for name in OF_USER})
            changes.alter(person, grade=grade, **{name: row[name] for name in OF_PERSON})
        if person.left_on and person.left_on < person.joined_on:
            changes.refuse(row, "left_on", N_("is before the person joined on %(joined)s"), joined=person.joined_on)
    return changes


def _check_contact(row: Row, changes: Changes) -> None:
    if row["email"]:
        try:
            validate_email(row["email"])
        except ValidationError:
            changes.refuse(row, "email", N_("is not an e-mail address"))


def postings_of(filled: Filled, known: Known) -> Changes:
    """A row is found again by person, unit, role and first day. A customer manager whose open posting the file does not
    mention is moved by a new one: the old one ends where the new one begins.
    """
    changes = Changes(filled)
    numbers = {row["employee_no"] for row in filled.rows}
    there = Posting.objects.filter(person__user__employee_no__in=numbers, acting_for=None)
    by_key: dict[tuple[str, str, str, date], Posting] = {}
    lines: dict[tuple[str, str, str], list[Posting]] = {}
    for known_one in there.select_related("person__user", "unit"):
        by_key[known_one.person.employee_no, known_one.unit.code, known_one.role, known_one.from_on] = known_one
        lines.setdefault(_line(known_one), []).append(known_one)
    mentioned: dict[int, Row] = {}
    for row in filled.rows:
        person, unit = known.people.get(row["employee_no"]), known.units.get(row["unit"])
        if person is None:
            changes.refuse(row, "employee_no", N_("there is nobody with this employee number"))
        if unit is None:
            changes.refuse(row, "unit", N_("there is no unit with this code"))
        if person is None or unit is None:
            continue
        if unit.kind not in PLACES[row["role"]]:
            rule = N_("there is no such post at a unit of kind %(kind)s")
            changes.refuse(row, "role", rule, kind=unit.get_kind_display())
        posting = by_key.get((row["employee_no"], row["unit"], row["role"], row["from_on"]))
        if posting is not None:
            changes.alter(posting, to_on=row["to_on"])
        else:
            posting = Posting(person=person, unit=unit, role=row["role"], from_on=row["from_on"], to_on=row["to_on"])
            changes.new.append(posting)
            lines.setdefault(_line(posting), []).append(posting)
        mentioned[id(posting)] = row
        _check_span(row, person, posting.to_on, changes)
    for line in lines.values():
        _settle(line, mentioned, changes)
    return changes


def _line(posting: Posting) -> tuple[str, str, str]:
    """What may not overlap: a customer manager's places, and the same post of one person at the same unit."""
    place = "" if posting.role == Role.CUSTOMER_MANAGER else posting.unit.code
    return (posting.person.employee_no, posting.role, place)


def _check_span(row: Row, person: Person, to_on: date | None, changes: Changes) -> None:
    if to_on and to_on <= row["from_on"]:
        changes.refuse(row, "to_on", N_("is not after the first day %(first)s"), first=row["from_on"])
    if row["from_on"] < person.joined_on:
        changes.refuse(row, "from_on", N_("is before the person joined on %(joined)s"), joined=person.joined_on)
    if person.left_on and row["from_on"] >= person.left_on:
        changes.refuse(row, "from_on", N_("is after the person left on %(left)s"), left=person.left_on)


def _settle(line: Iterable[Posting], mentioned: dict[int, Row], changes: Changes) -> None:
    """End the open posting a newer one follows; refuse postings that overlap."""
    ordered = sorted(line, key=lambda posting: posting.from_on)
    for earlier, later in pairwise(ordered):
        if not overlap((earlier.from_on, earlier.to_on), (later.from_on, later.to_on)):
            continue
        row = mentioned.get(id(later)) or mentioned.get(id(earlier))
        moves = earlier.role == Role.CUSTOMER_MANAGER and earlier.to_on is None and earlier.from_on < later.from_on
        if moves and id(earlier) not in mentioned:
            changes.alter(earlier, to_on=later.from_on)
        elif row is not None:
            other = earlier if mentioned.get(id(later)) is row else later
            changes.refuse(
                row,
                "from_on",
                N_("overlaps with the posting at %(unit)s from %(first)s to %(last)s: give one of them an end"),
                unit=other.unit.code,
                first=other.from_on,
                last=other.to_on or "…",
            )
