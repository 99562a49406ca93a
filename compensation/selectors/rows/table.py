"""What rows are about, and the table in which they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.models import BusinessDetail, PaySlip
from compensation.rules import Inputs, Plan
from compensation.rules.facts import inputs_from_data
from compensation.selectors.content import FIRST_EDITION
from core.explain import RuleValue
from core.listings import MONEY, Listing
from core.money import ZERO
from core.periods import Month
from teams.models import Unit

NO_ROWS = _("No rows")


@dataclass(frozen=True, slots=True)
class RowsCheck:
    """What the rows come to beside what the amount was reckoned from."""

    label: str
    rows: Decimal
    kept: Decimal
    kind: str = MONEY

    @property
    def agrees(self) -> bool:
        return self.rows == self.kept


@dataclass(frozen=True)
class Rows(Listing):
    """The rows behind an amount. `changed_since`: the CRM has other rows by now."""

    none: str | Promise = NO_ROWS
    per_page: int = 25
    checks: tuple[RowsCheck, ...] = ()
    note: str = ""
    changed_since: bool = False

    @property
    def agrees(self) -> bool:
        return all(check.agrees for check in self.checks)


@dataclass(frozen=True)
class RowsSubject:
    """Whose month it is, as it stood at a moment. `kept` are the sums written down with the slip or the detail then."""

    person: int
    branch: Unit
    month: Month
    at: datetime
    viewer: User
    kept: Mapping[str, Decimal]
    slip: PaySlip | None = None
    inputs: Inputs | None = None
    plan: Plan | None = None
    rule: Mapping[str, RuleValue] = field(default_factory=dict)

    @property
    def is_first_edition(self) -> bool:
        """Whether the slip was computed when only the developer's own row told an account's assets."""
        return self.slip is not None and self.slip.run.edition == FIRST_EDITION

    def check(self, label: str, name: str, rows: Decimal, kind: str = MONEY) -> RowsCheck:
        return RowsCheck(label, rows, self.kept.get(name, ZERO), kind)


def of_slip(slip: PaySlip, viewer: User) -> RowsSubject:
    """A slip's month as it was computed: by the inputs, plan and rule values that it keeps."""
    inputs = inputs_from_data(slip.inputs)
    pay_lines = list(slip.pay_lines.all())
    lines = [line for of in pay_lines for line in of.lines]
    kept = {
        "accounts": Decimal(sum(part.accounts for part in inputs.commissions)),
        **{name: inputs.total(name) for name in ("gross", "pass_through", "net_commission")},
        **{line.component + "_base": line.basis for line in pay_lines if line.basis is not None},
        **{name: getattr(inputs, name) for name in ("openings", "valid_openings", "new_assets", "product_sales")},
    }
    return RowsSubject(
        person=slip.person_id,
        branch=slip.run.branch,
        month=slip.run.period,
        at=slip.run.drafted_at,
        viewer=viewer,
        kept=kept,
        slip=slip,
        inputs=inputs,
        plan=slip.run.plan.as_plan(),
        rule={line["rule"]["code"]: RuleValue(**line["rule"]) for line in lines if line.get("rule")},
    )


def of_detail(detail: BusinessDetail, viewer: User) -> RowsSubject:
    """A business detail's month as it was prepared."""
    names = ("openings", "valid_openings", "new_assets", "product_sales", "pass_through", "net_commission")
    kept = {name: getattr(detail, name) for name in names}
    kept |= {"accounts": Decimal(detail.accounts), "gross": detail.gross_commission}
    return RowsSubject(detail.person_id, detail.branch, Month(detail.month), detail.prepared_at, viewer, kept)
