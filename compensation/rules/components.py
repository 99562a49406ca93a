"""The named parts a pay plan is put together from. Each writes on the sheet; none knows its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from compensation.rules.bands import Band, Step, banded, rate_for, slices_of, value_at
from compensation.rules.sheet import BASE, BONUS, COMMISSION, Carry, Sheet, SlipLine
from core.explain import N_, Line
from core.money import ZERO, to_cents

ONE = Decimal(1)
STANDARD, APPRAISED, COMPUTED = "D15.a", "D17.a", "D15.b"


class Component(Protocol):
    """What `compute` lets write on the sheet, in the plan's order."""

    kind: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def apply(self, sheet: Sheet) -> None: ...


# --- base pay ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class BasePay:
    """Post wage by grade, by the days of the month she was posted."""

    kind: ClassVar[str] = "base_pay"
    amounts: Mapping[str, Decimal]

    def apply(self, sheet: Sheet) -> None:
        of = sheet.inputs
        full = self.amounts.get(of.grade, ZERO) if of.draws_base else ZERO
        amount = to_cents(full * of.days / of.days_of_month)
        line = Line(
            N_("Base pay of the grade"),
            amount,
            STANDARD,
            ((N_("grade"), of.grade), (N_("full month"), full), (N_("days posted"), f"{of.days}/{of.days_of_month}")),
        )
        sheet.figures["base_pay"] = amount
        sheet.pay(BASE, SlipLine(self.kind, amount, full, None, STANDARD, (line,)))


# --- what the commission is reckoned on --------------------------------------------------------------------------------
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


# --- commission --------------------------------------------------------------------------------------------------------
def _pay_commission(sheet: Sheet, exact: Decimal, rate: Decimal | None, steps: tuple[Line, ...]) -> None:
    """A negative commission pays nothing, but is remembered."""
    sheet.commission_exact = exact
    amount = max(to_cents(exact), ZERO)
    sheet.figures["commission"] = amount
    note = N_("A negative commission pays nothing.") if exact < 0 else ""
    line = Line(N_("Commission pay"), amount, STANDARD, ((N_("reckoned"), to_cents(exact)),), note=note)
    sheet.pay(COMMISSION, SlipLine("commission", amount, sheet.base, rate, STANDARD, (*steps, line)))


@dataclass(frozen=True)
class BandedRate:
    """Rates by threshold of the month's base: each slice at its own rate, or the whole at the rate it reaches."""

    kind: ClassVar[str] = "banded_rate"
    bands: tuple[Band, ...]
    whole_band: bool = False

    def apply(self, sheet: Sheet) -> None:
        if self.whole_band or sheet.base < 0:
            rate = rate_for(sheet.base, self.bands)
            step = Line(N_("One rate for the whole base"), rate, STANDARD, ((N_("base"), sheet.base),))
            _pay_commission(sheet, sheet.base * rate, rate, (step,))
            return
        steps = tuple(
            Line(
                N_("Slice of the base"),
                to_cents(cut.exact),
                STANDARD,
                ((N_("slice"), cut.part), (N_("rate"), cut.rate)),
            )
            for cut in slices_of(sheet.base, self.bands)
        )
        _pay_commission(sheet, banded(sheet.base, self.bands), None, steps)


@dataclass(frozen=True)
class FixedRate:
    """One rate, or one by grade; `times_assessment` makes it rate × coefficient (C2)."""

    kind: ClassVar[str] = "fixed_rate"
    rate: Decimal = ZERO
    by_grade: Mapping[str, Decimal] = field(default_factory=dict)
    times_assessment: bool = False

    def apply(self, sheet: Sheet) -> None:
        rate = self.by_grade.get(sheet.inputs.grade, self.rate)
        steps: tuple[Line, ...] = ()
        if self.times_assessment:
            coefficient = sheet.inputs.assessment.coefficient
            inputs = ((N_("rate"), rate), (N_("coefficient"), coefficient))
            rate *= coefficient
            steps = (*sheet.inputs.assessment.lines, Line(N_("Rate with coefficient"), rate, APPRAISED, inputs))
        _pay_commission(sheet, sheet.base * rate, rate, steps)


@dataclass(frozen=True)
class NegativeMonths:
    """Counts the months running in which the commission came out negative; at `limit` it says so (C5)."""

    kind: ClassVar[str] = "negative_months"
    limit: int

    def apply(self, sheet: Sheet) -> None:
        count = sheet.inputs.negative_months + 1 if sheet.commission_exact < 0 else 0
        sheet.carry = Carry(count, sheet.carry.duties_missed)
        if count:
            inputs = ((N_("limit"), self.limit),)
            sheet.remarks.append(
                Line(N_("Months of negative commission running"), count, STANDARD, inputs, met=count < self.limit)
            )


# --- bonuses -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class AssetBonus:
    """Once, on the client assets brought in the month."""

    kind: ClassVar[str] = "asset_bonus"
    rate: Decimal

    def apply(self, sheet: Sheet) -> None:
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

    def apply(self, sheet: Sheet) -> None:
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

    def apply(self, sheet: Sheet) -> None:
        count = sheet.inputs.valid_openings
        wanted = count * self.amount
        inputs = [(N_("new valid accounts"), count), (N_("for each"), self.amount)]
        amount = wanted
        if self.cap_share is not None:
            cap = (sheet.sums[COMMISSION] + sheet.sums[BONUS]) * self.cap_share
            inputs += [(N_("at most"), to_cents(cap)), (N_("share of the other variable pay"), self.cap_share)]
            amount = min(wanted, cap)
        note = N_("Held to its cap.") if amount < wanted else ""
        line = Line(N_("Bonus for new valid accounts"), to_cents(amount), STANDARD, tuple(inputs), note=note)
        sheet.pay(BONUS, SlipLine(self.kind, amount, count, self.amount, STANDARD, (line,)))


# --- coefficients ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class AssessmentCoefficient:
    """The month's results appraisal decides the month's commission (D17.a); kept within its limits."""

    kind: ClassVar[str] = "assessment"
    on: tuple[str, ...] = (COMMISSION, BONUS)
    minimum: Decimal = ZERO
    maximum: Decimal = Decimal(2)
    weights: Mapping[str, Decimal] = field(default_factory=dict)

    def apply(self, sheet: Sheet) -> None:
        given = sheet.inputs.assessment
        factor = min(max(given.coefficient, self.minimum), self.maximum)
        sheet.figures["assessment_coefficient"] = factor
        inputs = (
            (N_("appraised"), given.coefficient),
            (N_("lower limit"), self.minimum),
            (N_("upper limit"), self.maximum),
        )
        line = Line(N_("Assessment coefficient"), factor, APPRAISED, inputs)
        sheet.multiply(self.on, factor, SlipLine(self.kind, ZERO, clause=APPRAISED, explained=(*given.lines, line)))


@dataclass(frozen=True)
class ComplianceCoefficient:
    """Falls with the valid complaints of the month."""

    kind: ClassVar[str] = "compliance"
    steps: tuple[Step, ...]
    on: tuple[str, ...] = (COMMISSION, BONUS)

    def apply(self, sheet: Sheet) -> None:
        factor = value_at(Decimal(sheet.inputs.complaints), self.steps)
        sheet.figures["compliance_coefficient"] = factor
        line = Line(
            N_("Compliance coefficient"), factor, STANDARD, ((N_("valid complaints"), sheet.inputs.complaints),)
        )
        sheet.multiply(self.on, factor, SlipLine(self.kind, ZERO, clause=STANDARD, explained=(line,)))
