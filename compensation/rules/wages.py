"""Base pay of customer managers; base pay and team share of those who lead them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from compensation.rules.facts import Leadership
from compensation.rules.parts import STANDARD
from compensation.rules.sheet import BASE, BONUS, PaySheet, SlipLine
from core.explain import N_, Line
from core.money import ZERO, to_cents


@dataclass(frozen=True)
class BasePay:
    """Post wage by the days of the month she was posted, each at the grade of that day."""

    kind: ClassVar[str] = "base_pay"
    amounts: Mapping[str, Decimal]

    def apply(self, sheet: PaySheet) -> None:
        of = sheet.inputs
        if not of.draws_base:
            return
        for part in of.base_grades:
            full = self.amounts.get(part.grade, ZERO)
            amount = to_cents(full * part.days / of.days_of_month)
            days = f"{part.days}/{of.days_of_month}"
            inputs = ((N_("grade"), part.grade), (N_("full month"), full), (N_("days posted"), days))
            line = Line(N_("Base pay of the grade"), amount, STANDARD, inputs)
            sheet.figures["base_pay"] = sheet.figures.get("base_pay", ZERO) + amount
            sheet.pay(BASE, SlipLine(self.kind, amount, full, None, STANDARD, (line,)))


@dataclass(frozen=True)
class LeaderBase:
    """Base pay of an area or market department manager, by the days of the month she was posted as such."""

    kind: ClassVar[str] = "leader_base"
    amounts: Mapping[str, Decimal]

    def apply(self, sheet: PaySheet) -> None:
        for led in sheet.inputs.leads:
            full = self.amounts.get(led.role, ZERO)
            amount = to_cents(full * led.base_days / sheet.inputs.days_of_month)
            inputs = (
                (N_("post"), led.role),
                (N_("unit"), led.unit),
                (N_("full month"), full),
                (N_("days posted"), f"{led.base_days}/{sheet.inputs.days_of_month}"),
            )
            line = Line(N_("Base pay of the post"), amount, STANDARD, inputs)
            sheet.pay(BASE, SlipLine(self.kind, amount, full, None, STANDARD, (line,)))


@dataclass(frozen=True)
class TeamShare:
    """A leader's share of what her team earned for the firm: its base of the commission less the commission paid to
    it (the form of C2), by the days she led it. Never below zero."""

    kind: ClassVar[str] = "team_share"
    rates: Mapping[str, Decimal]

    def apply(self, sheet: PaySheet) -> None:
        for led in sheet.inputs.leads:
            self._share(sheet, led, self.rates.get(led.role, ZERO))

    def _share(self, sheet: PaySheet, led: Leadership, rate: Decimal) -> None:
        left = led.base - led.commission
        exact = max(left, ZERO) * rate * led.days / sheet.inputs.days_of_month
        team = ((N_("unit"), led.unit), (N_("people"), led.people))
        paid = (
            (N_("post"), led.role),
            (N_("rate"), rate),
            (N_("days led"), f"{led.days}/{sheet.inputs.days_of_month}"),
        )
        steps = (
            Line(N_("Base of the team's commission"), led.base, STANDARD, team),
            Line(N_("Less commission paid in the team"), -led.commission, STANDARD),
            Line(N_("Left to the firm"), left, STANDARD, total=True),
            Line(N_("Share in the team's result"), to_cents(exact), STANDARD, paid),
        )
        sheet.pay(BONUS, SlipLine(self.kind, exact, left, rate, STANDARD, steps))
