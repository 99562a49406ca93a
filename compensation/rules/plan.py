"""A plan: an ordered composition of components, written down as plain data, read back, looked over, computed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from compensation.rules.bands import Band, Step
from compensation.rules.bonuses import AccountBonus, AssetBonus, ProductBonus
from compensation.rules.coefficients import AssessmentCoefficient, ComplianceCoefficient
from compensation.rules.commission import BandedRate, FixedRate, NegativeMonths
from compensation.rules.commission_base import CommissionAfterCosts, NetBase, NetCommissionBase, RelationShares
from compensation.rules.facts import Elsewhere, Inputs
from compensation.rules.parts import Component
from compensation.rules.sheet import BASE, BONUS, COMMISSION, OTHER, PaySheet, Payslip, SlipLine
from compensation.rules.wages import BasePay, LeaderBase, TeamShare
from compensation.rules.withholding import Deductions, HoldBack, MinimumDuty, OpeningDuty
from core.explain import N_, Line, plain
from core.money import ZERO

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
class PlanFault:
    """What is wrong with a plan. `error` forbids its use, otherwise it is a warning."""

    code: str
    message: str
    is_error: bool = True


def compute(plan: Plan, inputs: Inputs) -> Payslip:
    """One person's month by the plan's components in their order, then what other branches and closed months still owe or
    are owed."""
    sheet = _worked_out(plan, inputs)
    for there in inputs.elsewhere:
        _pay_rest(plan, sheet, there)
    for late in sorted(inputs.adjustments, key=lambda late: late.month):
        month = f"{late.month:%Y-%m}"
        sheet.pay(OTHER, SlipLine("adjustment", late.amount, None, None, "D15.b", late.lines, month))
    return sheet.slip()


def _worked_out(plan: Plan, inputs: Inputs) -> PaySheet:
    sheet = PaySheet(inputs, PaySheet(inputs.whole) if inputs.elsewhere else None)
    sheet.figures |= {"gross_commission": inputs.total("gross"), "new_commission": inputs.new_commission}
    for component in plan.components:
        for one in filter(None, (sheet.whole, sheet)):
            if one.inputs.has_business or component.kind not in OF_BUSINESS:
                component.apply(one)
    return sheet


def _pay_rest(plan: Plan, sheet: PaySheet, there: Elsewhere) -> None:
    """What a branch that has filed the month would pay more or less by what is known of the whole month now: this branch
    carries it, and the signatures there stand (reading 40)."""
    if there.filed is None:
        return
    own = sheet.inputs
    others = [replace(other, filed=None) for other in own.elsewhere if other.branch != there.branch]
    here = Elsewhere("", replace(own, elsewhere=(), adjustments=(), leads=()))
    again = _worked_out(
        plan, replace(there.inputs, assessment=own.assessment, elsewhere=(here, *others), adjustments=())
    ).slip()
    paid = dict(there.filed)
    steps, rest = [], ZERO
    for component in dict.fromkeys((*paid, *(line.component for line in again.lines))):
        before, after = paid.get(component, ZERO), again.amount(component)
        if before != after and component not in APART:
            inputs = ((N_("component"), component), (N_("as filed there"), before), (N_("as known now"), after))
            steps.append(Line(N_("Difference"), after - before, "D15.b", inputs))
            rest += after - before
    if steps:
        note = N_("%(branch)s has filed its part of the month; this branch pays what the whole month leaves over.")
        values = (("branch", there.branch),)
        steps.append(Line(N_("Rest of the month"), rest, "D15.b", note=note, values=values, total=True))
        sheet.pay(OTHER, SlipLine("other_branch", rest, None, None, "D15.b", tuple(steps)))


# What a branch that has filed settles by itself.
APART = {"adjustment", "other_branch", "leader_base", "team_share"}


def commission_of(plan: Plan, inputs: Inputs, *, before_coefficients: bool = False) -> tuple[Decimal, Decimal]:
    """A person's base of the commission, and the commission as coefficients left it (reading 45). Until the second edition
    of runs a leader's share was reckoned from it `before_coefficients`."""
    if before_coefficients:
        rate = next(n for n, part in enumerate(plan.components) if part.kind in {"banded_rate", "fixed_rate"})
        plan = Plan(plan.code, plan.components[: rate + 1])
    sheet = _worked_out(plan, replace(inputs, leads=()))
    return sheet.base, sheet.sums[COMMISSION]


def lint(plan: Plan) -> list[PlanFault]:
    """What forbids the plan's use (errors), in the sense of the 2010 rule on brokerage staff (R1)."""
    kinds = [part.kind for part in plan.components]
    found = []
    if "compliance" not in kinds:
        found.append(PlanFault("compliance_missing", N_("The plan has no compliance coefficient.")))
    if set(kinds) & COUNTING and not set(kinds) & CONDUCT:
        found.append(PlanFault("only_counts", N_("The plan pays by counts, volume or commission alone.")))
    if not set(kinds) & {"banded_rate", "fixed_rate", "base_pay"}:
        found.append(PlanFault("pays_nothing", N_("The plan has neither base pay nor commission.")))
    shares = plan.component("relation_shares")
    if shares and any(not 0 <= share <= 1 for share in shares.shares.values()):
        found.append(PlanFault("share_above_whole", N_("A share of an account lies between nothing and the whole.")))
    if len(kinds) != len(set(kinds)):
        found.append(PlanFault("twice", N_("A component stands in the plan twice.")))
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
