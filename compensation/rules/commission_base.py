"""Components that say what the month's commission is reckoned on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from compensation.rules.parts import ONE, STANDARD
from compensation.rules.sheet import BASE, Sheet
from core.explain import N_, Line
from core.money import ZERO, to_cents


@dataclass(frozen=True)
class RelationShares:
    """How much of an account's commission counts by relation; the whole account never more than once."""

    kind: ClassVar[str] = "relation_shares"
    shares: Mapping[str, Decimal]

    def apply(self, sheet: Sheet) -> None:
        for part in sheet.inputs.sorted():
            sheet.show(
                Line(
                    N_("Commission of accounts by relation"),
                    to_cents(part.gross * part.share),
                    STANDARD,
                    (
                        (N_("relation"), part.relation),
                        (N_("accounts"), part.accounts),
                        (N_("gross commission"), part.gross),
                        (N_("share that counts"), part.share),
                    ),
                )
            )


@dataclass(frozen=True)
class NetBase:
    """Gross commission less what is passed through, VAT, surcharges on the VAT and the protection fund."""

    kind: ClassVar[str] = "net_base"
    vat_rate: Decimal
    surcharge_rate: Decimal
    fund_rate: Decimal

    def apply(self, sheet: Sheet) -> None:
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
        sheet.show(Line(N_("Less pass-through fees"), own, STANDARD, ((N_("gross"), gross), (N_("passed on"), passed))))
        sheet.show(Line(N_("Without VAT"), without_vat, STANDARD, ((rate, self.vat_rate), (N_("VAT"), vat))))
        sheet.show(Line(N_("Less surcharges on the VAT"), -surcharge, STANDARD, ((rate, self.surcharge_rate),)))
        sheet.show(Line(N_("Less investor protection fund"), -fund, STANDARD, ((rate, self.fund_rate),)))
        sheet.show(Line(N_("Base of the commission"), sheet.base, STANDARD))


@dataclass(frozen=True)
class NetCommissionBase:
    """Net commission as the source gives it; with `less_booked` less the tax and fund that finance booked (C2)."""

    kind: ClassVar[str] = "net_commission_base"
    less_booked: bool = False

    def apply(self, sheet: Sheet) -> None:
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
        inputs = ((N_("net commission"), net), (N_("tax and surcharges"), tax), (N_("protection fund"), fund))
        sheet.show(Line(N_("Base of the commission"), sheet.base, STANDARD, inputs))


@dataclass(frozen=True)
class CommissionAfterCosts:
    """Gross commission less the base pay drawn and what the clients cost (C5)."""

    kind: ClassVar[str] = "commission_after_costs"

    def apply(self, sheet: Sheet) -> None:
        gross, drawn, cost = sheet.inputs.total("gross"), sheet.sums[BASE], sheet.inputs.client_cost
        sheet.base = gross - drawn - cost
        sheet.figures |= {"gross_commission": gross, "net_commission": gross - cost, "commission_base": sheet.base}
        inputs = ((N_("gross commission"), gross), (N_("base pay"), drawn), (N_("client cost"), cost))
        sheet.show(Line(N_("Base of the commission"), sheet.base, STANDARD, inputs))
