"""A plan: an ordered composition of components, written down as plain data, read back, looked over, computed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from compensation.rules.bands import Band, Step
from compensation.rules.bonuses import AccountBonus, AssetBonus, ProductBonus
from compensation.rules.coefficients import AssessmentCoefficient, ComplianceCoefficient
from compensation.rules.commission import BandedRate, FixedRate, NegativeMonths
from compensation.rules.commission_base import CommissionAfterCosts, NetBase, NetCommissionBase, RelationShares
from compensation.rules.facts import Inputs
from compensation.rules.parts import Component
from compensation.rules.sheet import BASE, BONUS, COMMISSION, OTHER, Payslip, Sheet, SlipLine
from compensation.rules.wages import BasePay, LeaderBase, TeamShare
from compensation.rules.withholding import Deductions, HoldBack, MinimumDuty, OpeningDuty
from core.explain import N_, plain

COMPONENTS: tuple[type[Component], ...] = (
    BasePay, LeaderBase, RelationShares, NetBase, NetCommissionBase, CommissionAfterCosts, BandedRate, FixedRate, NegativeMonths,
    AssetBonus, ProductBonus, AccountBonus, TeamShare, AssessmentCoefficient, ComplianceCoefficient, HoldBack,
    OpeningDuty, MinimumDuty, Deductions,
)  # fmt: skip
KINDS = {component.kind: component for component in COMPONENTS}
# Items that hang on counts, volume or commission alone (2010 rule, R1).
COUNTING = {
    "banded_rate", "fixed_rate", "account_bonus", "asset_bonus", "product_bonus", "team_share", "hold_back", "minimum_duty",
}  # fmt: skip
CONDUCT = {"assessment", "compliance"}
# What is left out for somebody who only leads others.
OF_BUSINESS = {
    "relation_shares", "net_base", "net_commission_base", "commission_after_costs", "banded_rate", "fixed_rate",
    "negative_months", "asset_bonus", "product_bonus", "account_bonus", "hold_back", "opening_duty", "minimum_duty",
}  # fmt: skip


class PlanUnreadable(Exception):
    """The data of a plan does not say what it must; the message names the component and the field."""


@dataclass(frozen=True)
class Plan:
    code: str
    components: tuple[Component, ...]

    def component(self, kind: str) -> Any:
        """The first component of a kind, `None` where the plan has none."""
        return next((part for part in self.components if part.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a plan. `error` forbids its use, otherwise it is a warning."""

    code: str
    message: str
    is_error: bool = True


def compute(plan: Plan, inputs: Inputs) -> Payslip:
    """One person's month by the plan's components in their order, then what closed months still owe or are owed."""
    sheet = Sheet(inputs)
    sheet.figures |= {"gross_commission": inputs.total("gross"), "new_commission": inputs.new_commission}
    for component in plan.components:
        if inputs.has_business or component.kind not in OF_BUSINESS:
            component.apply(sheet)
    for late in sorted(inputs.adjustments, key=lambda late: late.month):
        month = f"{late.month:%Y-%m}"
        sheet.pay(OTHER, SlipLine("adjustment", late.amount, None, None, "D15.b", late.lines, month))
    return sheet.slip()


def commission_of(plan: Plan, inputs: Inputs) -> tuple[Decimal, Decimal]:
    """A person's base of the commission and the commission on it, before coefficients and what is held back."""
    sheet = Sheet(inputs)
    for component in plan.components:
        component.apply(sheet)
        if component.kind in {"banded_rate", "fixed_rate"}:
            break
    return sheet.base, sheet.sums[COMMISSION]


def lint(plan: Plan) -> list[Finding]:
    """What forbids the plan's use (errors), in the sense of the 2010 rule on brokerage staff (R1)."""
    kinds = [part.kind for part in plan.components]
    found = []
    if "compliance" not in kinds:
        found.append(Finding("compliance_missing", N_("The plan has no compliance coefficient.")))
    if set(kinds) & COUNTING and not set(kinds) & CONDUCT:
        found.append(Finding("only_counts", N_("The plan pays by counts, volume or commission alone.")))
    if not set(kinds) & {"banded_rate", "fixed_rate", "base_pay"}:
        found.append(Finding("pays_nothing", N_("The plan has neither base pay nor commission.")))
    shares = plan.component("relation_shares")
    if shares and any(not 0 <= share <= 1 for share in shares.shares.values()):
        found.append(Finding("share_above_whole", N_("A share of an account lies between nothing and the whole.")))
    if len(kinds) != len(set(kinds)):
        found.append(Finding("twice", N_("A component stands in the plan twice.")))
    return found


# --- plain data --------------------------------------------------------------------------------------------------------
def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(N_("a number is written as text"))
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(N_("not a number"))
    return number


def _whole(value: Any) -> int:
    number = _decimal(value)
    if number != int(number):
        raise ValueError(N_("a whole number is due"))
    return int(number)


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(N_("true or false is due"))
    return value


def _table(value: Any) -> dict[str, Decimal]:
    if not isinstance(value, Mapping):
        raise ValueError(N_("a table is due"))
    return {str(key): _decimal(item) for key, item in value.items()}


def _pairs(value: Any) -> list[tuple[Decimal, Decimal]]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise ValueError(N_("a list of thresholds is due"))
    pairs = [(_decimal(low), _decimal(worth)) for low, worth in value]
    if any(low >= high for (low, _), (high, _) in itertools.pairwise(pairs)):
        raise ValueError(N_("thresholds rise"))
    return pairs


def _bands(value: Any) -> tuple[Band, ...]:
    pairs = _pairs(value)
    if pairs[0][0] != 0:
        raise ValueError(N_("the first threshold is 0"))
    return tuple(Band(low, rate) for low, rate in pairs)


def _groups(value: Any) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or not value or set(value) - {BASE, COMMISSION, BONUS}:
        raise ValueError(N_("only base, commission and bonus can be multiplied"))
    return tuple(value)


READERS: dict[str, Callable[[Any], Any]] = {
    "Decimal": _decimal,
    "Decimal | None": lambda value: None if value is None else _decimal(value),
    "int": _whole,
    "bool": _yes_no,
    "Mapping[str, Decimal]": _table,
    "tuple[Band, ...]": _bands,
    "tuple[Step, ...]": lambda value: tuple(Step(low, worth) for low, worth in _pairs(value)),
    "tuple[str, ...]": _groups,
}


def _component(data: Mapping[str, Any]) -> Component:
    kind = data.get("kind")
    if kind not in KINDS:
        raise PlanUnreadable(f"{kind}: ?")
    known: dict[str, Any] = {part.name: part for part in fields(KINDS[kind])}
    if unknown := sorted(set(data) - set(known) - {"kind"}):
        raise PlanUnreadable(f"{kind}: {', '.join(unknown)}?")
    values = {}
    for name, part in known.items():
        if name in data:
            try:
                values[name] = READERS[part.type](data[name])
            except (ValueError, InvalidOperation, TypeError) as reason:
                raise PlanUnreadable(f"{kind}.{name}: {reason}") from None
    try:
        return KINDS[kind](**values)
    except TypeError as reason:
        raise PlanUnreadable(f"{kind}: {reason}") from None


def plan_from_data(code: str, data: Sequence[Mapping[str, Any]]) -> Plan:
    """The plan that `data` describes. Raises `PlanUnreadable`."""
    if not isinstance(data, Sequence) or isinstance(data, str) or not all(isinstance(part, Mapping) for part in data):
        raise PlanUnreadable(N_("a list of components is due"))
    return Plan(code, tuple(_component(part) for part in data))


def plan_as_data(plan: Plan) -> list[dict[str, Any]]:
    """The plan as `plan_from_data` reads it."""
    return [
        {"kind": part.kind} | {f.name: _written(getattr(part, f.name)) for f in fields(part)}
        for part in plan.components
    ]


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return [
            [plain(v.threshold), plain(v.rate)] if isinstance(v, Band)
            else [plain(v.threshold), plain(v.value)] if isinstance(v, Step)
            else v
            for v in value
        ]  # fmt: skip
    return value if isinstance(value, bool) else plain(value)
