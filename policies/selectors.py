"""Which value of a parameter holds for a unit on a day, for thousands of units and days at once, in two queries."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.db.models import QuerySet

from accounts.models import User
from core.explain import RuleValue
from core.periods import ONE_DAY, Day, Period
from policies import registry
from policies.models import ParameterValue
from policies.rules import Layer, Parameter, default_of, lowered, read
from teams.models import Unit

History = dict[tuple[str, int], list[Layer]]


def values_on(codes: Collection[str], *, unit_ids: Collection[int], on: date) -> dict[int, dict[str, RuleValue]]:
    """Per unit and code what holds on a day, with the layer that set it; "" is the declared default."""
    found = values_over(codes, unit_ids=unit_ids, period=Day(on))
    return {unit_id: values for (unit_id, _), values in found.items()}


def value_for(code: str, *, unit: Unit, on: date) -> RuleValue:
    """One value for one unit; for many use `values_on`."""
    return values_on([code], unit_ids=[unit.pk], on=on)[unit.pk][code]


def values_over(
    codes: Collection[str], *, unit_ids: Collection[int], period: Period
) -> dict[tuple[int, date], dict[str, RuleValue]]:
    """Per unit and day of the period what holds. Days without a change in the unit's line share one mapping.

    One query where `unit_ids` maps each unit to its path, else two.
    """
    units = Unit.objects.filter(pk__in=set(unit_ids)).values_list("pk", "path")
    paths = unit_ids if isinstance(unit_ids, Mapping) else dict(units)
    lines = {pk: [int(part) for part in path.strip("/").split("/")] for pk, path in paths.items()}
    history = _history(codes, {one for line in lines.values() for one in line}, period.end)
    changes = _changes(history, period)
    resolved: dict[tuple[int, date], dict[str, RuleValue]] = {}
    over = {}
    for pk, line in lines.items():
        starts = sorted({period.first, *(day for one in line for day in changes[one])})
        for on in period.days():
            since = starts[bisect_right(starts, on) - 1]
            over[pk, on] = _down(codes, line, since, history, resolved)
    return over


@dataclass(frozen=True, slots=True)
class ValueStanding:
    """A parameter at a unit: what holds on a day, and what will hold from which day on as things are decided now."""

    parameter: Parameter
    now: RuleValue
    ahead: tuple[tuple[date, RuleValue], ...]


def standings(codes: Collection[str], *, unit: Unit, on: date) -> list[ValueStanding]:
    """Per code what holds at the unit and what will change when, in the order of `codes`, in one query."""
    history = _history(codes, set(unit.line), date.max)
    found = []
    for code in codes:
        starts = {layer.since for pk in unit.line for layer in history.get((code, pk), []) if layer.since > on}
        held = [(day, _down([code], unit.line, day, history, {})[code]) for day in (on, *sorted(starts))]
        ahead = tuple(later for before, later in pairwise(held) if later[1].value != before[1].value)
        found.append(ValueStanding(registry.parameter(code), held[0][1], ahead))
    return found


@dataclass(frozen=True, slots=True)
class LayerRow:
    """What one unit of the line, or one below, has set itself. `is_moot`: stricter is asked further up; `is_to_come`:
    `own` does not hold yet."""

    unit: Unit
    own: Layer | None
    holds: RuleValue
    is_moot: bool
    is_to_come: bool = False


def layers_of(code: str, *, unit: Unit, on: date) -> list[LayerRow]:
    """The line from the company down to the unit: what each has set and what holds there."""
    units = sorted(Unit.objects.filter(pk__in=unit.line), key=lambda one: len(one.path))
    history = _history([code], set(unit.line), on + ONE_DAY)
    return [_layer_row(code, one, history, on) for one in units]


def set_below(code: str, *, unit: Unit, on: date) -> list[LayerRow]:
    """Units below that have a value of their own, or will have one, by name."""
    below = Unit.objects.within(unit).exclude(pk=unit.pk)
    setters = list(below.filter(parameter_values__in=ParameterValue.objects.standing().filter(code=code)).distinct())
    history = _history([code], {pk for one in setters for pk in one.line}, date.max)
    rows = [_layer_row(code, one, history, on) for one in setters]
    for n, row in enumerate(rows):
        layers = history.get((code, row.unit.pk), [])
        later = next((layer for layer in layers if layer.since > on and layer.value is not None), None)
        if later and (row.own is None or row.own.value is None):
            rows[n] = LayerRow(row.unit, later, row.holds, is_moot=False, is_to_come=True)
    return [row for row in rows if row.own is not None and row.own.value is not None]


def _layer_row(code: str, unit: Unit, history: History, on: date) -> LayerRow:
    own = _in_force(history.get((code, unit.pk), []), on)
    holds = _down([code], unit.line, on, history, {})[code]
    is_moot = own is not None and own.value is not None and (holds.layer, holds.since) != (own.name, own.since)
    return LayerRow(unit, own, holds, is_moot)


def values_set(code: str, *, unit: Unit, user: User) -> QuerySet[ParameterValue]:
    """Everything that was ever set in the unit's line, withdrawn values included, newest first."""
    values = ParameterValue.objects.visible_to(user).filter(code=code, unit__in=unit.line)
    return values.select_related("unit", "set_by", "withdrawn_by").order_by("-from_on", "-set_at")


def _history(codes: Collection[str], unit_ids: set[int], end: date) -> History:
    """Per code and unit its layers in the order in which they start."""
    history: History = defaultdict(list)
    rows = (
        ParameterValue.objects.known_before(end)
        .filter(code__in=set(codes), unit__in=unit_ids)
        .values_list("code", "unit_id", "unit__name", "unit__parent_id", "value", "from_on")
    )
    for code, unit_id, name, parent_id, value, from_on in rows:
        typed = None if value is None else read(registry.parameter(code), value)
        history[code, unit_id].append(Layer(name, typed, from_on, is_company=parent_id is None))
    return history


def _changes(history: History, period: Period) -> dict[int, set[date]]:
    changes: dict[int, set[date]] = defaultdict(set)
    for (_, unit_id), layers in history.items():
        changes[unit_id] |= {layer.since for layer in layers if layer.since in period}
    return changes


def _down(
    codes: Collection[str],
    line: list[int],
    on: date,
    history: History,
    resolved: dict[tuple[int, date], dict[str, RuleValue]],
) -> dict[str, RuleValue]:
    """What holds on a day at the end of a line; what is known of the units above is used again."""
    if not line:
        return {code: default_of(registry.parameter(code)) for code in codes}
    key = (line[-1], on)
    if key not in resolved:
        above = _down(codes, line[:-1], on, history, resolved)
        resolved[key] = {
            code: lowered(registry.parameter(code), above[code], _in_force(history.get((code, line[-1]), []), on))
            for code in codes
        }
    return resolved[key]


def _in_force(layers: list[Layer], on: date) -> Layer | None:
    return next((layer for layer in reversed(layers) if layer.since <= on), None)
