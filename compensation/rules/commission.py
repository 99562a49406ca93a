"""Components that turn the base into commission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from compensation.rules.bands import Band, banded, rate_for, slices_of
from compensation.rules.parts import APPRAISED, ONE, STANDARD
from compensation.rules.sheet import COMMISSION, Carry, PaySheet, SlipLine
from core.explain import N_, Line
from core.money import ZERO, to_cents


def _pay_commission(sheet: PaySheet, exact: Decimal, rate: Decimal | None, steps: tuple[Line, ...]) -> None:
    """A negative commission pays nothing, but is remembered."""
    sheet.commission_exact = exact
    amount = max(to_cents(exact), ZERO)
    sheet.figures["commission"] = amount
    note = N_("A negative commission pays nothing.") if exact < 0 else ""
    is_sum = any(step.result is not None for step in steps)
    line = Line(N_("Commission pay"), amount, STANDARD, ((N_("reckoned"), to_cents(exact)),), note=note, total=is_sum)
    sheet.pay(COMMISSION, SlipLine("commission", amount, sheet.base, rate, STANDARD, (*steps, line)))


@dataclass(frozen=True)
class BandedRate:
    """Rates by threshold of the month's base: each slice at its own rate, or the whole at the rate it reaches."""

    kind: ClassVar[str] = "banded_rate"
    bands: tuple[Band, ...]
    whole_band: bool = False

    def apply(self, sheet: PaySheet) -> None:
        if sheet.whole:
            self._share_of_month(sheet, sheet.whole)
        elif self.whole_band or sheet.base < 0:
            rate = rate_for(sheet.base, self.bands)
            step = Line(N_("One rate for the whole base"), None, STANDARD, ((N_("base"), sheet.base),), counted=rate)
            _pay_commission(sheet, sheet.base * rate, rate, (step,))
        else:
            _pay_commission(sheet, banded(sheet.base, self.bands), None, tuple(self._slices(sheet.base)))

    def _slices(self, base: Decimal) -> Iterator[Line]:
        """The slices, each with its cents so that together they come to the commission."""
        exact = shown = ZERO
        for cut in slices_of(base, self.bands):
            exact += cut.exact
            shown, amount = to_cents(exact), to_cents(exact) - shown
            inputs = ((N_("slice"), cut.part), (N_("rate"), cut.rate))
            yield Line(N_("Slice of the base"), amount, STANDARD, inputs)

    def _share_of_month(self, sheet: PaySheet, whole: PaySheet) -> None:
        """The bands are reached by the whole month; each branch pays by its part of the base (reading 40)."""
        part = min(max(sheet.base / whole.base, ZERO), ONE) if whole.base > 0 else ZERO
        inputs = ((N_("base of all branches"), whole.base), (N_("of this branch"), sheet.base))
        month = to_cents(whole.commission_exact)
        step = Line(N_("Commission pay of the whole month"), None, STANDARD, inputs, counted=month)
        _pay_commission(sheet, whole.commission_exact * part, None, (step,))


@dataclass(frozen=True)
class FixedRate:
    """One rate, or one by grade; `times_assessment` makes it rate × coefficient (C2)."""

    kind: ClassVar[str] = "fixed_rate"
    rate: Decimal = ZERO
    by_grade: Mapping[str, Decimal] = field(default_factory=dict)
    times_assessment: bool = False

    def apply(self, sheet: PaySheet) -> None:
        rate = self.by_grade.get(sheet.inputs.grade, self.rate)
        steps: tuple[Line, ...] = ()
        if self.times_assessment:
            coefficient = sheet.inputs.assessment.coefficient
            inputs = ((N_("rate"), rate), (N_("coefficient"), coefficient))
            rate *= coefficient
            steps = (
                *sheet.inputs.assessment.lines,
                Line(N_("Rate with coefficient"), None, APPRAISED, inputs, counted=rate),
            )
        _pay_commission(sheet, sheet.base * rate, rate, steps)


@dataclass(frozen=True)
class NegativeMonths:
    """Counts the months running in which the commission came out negative; at `limit` it says so (C5)."""

    kind: ClassVar[str] = "negative_months"
    limit: int

    def apply(self, sheet: PaySheet) -> None:
        count = sheet.inputs.negative_months + 1 if sheet.month.commission_exact < 0 else 0
        sheet.carry = Carry(count, sheet.carry.duties_missed)
        if count:
            inputs = ((N_("limit"), self.limit),)
            sheet.remarks.append(
                Line(
                    N_("Months of negative commission running"),
                    None,
                    STANDARD,
                    inputs,
                    met=count < self.limit,
                    counted=count,
                )
            )
