"""People of a company file, their users, their grades and their spells with the firm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.services import new_user
from core.cells import CLEARED
from core.explain import N_
from core.tables import Filled, Row
from teams.models import Grading, OutletPosting, Person, Posting, Rejoining, grade_in_words
from teams.services.loading import Changes, Known, said, told
from teams.sheets import GRADE_WORDS

OF_PERSON = ("engagement", "licence_no", "licence_until")
OF_USER = ("name", "phone", "email")
Dated = TypeVar("Dated", Grading, Rejoining)
GRADES = {word: code for code, words in GRADE_WORDS.items() for word in words}


def people_of(filled: Filled, known: Known) -> Changes:
    changes = Changes(filled)
    there = [known.people[row["employee_no"]].pk for row in filled.rows if row["employee_no"] in known.people]
    gradings, returns = _by_person(Grading, there), _by_person(Rejoining, there)
    for row in filled.rows:
        _check_contact(row, changes)
        person = known.people.get(row["employee_no"])
        if person is None:
            _check_number(row, known, changes)
            user = new_user(employee_no=row["employee_no"], **said(row.values, OF_USER))
            person = Person(user=user, **said(row.values, (*OF_PERSON, "joined_on", "left_on")))
            known.people[row["employee_no"]] = person
            changes.new += [user, person]
            _check_leaving(row, person, person.joined_on, changes)
        else:
            changes.alter(person.user, of=person, **{name: row[name] for name in OF_USER})
            changes.alter(person, **{name: row[name] for name in OF_PERSON})
            _employ(row, person, returns.get(person.pk, []), known, changes)
        _grade(row, person, gradings.get(person.pk, []), known.today, changes)
    _end_postings(known, changes)
    return changes


def _by_person(model: type[Dated], people: Iterable[int]) -> dict[int, list[Dated]]:
    found: dict[int, list[Dated]] = {}
    for row in model._default_manager.filter(person__in=people).order_by("pk"):
        found.setdefault(row.person_id, []).append(row)
    return found


def _check_number(row: Row, known: Known, changes: Changes) -> None:
    """Zeros may tell two people apart if somebody says so; capitals never do, as one signs in without them."""
    likely = known.alike(known.people, row["employee_no"])
    if likely.lower() == row["employee_no"].lower():
        rule = N_("there is somebody with the number %(number)s: capitals do not tell people apart")
        changes.refuse(row, "employee_no", rule, number=likely)
    else:
        changes.is_new(row, "employee_no", known, known.people)


def _check_contact(row: Row, changes: Changes) -> None:
    if email := told(row["email"]):
        try:
            validate_email(email)
        except ValidationError:
            changes.refuse(row, "email", N_("is not an e-mail address"))


# --- spells with the firm ----------------------------------------------------------------------------------------------
def _employ(row: Row, person: Person, returns: list[Rejoining], known: Known, changes: Changes) -> None:
    """A joining date after the day she left opens her next spell; the one before stays as it was (reading 49)."""
    joined, last = row["joined_on"], max(returns, key=lambda back: back.joined_on, default=None)
    earlier = next((back for back in returns if _began(person, returns, back) == joined), None)
    if person.left_on and joined >= person.left_on:
        back = Rejoining(person=person, left_on=person.left_on, joined_on=joined)
        known.ended[person.pk] = person.left_on
        known.back.append((person.employee_no, person.left_on, joined))
        returns.append(back)
        changes.add(back, of=person)
        rule = N_("%(person)s comes back on %(day)s: what was until %(left)s stays as it was.")
        changes.remark(row, rule, person=person.name, day=joined, left=person.left_on)
        changes.alter(person, left_on=told(row["left_on"]) or CLEARED)
        _check_leaving(row, person, joined, changes)
    elif earlier is not None:
        if told(row["left_on"]) not in (None, earlier.left_on):
            rule = N_("belongs to an earlier time with the firm, which ended on %(left)s")
            changes.refuse(row, "left_on", rule, left=earlier.left_on)
    else:
        if last is None:
            changes.alter(person, joined_on=joined)
        elif joined < last.left_on:
            rule = N_("lies in an earlier time with the firm, which ended on %(left)s")
            changes.refuse(row, "joined_on", rule, left=last.left_on)
        else:
            changes.alter(last, of=person, joined_on=joined)
        changes.alter(person, left_on=row["left_on"])
        _check_leaving(row, person, joined, changes)


def _began(person: Person, returns: list[Rejoining], back: Rejoining) -> date:
    """When the spell began that ended before she came back this time."""
    return max((one.joined_on for one in returns if one.joined_on < back.joined_on), default=person.joined_on)


def _check_leaving(row: Row, person: Person, joined: date, changes: Changes) -> None:
    if person.left_on and person.left_on < joined:
        changes.refuse(row, "left_on", N_("is before the person joined on %(joined)s"), joined=joined)


def _end_postings(known: Known, changes: Changes) -> None:
    """Whoever comes back finds her old places ended on the day she left."""
    for model in (Posting, OutletPosting):
        held = model._default_manager.filter(person__in=known.ended)
        for posting in held.select_related("person__user"):
            changes.alter(posting, of=known.people[posting.person.employee_no], to_on=known.end_of(posting))


# --- grades ------------------------------------------------------------------------------------------------------------
def _grade(row: Row, person: Person, held: list[Grading], today: date, changes: Changes) -> None:
    """A grade holds from the day given; a changed one without a day from the day of loading, never backwards (reading 39)."""
    if row["grade"] is None:
        if told(row["grade_from_on"]):
            changes.refuse(row, "grade_from_on", N_("says since when, but no grade is given"))
        return
    grade = "" if row["grade"] is CLEARED else GRADES.get(row["grade"], row["grade"])
    given = told(row["grade_from_on"])
    since = given or (person.joined_on if person.pk is None else today)
    before = max((one for one in held if one.from_on <= since), key=lambda one: one.from_on, default=None)
    if (before.grade if before else "") == grade:
        return
    if before is not None and before.from_on == since:
        changes.alter(before, of=person, grade=grade)
    else:
        changes.add(Grading(person=person, grade=grade, from_on=since), of=person)
    if given is None and person.pk is not None:
        rule = N_(
            "The grade of %(person)s is %(grade)s from %(day)s, the day of loading; grade_from_on gives another day."
        )
        changes.remark(row, rule, person=person.name, grade=grade_in_words(grade) or "-", day=today)
