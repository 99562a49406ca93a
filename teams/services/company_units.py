"""Units of a company file: new ones, changed ones, and the tree they form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.db.models import Q

from core.cells import CLEARED
from core.explain import N_
from core.tables import Filled, Refusal, Row
from teams.models import FormerName, Posting, Unit, UnitKind, below
from teams.rules import ABOVE, ring_above
from teams.services.loading import Changes, Known, said
from teams.sheets import FUNCTION_WORDS

PLAIN = ("name", "city", "local", "started_on", "closed_on")


def units_of(filled: Filled, known: Known) -> Changes:
    changes = Changes(filled)
    for row in filled.rows:
        functions = _functions(row, changes)
        unit = known.units.get(row["code"])
        if unit is None:
            changes.is_new(row, "code", known, known.units)
            unit = Unit(code=row["code"], kind=row["kind"], functions=functions or [], **said(row.values, PLAIN))
            known.units[unit.code] = unit
            changes.new.append(unit)
        else:
            if unit.kind != row["kind"]:
                changes.refuse(row, "kind", N_("the unit is a %(kind)s and stays one"), kind=unit.get_kind_display())
            _keep_name(row, unit, known, changes)
            changes.alter(unit, functions=functions, **{name: row[name] for name in PLAIN})
        if unit.started_on and unit.closed_on and unit.closed_on <= unit.started_on:
            changes.refuse(row, "closed_on", N_("is not after the start on %(start)s"), start=unit.started_on)
    _hang_up(filled, known, changes)
    return changes


def _keep_name(row: Row, unit: Unit, known: Known, changes: Changes) -> None:
    """The name a unit had is an alias from now on (reading 51)."""
    if row["name"] != unit.name and unit.pk:
        if not FormerName.objects.filter(unit=unit, name=unit.name).exists():
            changes.add(FormerName(unit=unit, name=unit.name, until=known.today))
        rule = N_("“%(name)s” (%(code)s) is now called “%(new)s”; files with the old name are still understood.")
        changes.remark(row, rule, name=unit.name, code=unit.code, new=row["name"])


def _functions(row: Row, changes: Changes) -> list[str] | None:
    if row["functions"] is None or row["functions"] is CLEARED:
        return None if row["functions"] is None else []
    words = {word: code for code, words in FUNCTION_WORDS.items() for word in (code, *words)}
    named = [word.strip() for word in re.split(r"[;\uff1b,\uff0c、]", row["functions"]) if word.strip()]
    unknown = [word for word in named if word not in words]
    if unknown:
        changes.refuse(row, "functions", N_("is none of: %(choices)s"), choices=", ".join(FUNCTION_WORDS))
    return sorted({words[word] for word in named if word in words})


def _hang_up(filled: Filled, known: Known, changes: Changes) -> None:
    """Hang every unit of the file below its parent; refuse unknown ones, rings, and kinds out of order."""
    codes = {unit.pk: unit.code for unit in known.units.values() if unit.pk}
    parents = {unit.code: codes.get(unit.parent_id) if unit.parent_id else None for unit in known.units.values()}
    above_of = {
        row["code"]: known.unit(row["parent"], changes, row) for row in filled.rows if row["parent"] is not None
    }
    parents |= {row["code"]: row["parent"] for row in filled.rows if row["parent"] is not None}
    parents |= {code: above.code for code, above in above_of.items() if above is not None}
    tops = [code for code, parent in parents.items() if parent is None and known.units[code].kind == UnitKind.COMPANY]
    for row in filled.rows:
        unit, parent = known.units[row["code"]], parents[row["code"]]
        ring = ring_above(unit.code, parents)
        above = known.units.get(parent) if parent else None
        if parent is None:
            if unit.kind != UnitKind.COMPANY:
                changes.refuse(row, "parent", N_("must be filled in: only the company has no unit above it"))
            elif unit.code != tops[0]:
                changes.refuse(row, "code", N_("there is one company only, and it is %(code)s"), code=tops[0])
        elif above is None:
            changes.refuse_unknown(row, "parent", N_("there is no unit with this code"), known, known.units)
        elif ring:
            changes.refuse(row, "parent", N_("the units hang in a ring: %(ring)s"), ring=" → ".join(ring))
        elif above.kind not in ABOVE[unit.kind]:
            changes.refuse(
                row,
                "parent",
                N_("a unit of kind %(kind)s does not stand below one of kind %(above)s"),
                kind=unit.get_kind_display(),
                above=above.get_kind_display(),
            )
        elif above.pk is None or unit.parent_id != above.pk:
            changes.alter(unit, parent=above)


def closed_with_people(units: Changes) -> Iterator[Refusal]:
    """Once all is written: the units of the file that are closed while somebody is still posted there (reading 50)."""
    for unit in (*units.new, *units.altered.values()):
        if not isinstance(unit, Unit) or not unit.closed_on:
            continue
        left = Q(person__left_on__isnull=False, person__left_on__lte=unit.closed_on)
        there = Posting.objects.filter(below(unit, path="unit__path")).filter(
            Q(to_on=None) | Q(to_on__gt=unit.closed_on)
        )
        people = there.exclude(left).values_list("person__user__name", "person__user__employee_no").distinct()
        if named := [f"{name} ({number})" for name, number in people.order_by("person__user__employee_no")]:
            row = next(row for row in units.filled.rows if row["code"] == unit.code)
            rule = N_("people are still posted there: %(people)s; move them first, or let them leave")
            texts = {"people": ", ".join(named[:20]) + (" …" if len(named) > 20 else "")}
            yield units.filled.refusal(row, "closed_on", rule, **texts)


def write_units(changes: Changes, known: Known) -> None:
    """Save level by level from the company down, and give every unit its path."""
    waiting = [unit for unit in changes.new if isinstance(unit, Unit)]
    while waiting:
        level = [unit for unit in waiting if unit.parent is None or unit.parent.pk]
        Unit.objects.bulk_create(level)
        waiting = [unit for unit in waiting if unit.pk is None]
    changes.write()
    place_units(known.units.values())


def place_units(units: Iterable[Unit]) -> None:
    """Write the paths that follow from the parents, where they differ."""
    by_id = {unit.pk: unit for unit in units}

    def path_of(unit: Unit) -> str:
        above = by_id[unit.parent_id] if unit.parent_id else None
        return f"{path_of(above) if above else '/'}{unit.pk}/"

    moved = []
    for unit in by_id.values():
        path = path_of(unit)
        if unit.path != path:
            unit.path = path
            moved.append(unit)
    Unit.objects.bulk_update(moved, ["path"], batch_size=2000)
