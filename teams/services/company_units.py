"""Units of a company file: new ones, changed ones, and the tree they form."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.explain import N_
from core.tables import Filled, Row
from teams.models import Unit, UnitKind
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
            unit = Unit(code=row["code"], kind=row["kind"], functions=functions or [], **said(row.values, PLAIN))
            known.units[unit.code] = unit
            changes.new.append(unit)
        else:
            if unit.kind != row["kind"]:
                changes.refuse(row, "kind", N_("the unit is a %(kind)s and stays one"), kind=unit.get_kind_display())
            changes.alter(unit, functions=functions, **{name: row[name] for name in PLAIN})
        if unit.started_on and unit.closed_on and unit.closed_on <= unit.started_on:
            changes.refuse(row, "closed_on", N_("is not after the start on %(start)s"), start=unit.started_on)
    _hang_up(filled, known, changes)
    return changes


def _functions(row: Row, changes: Changes) -> list[str] | None:
    if row["functions"] is None:
        return None
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
    parents |= {row["code"]: row["parent"] for row in filled.rows if row["parent"] is not None}
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
            changes.refuse(row, "parent", N_("there is no unit with this code"))
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
