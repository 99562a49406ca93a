"""What goes into one person's month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.explain import Line, as_said, lines_as_json, plain
from core.money import ZERO, to_cents

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Counted:
    """Commission of the accounts one person has by one relation, and the share of it that counts for her."""

    relation: str
    share: Decimal
    gross: Decimal
    pass_through: Decimal = ZERO
    net: Decimal | None = None
    accounts: int = 1

    @property
    def net_commission(self) -> Decimal:
        """As the source gives it, otherwise gross less what is passed through."""
        return self.gross - self.pass_through if self.net is None else self.net


@dataclass(frozen=True, slots=True)
class Assessment:
    """The month's coefficient from the results appraisal (D17.a), with its reasons."""

    coefficient: Decimal = ONE
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a closed month would have paid more or less, had its late facts been known."""

    month: date
    amount: Decimal
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Leadership:
    """A unit that somebody led in the month, on so many `days`, and what its customer managers came to.

    `base_days` are those that count for the base pay of the post: a day counts once, whatever she led on it.
    """

    role: str
    unit: str
    days: int
    base_days: int
    people: int = 0
    base: Decimal = ZERO
    commission: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class GradeDays:
    """A grade and on how many of the days posted it held (reading 39)."""

    grade: str
    days: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What somebody who moved has of the same month in another branch; `filed` what was paid there, by component."""

    branch: str
    inputs: Inputs
    filed: tuple[tuple[str, Decimal], ...] | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything `compute` knows of a person and month in a branch. Money in yuan; `days` of `days_of_month` she was
    posted, `grades` how they divide (none: all of them at `grade`)."""

    employee_no: str
    grade: str = ""
    draws_base: bool = True
    days: int = 1
    days_of_month: int = 1
    commissions: tuple[Counted, ...] = ()
    new_commission: Decimal = ZERO  # gross commission of accounts opened in the month, already within `commissions`
    openings: Decimal = ZERO
    valid_openings: Decimal = ZERO
    new_assets: Decimal = ZERO
    product_sales: Decimal = ZERO
    client_cost: Decimal = ZERO
    booked_tax: Decimal = ZERO
    booked_fund: Decimal = ZERO
    complaints: int = 0
    assessment: Assessment = field(default_factory=Assessment)
    valid_target: Decimal | None = None
    assets_target: Decimal | None = None
    negative_months: int = 0
    duties_missed: int = 0
    attendance_deduction: Decimal = ZERO
    social_insurance: Decimal = ZERO
    income_tax: Decimal = ZERO
    adjustments: tuple[Adjustment, ...] = ()
    leads: tuple[Leadership, ...] = ()
    valid_by: tuple[Line, ...] = ()  # the rule by which new accounts were found valid
    grades: tuple[GradeDays, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()

    @property
    def has_business(self) -> bool:
        """Whether there is anything that commission and bonuses could be reckoned from."""
        return self.draws_base or bool(self.commissions or self.openings or self.valid_openings or self.new_assets)

    def total(self, figure: str) -> Decimal:
        """`gross`, `pass_through` or `net_commission` over all relations, each at its share."""
        return to_cents(sum((getattr(part, figure) * part.share for part in self.commissions), ZERO))

    @property
    def base_grades(self) -> tuple[GradeDays, ...]:
        """The days that base pay is drawn for, by grade."""
        return self.grades or ((GradeDays(self.grade, self.days),) if self.draws_base else ())

    @property
    def whole(self) -> Inputs:
        """The month in all branches together: what a person is appraised, capped and released by (reading 40)."""
        parts = [self, *(there.inputs for there in self.elsewhere)]
        added: dict[str, Any] = {name: sum((getattr(part, name) for part in parts), ZERO) for name in ADDED_UP}
        return replace(
            self,
            **added,
            complaints=sum(part.complaints for part in parts),
            commissions=tuple(one for part in parts for one in part.commissions),
            draws_base=any(part.draws_base for part in parts),
            grades=tuple(one for part in parts for one in part.base_grades),
            leads=(),
            adjustments=(),
            elsewhere=(),
        )

    def sorted(self) -> Sequence[Counted]:
        return sorted(self.commissions, key=lambda part: (part.relation, part.share, part.gross))


@dataclass(frozen=True, slots=True)
class AccountGroup:
    """What one person has by one relation of accounts that are held alike: `held` says by how many people of each
    relation, so that the whole account never counts more than once."""

    person: int
    relation: str
    held: tuple[tuple[str, int], ...]
    accounts: int
    gross: Decimal
    pass_through: Decimal = ZERO
    net: Decimal = ZERO


def counted_by_person(groups: Iterable[AccountGroup], shares: Mapping[str, Decimal]) -> dict[int, tuple[Counted, ...]]:
    """What of the accounts counts for whom."""
    known: dict[tuple[tuple[str, int], ...], dict[str, Decimal]] = {}
    found: dict[int, dict[tuple[str, Decimal], Counted]] = {}
    for group in groups:
        if group.held not in known:
            known[group.held] = shares_of_account(dict(group.held), shares)
        share = known[group.held][group.relation]
        parts, key = found.setdefault(group.person, {}), (group.relation, share)
        before = parts.get(key) or Counted(group.relation, share, ZERO, ZERO, ZERO, 0)
        parts[key] = Counted(
            relation=group.relation,
            share=share,
            gross=before.gross + group.gross,
            pass_through=before.pass_through + group.pass_through,
            net=(before.net or ZERO) + group.net,
            accounts=before.accounts + group.accounts,
        )
    return {person: tuple(parts[key] for key in sorted(parts)) for person, parts in found.items()}


def shares_of_account(held: Mapping[str, int], shares: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """How much of an account counts for each person of a relation. Together never more than the whole.

    The relation with the greater share is served first: whoever developed the account comes before those who only
    service it; several people of one relation divide what is left between them. Unknown relations count nothing.
    """
    left, found = ONE, {}
    for relation in sorted(held, key=lambda name: (-shares.get(name, ZERO), name)):
        people = held[relation]
        each = min(shares.get(relation, ZERO), left / people).quantize(Decimal("0.000001"), rounding="ROUND_DOWN")
        left -= each * people
        found[relation] = each.normalize() + ZERO if each else ZERO  # 1, not 1.000000
    return found


ADDED_UP = (
    "new_commission", "openings", "valid_openings", "new_assets", "product_sales", "client_cost", "booked_tax", "booked_fund",
)  # fmt: skip


# --- written down with the slip, so that a closed month can be worked out again -------------------------------------
def inputs_as_data(inputs: Inputs) -> dict[str, Any]:
    """All of `inputs` as JSON knows it."""
    data = {one.name: plain(getattr(inputs, one.name)) for one in fields(inputs) if one.name not in NESTED}
    if inputs.grades:
        data["grades"] = [[part.grade, part.days] for part in inputs.grades]
    if inputs.elsewhere:
        data["elsewhere"] = [
            [there.branch, inputs_as_data(there.inputs), plain(there.filed)] for there in inputs.elsewhere
        ]
    return data | {
        "commissions": [plain(part) for part in inputs.sorted()],
        "assessment": {
            "coefficient": plain(inputs.assessment.coefficient),
            "lines": as_said(lines_as_json(inputs.assessment.lines)),
        },
        "adjustments": [[plain(late.month), plain(late.amount)] for late in inputs.adjustments],
        "leads": [plain(led) for led in inputs.leads],
    }


NESTED = ("commissions", "assessment", "adjustments", "leads", "valid_by", "grades", "elsewhere")


def _as_it_is(value: Any) -> Any:
    return value


def _decimal_or_none(text: Any) -> Decimal | None:
    return None if text is None else Decimal(text)


READ_AS: dict[str, Callable[[Any], Any]] = {"Decimal": Decimal, "Decimal | None": _decimal_or_none}


def inputs_from_data(data: Mapping[str, Any]) -> Inputs:
    """What `inputs_as_data` wrote, without the assessment's reasons and the adjustments of that month."""
    plain_ones = {
        one.name: READ_AS.get(str(one.type), _as_it_is)(data[one.name])
        for one in fields(Inputs)
        if one.name in data and one.name not in NESTED
    }
    commissions = tuple(
        Counted(
            part["relation"],
            Decimal(part["share"]),
            Decimal(part["gross"]),
            Decimal(part["pass_through"]),
            None if part["net"] is None else Decimal(part["net"]),
            part["accounts"],
        )
        for part in data["commissions"]
    )
    leads = tuple(
        Leadership(**{**led, "base": Decimal(led["base"]), "commission": Decimal(led["commission"])})
        for led in data.get("leads", [])
    )
    assessment = Assessment(Decimal(data["assessment"]["coefficient"]))
    return Inputs(
        **plain_ones,
        commissions=commissions,
        assessment=assessment,
        leads=leads,
        grades=tuple(GradeDays(grade, days) for grade, days in data.get("grades", [])),
        elsewhere=tuple(_elsewhere(*there) for there in data.get("elsewhere", [])),
    )


def _elsewhere(branch: str, inputs: Mapping[str, Any], filed: Any) -> Elsewhere:
    paid = None if filed is None else tuple((component, Decimal(amount)) for component, amount in filed)
    return Elsewhere(branch, inputs_from_data(inputs), paid)
