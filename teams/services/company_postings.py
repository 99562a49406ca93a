"""Where the people of a company file are posted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from core.explain import N_
from core.tables import Filled, Row
from teams.models import Person, Posting, Rejoining, Role, Unit
from teams.rules import PLACES, overlap
from teams.services.loading import Changes, Known, told


def postings_of(filled: Filled, known: Known) -> Changes:
    """A row is found again by person, unit, role and first day. A customer manager whose open posting the file does not
    mention is moved by a new one: the old one ends where the new one begins.
    """
    changes = Changes(filled)
    numbers = {row["employee_no"] for row in filled.rows}
    away = _times_away(numbers, known)
    there = Posting.objects.filter(person__user__employee_no__in=numbers, acting_for=None)
    by_key: dict[tuple[str, str, str, date], Posting] = {}
    lines: dict[tuple[str, str, str], list[Posting]] = {}
    for known_one in there.select_related("person__user", "unit"):
        known_one.to_on = known.end_of(known_one)
        by_key[known_one.person.employee_no, known_one.unit.code, known_one.role, known_one.from_on] = known_one
        lines.setdefault(_line(known_one), []).append(known_one)
    mentioned: dict[int, Row] = {}
    for row in filled.rows:
        person, unit = _who_and_where(row, known, changes)
        if person is None or unit is None:
            continue
        posting = by_key.get((row["employee_no"], unit.code, row["role"], row["from_on"]))
        if posting is not None:
            changes.alter(posting, to_on=row["to_on"])
        else:
            posting = Posting(
                person=person, unit=unit, role=row["role"], from_on=row["from_on"], to_on=told(row["to_on"])
            )
            changes.new.append(posting)
            lines.setdefault(_line(posting), []).append(posting)
        mentioned[id(posting)] = row
        _check_open(row, person, posting.to_on, known.upwards(unit), changes)
        _check_span(row, person, posting.to_on, away.get(person.employee_no, ()), changes)
    for line in lines.values():
        _settle(line, mentioned, changes)
    return changes


def _who_and_where(row: Row, known: Known, changes: Changes) -> tuple[Person | None, Unit | None]:
    person, unit = known.people.get(row["employee_no"]), known.unit(row["unit"], changes, row)
    if person is None:
        rule = N_("there is nobody with this employee number")
        changes.refuse_unknown(row, "employee_no", rule, known, known.people)
    if unit is None:
        changes.refuse_unknown(row, "unit", N_("there is no unit with this code"), known, known.units)
    elif person and unit.kind not in PLACES[row["role"]]:
        rule = N_("there is no such post at a unit of kind %(kind)s")
        changes.refuse(row, "role", rule, kind=unit.get_kind_display())
    return person, unit


def _line(posting: Posting) -> tuple[str, str, str]:
    """What may not overlap: a customer manager's places, and the same post of one person at the same unit."""
    place = "" if posting.role == Role.CUSTOMER_MANAGER else posting.unit.code
    return (posting.person.employee_no, posting.role, place)


def _times_away(numbers: Iterable[str], known: Known) -> dict[str, list[tuple[date, date]]]:
    """When people were not with the firm, between two spells: the last day is not one of them."""
    away: dict[str, list[tuple[date, date]]] = {}
    rows = Rejoining.objects.filter(person__user__employee_no__in=numbers)
    for number, left_on, joined_on in rows.values_list("person__user__employee_no", "left_on", "joined_on"):
        away.setdefault(number, []).append((left_on, joined_on))
    for number, left_on, joined_on in known.back:
        away.setdefault(number, []).append((left_on, joined_on))
    return away


def _check_open(row: Row, person: Person, to_on: date | None, line: Iterable[Unit], changes: Changes) -> None:
    """Nobody is posted to a unit that is closed, or below one (reading 50)."""
    end = min((day for day in (to_on, person.left_on) if day), default=None)
    for unit in line:
        if unit.closed_on and (end is None or end > unit.closed_on):
            rule = N_("%(unit)s is closed from %(day)s on: the posting must end by then")
            changes.refuse(row, "to_on", rule, unit=unit.name, day=unit.closed_on)
            return


def _check_span(
    row: Row, person: Person, to_on: date | None, away: Iterable[tuple[date, date]], changes: Changes
) -> None:
    if to_on and to_on <= row["from_on"]:
        changes.refuse(row, "to_on", N_("is not after the first day %(first)s"), first=row["from_on"])
    if row["from_on"] < person.joined_on:
        changes.refuse(row, "from_on", N_("is before the person joined on %(joined)s"), joined=person.joined_on)
    if person.left_on and row["from_on"] >= person.left_on:
        changes.refuse(row, "from_on", N_("is after the person left on %(left)s"), left=person.left_on)
    for left, joined in away:
        if left != joined and overlap((row["from_on"], to_on), (left, joined)):
            rule = N_("reaches into the time from %(left)s to %(joined)s, when the person was not with the firm")
            changes.refuse(row, "from_on", rule, left=left, joined=joined)


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
