"""Which value of a parameter holds for a unit on a day, for thousands of units and days at once, in two queries."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from datetime import date

from core.explain import RuleValue
from core.periods import Day, Period
from policies import registry
from policies.models import ParameterValue
from policies.rules import Layer, default_of, lowered, read
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
    """Per unit and day of the period what holds. Days without a change in the unit's line share one mapping."""
    lines = {
        pk: [int(part) for part in path.strip("/").split("/")]
        for pk, path in Unit.objects.filter(pk__in=set(unit_ids)).values_list("pk", "path")
    }
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
