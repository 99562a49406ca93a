"""Components that hold back, withhold and take off, and what releases again."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from compensation.rules.bands import Step, value_at
from compensation.rules.parts import APPRAISED, COMPUTED, ONE, STANDARD
from compensation.rules.sheet import COMMISSION, OTHER, Carry, PaySheet, SlipLine
from core.explain import N_, Line
from core.money import ZERO, to_cents


def completion_of(done: Decimal, target: Decimal) -> Decimal:
    """Between 0 and 1; a target of zero is met."""
    return ONE if target <= 0 else min(max(done, ZERO) / target, ONE)


@dataclass(frozen=True)
class HoldBack:
    """A share of the commission is assessment pay: held back, and released half by valid accounts, half by assets (C7)."""

    kind: ClassVar[str] = "hold_back"
    share: Decimal
    valid_target: Decimal
    assets_target: Decimal
    valid_weight: Decimal = Decimal("0.5")

    def apply(self, sheet: PaySheet) -> None:
        of, basis = sheet.month.inputs, sheet.sums[COMMISSION]
        held = to_cents(basis * self.share)
        inputs = ((N_("commission pay"), basis), (N_("share"), self.share))
        line = Line(N_("Assessment pay held back"), -held, APPRAISED, inputs)
        sheet.pay(OTHER, SlipLine("held_back", -held, basis, -self.share, APPRAISED, (line,)))
        valid_target = self.valid_target if of.valid_target is None else of.valid_target
        assets_target = self.assets_target if of.assets_target is None else of.assets_target
        valid, assets = completion_of(of.valid_openings, valid_target), completion_of(of.new_assets, assets_target)
        done = self.valid_weight * valid + (ONE - self.valid_weight) * assets
        released = to_cents(held * done)
        steps = (
            _completion_line(
                N_("Completion by valid accounts"), of.valid_openings, valid_target, self.valid_weight, rows="openings"
            ),
            _completion_line(
                N_("Completion by new assets"), of.new_assets, assets_target, ONE - self.valid_weight, rows="assets"
            ),
            Line(N_("Assessment pay released"), released, APPRAISED, ((N_("held back"), held),)),
        )
        sheet.figures |= {"retained": held, "released": released}
        shown = done.quantize(Decimal("0.000001"))
        sheet.pay(OTHER, SlipLine("released", released, held, shown, APPRAISED, steps))


def _completion_line(label: str, done: Decimal, target: Decimal, weight: Decimal, *, rows: str) -> Line:
    inputs = ((N_("achieved"), done), (N_("target"), target), (N_("weight"), weight))
    completion = completion_of(done, target).quantize(Decimal("0.0001"))
    return Line(label, None, APPRAISED, inputs, met=done >= target, counted=completion, rows=rows)


@dataclass(frozen=True)
class OpeningDuty:
    """The month's openings, for which assets may stand in (C7); it pays nothing, it is remarked."""

    kind: ClassVar[str] = "opening_duty"
    openings: Decimal
    stand_ins: tuple[Step, ...] = ()

    def counted(self, openings: Decimal, assets: Decimal) -> Decimal:
        """Openings with the assets that stand in for some."""
        return openings + value_at(assets, self.stand_ins)

    def apply(self, sheet: PaySheet) -> None:
        of = sheet.month.inputs
        counted = self.counted(of.openings, of.new_assets)
        inputs = ((N_("openings"), of.openings), (N_("net new assets"), of.new_assets), (N_("target"), self.openings))
        met = counted >= self.openings
        sheet.remarks.append(
            Line(N_("Openings as counted"), None, APPRAISED, inputs, met=met, counted=counted, rows="openings")
        )


@dataclass(frozen=True)
class MinimumDuty:
    """Too little new client money: a share of the month's commission is withheld, carried over when there is none (C5)."""

    kind: ClassVar[str] = "minimum_duty"
    new_assets: Decimal
    share: Decimal

    def apply(self, sheet: PaySheet) -> None:
        of, basis = sheet.month.inputs, sheet.sums[COMMISSION]
        missed = of.duties_missed + (of.new_assets < self.new_assets)
        carried = missed if sheet.month.sums[COMMISSION] == 0 else 0
        sheet.carry = Carry(sheet.carry.negative_months, carried)
        rate = min(self.share * missed, ONE)
        inputs = (
            (N_("new client money"), of.new_assets),
            (N_("required"), self.new_assets),
            (N_("duties missed"), missed),
        )
        note = N_("Carried over: there is no commission to withhold from.") if carried else ""
        line = Line(
            N_("Withheld for a missed duty"), -to_cents(basis * rate), STANDARD, inputs, met=not missed, note=note
        )
        sheet.pay(OTHER, SlipLine(self.kind, -(basis * rate), basis, -rate, STANDARD, (line,)))


@dataclass(frozen=True)
class Deductions:
    """What finance enters for the month: attendance, social insurance, income tax."""

    kind: ClassVar[str] = "deductions"

    def apply(self, sheet: PaySheet) -> None:
        of = sheet.inputs
        entered = (
            ("attendance_deduction", N_("Attendance deduction"), of.attendance_deduction, "D8.a"),
            ("social_insurance", N_("Social insurance"), of.social_insurance, COMPUTED),
            ("income_tax", N_("Income tax"), of.income_tax, COMPUTED),
        )
        for component, label, amount, clause in entered:
            if amount:
                line = Line(label, -amount, clause, note=N_("Entered by finance."))
                sheet.pay(OTHER, SlipLine(component, -amount, amount, None, clause, (line,)))
