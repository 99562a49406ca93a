"""Components that pay for what was brought or sold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from compensation.rules.parts import STANDARD
from compensation.rules.sheet import BONUS, COMMISSION, PaySheet, SlipLine
from core.explain import N_, Line
from core.money import ZERO, to_cents


@dataclass(frozen=True)
class AssetBonus:
    """Once, on the client assets brought in the month."""

    kind: ClassVar[str] = "asset_bonus"
    rate: Decimal

    def apply(self, sheet: PaySheet) -> None:
        basis = max(sheet.inputs.new_assets, ZERO)
        amount = to_cents(basis * self.rate)
        inputs = ((N_("net new assets"), sheet.inputs.new_assets), (N_("rate"), self.rate))
        line = Line(N_("Bonus on assets brought"), amount, STANDARD, inputs)
        sheet.pay(BONUS, SlipLine(self.kind, amount, basis, self.rate, STANDARD, (line,)))


@dataclass(frozen=True)
class ProductBonus:
    """On the products sold in the month."""

    kind: ClassVar[str] = "product_bonus"
    rate: Decimal

    def apply(self, sheet: PaySheet) -> None:
        basis = sheet.inputs.product_sales
        amount = to_cents(basis * self.rate)
        line = Line(N_("Bonus on products sold"), amount, STANDARD, ((N_("sold"), basis), (N_("rate"), self.rate)))
        sheet.pay(BONUS, SlipLine(self.kind, amount, basis, self.rate, STANDARD, (line,)))


@dataclass(frozen=True)
class AccountBonus:
    """For each new valid account; at most `cap_share` of the other variable pay, so that no pay hangs on counts."""

    kind: ClassVar[str] = "account_bonus"
    amount: Decimal
    cap_share: Decimal | None = None

    def apply(self, sheet: PaySheet) -> None:
        count, whole = sheet.inputs.valid_openings, sheet.month.inputs.valid_openings
        amount = wanted = count * self.amount
        inputs = [(N_("new valid accounts"), count), (N_("for each"), self.amount)]
        if self.cap_share is not None:
            others = (sheet.sums[COMMISSION] + sheet.sums[BONUS]) * self.cap_share
            sheet.cap = sheet.whole.cap if sheet.whole else others
            inputs += [(N_("at most"), to_cents(sheet.cap)), (N_("share of the other variable pay"), self.cap_share)]
            amount = min(wanted, sheet.cap)
            if sheet.whole:
                inputs += [(N_("valid accounts in all branches"), whole)]
                amount = min(whole * self.amount, sheet.cap) * count / whole if whole else ZERO
        note = N_("Held to its cap.") if amount < wanted else ""
        line = Line(N_("Bonus for new valid accounts"), to_cents(amount), STANDARD, tuple(inputs), note=note)
        steps = (*sheet.inputs.valid_by, line) if count else (line,)
        sheet.pay(BONUS, SlipLine(self.kind, amount, count, self.amount, STANDARD, steps))
