"""Pay slips and explanations as text, as the tests keep and compare them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compensation.rules import Payslip
from core.explain import Line


def as_text(slip: Payslip) -> str:
    return "\n".join(_written(slip)) + "\n"


def _written(slip: Payslip) -> Iterator[str]:
    for line in slip.lines:
        reckoned = f"{line.basis} × {line.rate}" if line.rate is not None else f"{line.basis}"
        yield f"{line.component} {line.amount} = {reckoned} [{line.clause}] {line.for_month}".rstrip()
        yield from steps(line.explained)
    yield from ("remarks", *steps(slip.remarks)) if slip.remarks else ()
    yield "figures"
    yield from (f"    {name} {value}" for name, value in slip.figures.items())
    yield f"carried: {slip.carry.negative_months} negative months, {slip.carry.duties_missed} duties missed"
    yield f"total {slip.total}"


def steps(lines: Iterable[Line]) -> Iterator[str]:
    """Every step of an explanation on a line of its own."""
    for line in lines:
        note = line.note % dict(line.values) if line.values else line.note
        parts = [
            f"{line.label} [{line.clause}]",
            *(f"{name} {value}" for name, value in line.inputs),
            *([f"rule {line.rule.code} {line.rule.value}"] if line.rule else []),
            *({True: ["met"], False: ["not met"], None: []}[line.met]),
            *([f"“{note}”"] if note else []),
            *([f"rows {line.rows}"] if line.rows else []),
            *([f"counted {line.counted}"] if line.counted is not None else []),
            *([f"{'total' if line.total else 'brings'} {line.result}"] if line.result is not None else []),
        ]
        yield "    " + " | ".join(parts)
