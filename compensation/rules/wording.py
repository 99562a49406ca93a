"""A plan as a person from finance reads it: every component with its clause, every parameter in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from compensation.rules.bands import Band, Step
from compensation.rules.names import GRADE_NAMES, WORDS
from compensation.rules.parts import Component
from compensation.rules.plan import Plan
from core.explain import N_

# kind: what it is called, the clause it serves, what it does
KINDS: dict[str, tuple[str, str, str]] = {
    "base_pay": (N_("Base pay"), "D15.a", N_("By grade, for the calendar days posted as a customer manager.")),
    "leader_base": (N_("Base pay of the post"), "D15.a", N_("For the calendar days an area or department was led.")),
    "relation_shares": (
        N_("Shares by relation"), "D15.a",
        N_("How much of an account's commission counts; the shares of one account never exceed the whole."),
    ),
    "net_base": (
        N_("Base of the commission"), "D15.a",
        N_("Gross commission less pass-through fees, VAT, surcharges on the VAT and the investor protection fund."),
    ),
    "net_commission_base": (N_("Base of the commission"), "D15.a", N_("Net commission as the source gives it.")),
    "commission_after_costs": (
        N_("Base of the commission"), "D15.a", N_("Gross commission less the base pay drawn and what the clients cost."),
    ),
    "banded_rate": (N_("Commission pay"), "D15.a", N_("Each slice of the base at the rate of its band.")),
    "fixed_rate": (N_("Commission pay"), "D15.a", N_("One rate, or one by grade.")),
    "negative_months": (
        N_("Negative months"), "D15.a", N_("Months running in which the commission came out negative are pointed out."),
    ),
    "asset_bonus": (N_("Asset bonus"), "D15.a", N_("Once, on the client assets brought in the month.")),
    "product_bonus": (N_("Product bonus"), "D15.a", N_("On the products sold in the month.")),
    "account_bonus": (
        N_("Valid account bonus"), "D15.a", N_("For each new valid account, capped so that no pay hangs on counts."),
    ),
    "team_share": (
        N_("Team share"), "D15.a", N_("A leader's share of what her team left to the firm after its commission."),
    ),
    "assessment": (
        N_("Assessment coefficient"), "D17.a", N_("The month's results appraisal decides the month's commission."),
    ),
    "compliance": (N_("Compliance coefficient"), "D15.a", N_("Falls with the valid complaints of the month.")),
    "hold_back": (
        N_("Assessment pay held back"), "D17.a",
        N_("A share of the commission, released by new valid accounts and new assets."),
    ),
    "opening_duty": (N_("Openings due"), "D17.a", N_("Assets brought may stand in for openings; it is only remarked.")),
    "minimum_duty": (N_("Minimum duty"), "D15.a", N_("Too little new client money: commission is withheld.")),
    "deductions": (
        N_("Deductions"), "D15.b", N_("Attendance, social insurance and income tax, as finance enters them."),
    ),
}  # fmt: skip
PARAMETERS: dict[str, str] = {
    "amounts": N_("Yuan a month"),
    "shares": N_("Share that counts"),
    "vat_rate": N_("VAT"),
    "surcharge_rate": N_("Surcharges on the VAT"),
    "fund_rate": N_("Investor protection fund"),
    "less_booked": N_("Less the tax and fund that finance booked"),
    "bands": N_("Rate by slice of the base"),
    "whole_band": N_("One rate for the whole base"),
    "by_grade": N_("Rate by grade"),
    "rate": N_("Rate"),
    "rates": N_("Rate by post"),
    "times_assessment": N_("Times the assessment coefficient"),
    "limit": N_("Months running"),
    "amount": N_("Yuan for each"),
    "cap_share": N_("At most this share of the other variable pay"),
    "on": N_("Works on"),
    "minimum": N_("Lower limit"),
    "maximum": N_("Upper limit"),
    "weights": N_("Weights"),
    "steps": N_("By valid complaints"),
    "share": N_("Share"),
    "valid_target": N_("New valid accounts for the full release"),
    "assets_target": N_("New assets for the full release"),
    "valid_weight": N_("Weight of the accounts"),
    "openings": N_("Openings"),
    "stand_ins": N_("Openings that assets stand in for"),
    "new_assets": N_("New client money"),
}
GROUP_NAMES = {"base": N_("base pay"), "commission": N_("commission pay"), "bonus": N_("bonuses")}
SHARES = {"shares", "vat_rate", "surcharge_rate", "fund_rate", "rate", "rates", "by_grade", "bands", "cap_share", "share", "valid_weight"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a plan. `under` says for whom or from where it holds; `is_share` asks for per cent."""

    value: Any
    under: str = ""
    is_share: bool = False
    above: Decimal | None = None  # the threshold from which it holds
    to: Decimal | None = None  # the threshold at which the next one begins


@dataclass(frozen=True, slots=True)
class PlanParameter:
    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Described:
    kind: str
    label: str
    clause: str
    does: str
    parameters: tuple[PlanParameter, ...]


def described(plan: Plan) -> list[Described]:
    """The plan's components in the order in which they work."""
    return [Described(part.kind, *KINDS[part.kind], tuple(_parameters(part))) for part in plan.components]


def _parameters(part: Component) -> Iterator[PlanParameter]:
    for field in fields(part):
        value = getattr(part, field.name)
        if value not in ({}, (), None, False):
            yield PlanParameter(PARAMETERS[field.name], tuple(_values(field.name, value)))


ORDER = [*GRADE_NAMES, *WORDS]


def _place(key: str) -> tuple[int, str]:
    """Grades from the lowest, relations from the closest; what a firm calls its own way comes last."""
    return (ORDER.index(key) if key in ORDER else len(ORDER), key)


def _values(name: str, value: Any) -> Iterator[Value]:
    is_share = name in SHARES
    if isinstance(value, Mapping):
        yield from (Value(value[key], key, is_share) for key in sorted(value, key=_place))
    elif isinstance(value, tuple) and isinstance(value[0], Band | Step):
        tops = [*(step.threshold for step in value[1:]), None]
        for step, top in zip(value, tops, strict=True):
            if isinstance(step, Band):
                yield Value(step.rate, is_share=is_share, above=step.threshold, to=top)
            else:
                yield Value(step.value, is_share=is_share, above=step.threshold)
    elif isinstance(value, tuple):
        yield from (Value(GROUP_NAMES[group]) for group in value)
    else:
        yield Value(value, is_share=is_share)
