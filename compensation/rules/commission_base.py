"""Components that say what the month's commission is reckoned on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from compensation.rules.parts import ONE, STANDARD
from compensation.rules.sheet import BASE, PaySheet
from core.explain import N_, Line
from core.money import ZERO, to_cents


@dataclass(frozen=True)
class RelationShares:
    """How much of an account's commission counts by relation; the whole account never more than once."""

    kind: ClassVar[str] = "relation_shares"
    shares: Mapping[str, Decimal]

    def apply(self, sheet: PaySheet) -> None:
        exact = shown = ZERO
        for part in sheet.inputs.sorted():
            exact += part.gross * part.share
            shown, counted = to_cents(exact), to_cents(exact) - shown  # so that the lines add up to the cent
            sheet.show(
                Line(
                    N_("Commission of accounts by relation"),
                    counted,
                    STANDARD,
                    (
                        (N_("relation"), part.relation),
                        (N_("accounts"), part.accounts),
                        (N_("gross commission"), part.gross),
                        (N_("share that counts"), part.share),
                    ),
                    rows="accounts",
                )
            )


@dataclass(frozen=True)
class NetBase:
    """Gross commission less what is passed through, VAT, surcharges on the VAT and the protection fund."""

    kind: ClassVar[str] = "net_base"
    vat_rate: Decimal
    surcharge_rate: Decimal
    fund_rate: Decimal

    def apply(self, sheet: PaySheet) -> None:
        gross, passed = sheet.inputs.total("gross"), sheet.inputs.total("pass_through")
        own = gross - passed
        without_vat = to_cents(own / (ONE + self.vat_rate))
        vat = own - without_vat
        surcharge = to_cents(vat * self.surcharge_rate)
        fund = to_cents(without_vat * self.fund_rate)
        sheet.base = without_vat - surcharge - fund
        sheet.figures |= {
            "gross_commission": gross,
            "pass_through": passed,
            "net_commission": own,
            "tax_and_surcharges": vat + surcharge,
            "protection_fund": fund,
            "commission_base": sheet.base,
        }
        rate = N_("rate")
        _show_gross(sheet, gross)
        sheet.show(Line(N_("Less pass-through fees"), -passed, STANDARD, ((N_("gross"), gross),)))
        sheet.show(Line(N_("Less VAT"), -vat, STANDARD, ((rate, self.vat_rate), (N_("without VAT"), without_vat))))
        sheet.show(Line(N_("Less surcharges on the VAT"), -surcharge, STANDARD, ((rate, self.surcharge_rate),)))
        sheet.show(Line(N_("Less investor protection fund"), -fund, STANDARD, ((rate, self.fund_rate),)))
        sheet.show(Line(N_("Base of the commission"), sheet.base, STANDARD, total=True))


def _show_gross(sheet: PaySheet, gross: Decimal) -> None:
    """What a base begins with, where no line has said it."""
    if not any(isinstance(line.result, Decimal) for line in sheet.working):
        sheet.show(Line(N_("Gross commission"), gross, STANDARD))


@dataclass(frozen=True)
class NetCommissionBase:
    """Net commission as the source gives it; with `less_booked` less the tax and fund that finance booked (C2)."""

    kind: ClassVar[str] = "net_commission_base"
    less_booked: bool = False

    def apply(self, sheet: PaySheet) -> None:
        of, net = sheet.inputs, sheet.inputs.total("net_commission")
        tax, fund = (of.booked_tax, of.booked_fund) if self.less_booked else (ZERO, ZERO)
        sheet.base = net - tax - fund
        sheet.figures |= {
            "gross_commission": of.total("gross"),
            "pass_through": of.total("pass_through"),
            "net_commission": net,
            "tax_and_surcharges": tax,
            "protection_fund": fund,
            "commission_base": sheet.base,
        }
        _show_gross(sheet, of.total("gross"))
        inputs = ((N_("net commission"), net), (N_("tax and surcharges"), tax), (N_("protection fund"), fund))
        sheet.show(Line(N_("Less what is not net"), sheet.base - of.total("gross"), STANDARD, inputs))
        sheet.show(Line(N_("Base of the commission"), sheet.base, STANDARD, total=True))


@dataclass(frozen=True)
class CommissionAfterCosts:
    """Gross commission less the base pay drawn and what the clients cost (C5)."""

    kind: ClassVar[str] = "commission_after_costs"

    def apply(self, sheet: PaySheet) -> None:
        gross, drawn, cost = sheet.inputs.total("gross"), sheet.sums[BASE], sheet.inputs.client_cost
        sheet.base = gross - drawn - cost
        sheet.figures |= {"gross_commission": gross, "net_commission": gross - cost, "commission_base": sheet.base}
        _show_gross(sheet, gross)
        sheet.show(Line(N_("Less base pay"), -drawn, STANDARD))
        sheet.show(Line(N_("Less client cost"), -cost, STANDARD))
        sheet.show(Line(N_("Base of the commission"), sheet.base, STANDARD, total=True))
