"""What a new draft changes: people and lines of pay, old and new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from compensation.models import PayLine, PayRun
from compensation.selectors.computing import Computed
from core.money import CENT, ZERO

SHOWN = 20
Amounts = dict[tuple[str, str], Decimal]  # by employee number and component


def differences(run: PayRun, parts: Iterable[Computed]) -> tuple[list[dict[str, str]], int]:
    """The first lines of pay that differ from what the run holds, by person, and how many differ at all."""
    names: dict[str, str] = {}
    before: Amounts = defaultdict(lambda: ZERO)
    kept = PayLine.objects.filter(run=run).order_by("slip", "position")
    for number, name, component, amount in kept.values_list(
        "slip__person__user__employee_no", "slip__name", "component", "amount"
    ):
        names[number] = name
        before[number, component] += amount
    after: Amounts = defaultdict(lambda: ZERO)
    for part in parts:
        names[part.who.employee_no] = part.who.name
        for line in part.slip.lines:
            after[part.who.employee_no, line.component] += line.amount
    found = [
        {"name": names[key[0]], "component": key[1], "old": _text(before.get(key)), "new": _text(after.get(key))}
        for key in sorted((before | after).keys(), key=lambda key: key[0])
        if before.get(key, ZERO) != after.get(key, ZERO)
    ]
    return found[:SHOWN], len(found)


def _text(amount: Decimal | None) -> str:
    return format((amount or ZERO).quantize(CENT), "f")
