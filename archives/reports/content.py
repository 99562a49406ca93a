"""What stands on the monthly pay report: columns, rows, totals, signatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from approvals.models import Request
from compensation.models import PayLine, PayRun, PaySlip, RunEvent
from compensation.rules.names import GRADE_NAMES
from core.money import ZERO, in_capitals
from teams.models import Unit

Cell = str | int | Decimal | None
MONEY, RATE, TEXT = "money", "rate", "text"


@dataclass(frozen=True, slots=True)
class ReportColumn:
    name: str
    title: str
    kind: str = MONEY
    weight: float = 1.0
    summed: bool = True


@dataclass(frozen=True, slots=True)
class Signed:
    """One line of the block at the foot: in which capacity, who, when."""

    capacity: str
    name: str
    at: str


@dataclass(frozen=True)
class PayReport:
    """The report in the language that is active while it is made. `number`: there is one a branch and month."""

    title: str
    firm: str
    number: str
    branch: str
    month: str
    plan: str
    approval: str
    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...]
    unit: str
    in_words: str
    signatures: tuple[Signed, ...]
    digest: str
    version: int


def columns() -> tuple[ReportColumn, ...]:
    """The fields of form 3, in its order."""
    return (
        ReportColumn("no", _("No."), TEXT, 0.45),
        ReportColumn("employee_no", _("Employee no."), TEXT, 0.85),
        ReportColumn("name", _("Full name"), TEXT, 0.9),
        ReportColumn("unit", _("Unit"), TEXT, 2.35),
        ReportColumn("grade", _("Grade"), TEXT, 0.55),
        ReportColumn("engagement", _("Engagement"), TEXT, 1.05),
        ReportColumn("base_pay", _("Base pay")),
        ReportColumn("gross_commission", _("Gross commission"), weight=1.15),
        ReportColumn("new_commission", _("of which new accounts"), weight=0.95),
        ReportColumn("pass_through", _("Pass-through fees")),
        ReportColumn("net_commission", _("Net commission"), weight=1.15),
        ReportColumn("tax_and_surcharges", _("VAT and surcharges")),
        ReportColumn("protection_fund", _("Protection fund"), weight=0.85),
        ReportColumn("commission_base", _("Base of the commission"), weight=1.15),
        ReportColumn("rate", _("Effective rate"), RATE, 0.7, summed=False),
        ReportColumn("commission", _("Commission pay")),
        ReportColumn("account_bonus", _("Valid account bonus"), weight=0.9),
        ReportColumn("asset_bonus", _("Asset bonus"), weight=0.9),
        ReportColumn("team_share", _("Team share"), weight=0.9),
        ReportColumn("product_bonus", _("Product bonus"), weight=0.8),
        ReportColumn("assessment_coefficient", _("Assessment coefficient"), RATE, 0.7, summed=False),
        ReportColumn("compliance_coefficient", _("Compliance coefficient"), RATE, 0.7, summed=False),
        ReportColumn("coefficients", _("Effect of coefficients")),
        ReportColumn("retained", _("Held back")),
        ReportColumn("released", _("Released")),
        ReportColumn("minimum_duty", _("Withheld for duty"), weight=0.85),
        ReportColumn("adjustment", _("Adjustments"), weight=0.9),
        ReportColumn("other_branch", _("Other branch"), weight=0.9),
        ReportColumn("attendance_deduction", _("Attendance deduction"), weight=0.8),
        ReportColumn("social_insurance", _("Social insurance"), weight=0.9),
        ReportColumn("income_tax", _("Income tax"), weight=0.85),
        ReportColumn("total", _("Net pay"), weight=1.15),
        ReportColumn("remark", _("Remark"), TEXT, 1.2),
    )


def pay_report(run: PayRun) -> PayReport:
    """The report of a run, in a constant number of queries."""
    lines: dict[int, dict[str, Decimal]] = {}
    for slip_id, component, amount in PayLine.objects.filter(run=run).values_list("slip", "component", "amount"):
        of_slip = lines.setdefault(slip_id, {})
        of_slip[component] = of_slip.get(component, ZERO) + amount
    slips = PaySlip.objects.filter(run=run).select_related("person__user", "unit").order_by("person__user__employee_no")
    shown = columns()
    values = [_values(number, slip, lines.get(slip.pk, {})) for number, slip in enumerate(slips, start=1)]
    used = tuple(one for one in shown if one.name not in LEFT_OUT_WHEN_EMPTY or any(row[one.name] for row in values))
    totals = {one.name: sum((row[one.name] or ZERO for row in values), ZERO) for one in used if _is_summed(one)}
    return PayReport(
        title=_("Monthly pay report of customer managers"),
        firm=_firm(),
        number=f"{run.branch.code}-{run.month:%Y%m}",
        branch=run.branch.name,
        month=run.period.code,
        plan=str(run.plan.plan.name),
        approval=_("; ").join(map(_approved, run.plan.approvals_for(run.period))),
        columns=used,
        rows=tuple(tuple(row[one.name] for one in used) for row in values),
        totals=tuple(_("Total") if one.name == "name" else totals.get(one.name) for one in used),
        unit=_("Unit: yuan"),
        in_words=_("Total in capitals: %(amount)s") % {"amount": in_capitals(run.total)},
        signatures=tuple(_signatures(run)),
        digest=run.digest,
        version=run.version,
    )


def _approved(one: Request) -> str:
    return _("%(ref)s, approved by %(by)s on %(on)s") % {"ref": one.paper_ref, "by": one.paper_by, "on": one.holds_from}


def _firm() -> str:
    """The firm as the settings call it, else as the company's own unit is called."""
    return settings.FIRM_NAME or Unit.objects.filter(parent=None).values_list("name", flat=True).first() or ""


LEFT_OUT_WHEN_EMPTY = {
    "team_share",
    "minimum_duty",
    "adjustment",
    "other_branch",
}  # columns that form 3 does not ask for


def _is_summed(column: ReportColumn) -> bool:
    return column.kind == MONEY and column.summed


def _values(number: int, slip: PaySlip, lines: Mapping[str, Decimal]) -> dict[str, Any]:
    figures = {name: Decimal(value) for name, value in slip.figures.items()}
    base, commission = figures.get("commission_base", ZERO), lines.get("commission", ZERO)
    return {
        "no": number,
        "employee_no": slip.person.employee_no,
        "name": slip.name,
        "unit": slip.unit.name,
        "grade": _(GRADE_NAMES.get(slip.grade, slip.grade)) if slip.grade else "",
        "engagement": slip.get_engagement_display(),
        "rate": (commission / base).quantize(Decimal("0.0001")) if base > 0 else None,
        "coefficients": lines.get("assessment", ZERO) + lines.get("compliance", ZERO),
        "retained": lines.get("held_back", ZERO),
        "released": lines.get("released", ZERO),
        "total": slip.total,
        "remark": slip.note,
        "base_pay": lines.get("base_pay", ZERO) + lines.get("leader_base", ZERO),
        **{name: lines.get(name, ZERO) for name in FROM_LINES},
        **{name: figures.get(name) for name in FROM_FIGURES},
    }


FROM_LINES = (
    "commission",
    "team_share",
    "account_bonus",
    "asset_bonus",
    "product_bonus",
    "minimum_duty",
    "adjustment",
    "other_branch",
    "attendance_deduction",
    "social_insurance",
    "income_tax",
)
FROM_FIGURES = (
    "gross_commission",
    "new_commission",
    "pass_through",
    "net_commission",
    "tax_and_surcharges",
    "protection_fund",
    "commission_base",
    "assessment_coefficient",
    "compliance_coefficient",
)


def _signatures(run: PayRun) -> list[Signed]:
    """Who prepared, who else reviewed, and the three who signed."""
    preparer = _preparer(run)
    found = [Signed(_("Prepared by"), preparer.name if preparer else _("by the system"), _moment(run.drafted_at))]
    if run.reviewed_by != preparer:
        found.append(
            Signed(_("Reviewed by"), run.reviewed_by.name if run.reviewed_by else "", _moment(run.reviewed_at))
        )
    for signature in run.signatures.standing().order_by("stage"):
        found.append(Signed(signature.get_stage_display(), signature.signer_name, _moment(signature.signed_at)))
    return found


def _preparer(run: PayRun) -> User | None:
    """Who computed the run: where a change did it, the clerk who computed it last, else who reviewed what came of it."""
    drafted = run.events.filter(kind=RunEvent.Kind.DRAFTED, by__isnull=False).select_related("by")
    step = None if run.drafted_by else drafted.order_by("-pk").first()
    return run.drafted_by or (step.by if step else run.reviewed_by)


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
