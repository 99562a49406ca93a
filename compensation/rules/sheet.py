"""The sheet on which components write, and the pay slip that comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from compensation.rules.facts import Inputs
from core.explain import Line, digest_of, lines_as_json
from core.money import ZERO, shared_out, to_cents

BASE, COMMISSION, BONUS, OTHER = "base", "commission", "bonus", "other"
# As many places as are kept and shown; what is paid is never reckoned from a rounded rate.
BASIS_PLACES, RATE_PLACES = Decimal("0.000001"), Decimal("0.00000001")


def rounded(value: Decimal | None, places: Decimal) -> Decimal | None:
    return None if value is None else value.quantize(places, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One amount of a pay slip, rounded once. `for_month` names the closed month that an adjustment is for."""

    component: str
    amount: Decimal
    basis: Decimal | None = None
    rate: Decimal | None = None
    clause: str = ""
    explained: tuple[Line, ...] = ()
    for_month: str = ""

    def content(self) -> dict[str, Any]:
        """What a signature covers."""
        return {
            "component": self.component,
            "basis": None if self.basis is None else format(self.basis, "f"),
            "rate": None if self.rate is None else format(self.rate, "f"),
            "amount": format(self.amount, "f"),
            "clause": self.clause,
            "for_month": self.for_month,
            "lines": lines_as_json(self.explained),
        }


@dataclass(frozen=True, slots=True)
class Carry:
    """What the next month must know: months of negative commission running, missed duties not yet withheld."""

    negative_months: int = 0
    duties_missed: int = 0


@dataclass(frozen=True, slots=True)
class Payslip:
    lines: tuple[SlipLine, ...]
    figures: dict[str, Decimal]
    remarks: tuple[Line, ...]
    carry: Carry

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    def amount(self, *components: str) -> Decimal:
        return sum((line.amount for line in self.lines if line.component in components), ZERO)

    @property
    def digest(self) -> str:
        return digest_of([line.content() for line in self.lines])


@dataclass
class PaySheet:
    """One person's month while it is being worked out. `sums` holds what each group of lines is worth by now.

    Of somebody who moved between branches `whole` is the month in all of them, worked out before each step of a branch's.
    """

    inputs: Inputs
    whole: PaySheet | None = None
    base: Decimal = ZERO
    working: list[Line] = field(default_factory=list)
    lines: list[SlipLine] = field(default_factory=list)
    remarks: list[Line] = field(default_factory=list)
    sums: dict[str, Decimal] = field(default_factory=lambda: {BASE: ZERO, COMMISSION: ZERO, BONUS: ZERO, OTHER: ZERO})
    figures: dict[str, Decimal] = field(default_factory=dict)
    commission_exact: Decimal = ZERO
    carry: Carry = field(default_factory=Carry)
    cap: Decimal = ZERO  # of the bonus for new valid accounts in the whole month

    @property
    def month(self) -> PaySheet:
        """The person's whole month, by which she is capped and released whatever branch pays."""
        return self.whole or self

    def show(self, line: Line) -> None:
        """A step that pays nothing by itself: it explains the next line."""
        self.working.append(line)

    def pay(self, group: str, line: SlipLine) -> None:
        """Put a line on the slip, with the steps that led to it."""
        amount = to_cents(line.amount)
        explained = (*self.working, *line.explained)
        basis, rate = rounded(line.basis, BASIS_PLACES), rounded(line.rate, RATE_PLACES)
        self.lines.append(SlipLine(line.component, amount, basis, rate, line.clause, explained, line.for_month))
        self.working.clear()
        self.sums[group] += amount

    def multiply(self, groups: Sequence[str], factor: Decimal, line: SlipLine) -> None:
        """Let a coefficient work on groups together: one line with the difference that it makes."""
        before = sum((self.sums[group] for group in groups), ZERO)
        after = to_cents(before * factor)
        parts = shared_out(after, [self.sums[group] for group in groups])
        self.sums.update(zip(groups, parts, strict=True))
        self.pay(OTHER, SlipLine(line.component, after - before, before, factor, line.clause, line.explained))
        self.sums[OTHER] -= after - before

    def slip(self) -> Payslip:
        return Payslip(tuple(self.lines), dict(self.figures), tuple(self.remarks), self.carry)
