"""What a run and a month's details look like to those who decide about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Q, QuerySet, Sum, When
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from compensation.models import BusinessDetail, PayLine, PayRun, PaySlip
from compensation.rules.names import GRADE_NAMES
from compensation.selectors import rows
from core.explain import N_
from core.money import ZERO
from core.periods import Month
from crm.models import AccountMonth, Import
from teams.models import Unit

# --- one run -----------------------------------------------------------------------------------------------------------
GROUPS = {
    "base": ("base_pay", "leader_base"),
    "commission": ("commission",),
    "bonus": ("asset_bonus", "product_bonus", "account_bonus", "team_share"),
    "coefficients": ("assessment", "compliance"),
    "held": ("held_back", "released", "minimum_duty"),
    "deducted": ("attendance_deduction", "social_insurance", "income_tax"),
    "adjusted": ("adjustment", "other_branch"),
}
GROUP_OF = {component: group for group, components in GROUPS.items() for component in components}
Sums = dict[str, Decimal]


@dataclass(frozen=True)
class SlipRow:
    slip: PaySlip
    sums: Sums
    before: Decimal | None
    warnings: list[dict[str, Any]]

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None else self.slip.total - self.before


def slip_rows(run: PayRun, slips: Sequence[PaySlip]) -> tuple[list[SlipRow], Sums]:
    """The slips (`with_before`) with their lines in groups, last month's total and what should be looked at; and the whole run's sums."""
    by_slip = {slip.pk: dict.fromkeys(GROUPS, ZERO) for slip in slips}
    whole = dict.fromkeys(GROUPS, ZERO)
    shown = Case(When(slip__in=by_slip, then=F("slip")), output_field=BigIntegerField())
    lines = PayLine.objects.filter(run=run).order_by().values_list(shown, "component").annotate(total=Sum("amount"))
    for slip_id, component, amount in lines:
        for sums in filter(None, (whole, by_slip.get(slip_id))):
            sums[GROUP_OF[component]] += amount
    warnings: dict[str, list[dict[str, Any]]] = {}
    for warning in run.warnings:
        warnings.setdefault(warning.get("employee_no", ""), []).append(warning)
    rows = [
        SlipRow(slip, by_slip[slip.pk], slip.before, warnings.get(slip.inputs.get("employee_no", ""), []))  # type: ignore[attr-defined]
        for slip in slips
    ]
    return rows, whole


def groups_in_use(rows: Sequence[SlipRow], sums: Sums) -> set[str]:
    """Groups of lines with an amount in the run or on this page of it; columns of nothing but zeros say nothing."""
    return {group for group in GROUPS if sums[group] or any(row.sums[group] for row in rows)}


GROUP_NAMES = {
    "base": N_("Base pay"),
    "commission": N_("Commission pay"),
    "bonus": N_("Bonuses"),
    "coefficients": N_("By coefficients"),
    "held": N_("Held back"),
    "adjusted": N_("Adjusted"),
    "deducted": N_("Deductions"),
}


@dataclass(frozen=True)
class Parts:
    """A slip in groups: what is due, what is deducted from it, and each group with its place in a bar."""

    due: Decimal
    deducted: Decimal
    shown: list[dict[str, Any]]


def parts_of(lines: Iterable[PayLine]) -> Parts:
    """Groups that pay share the bar by their amounts, in the order of the slip; those that take off stand beneath it only."""
    sums = dict.fromkeys(GROUPS, ZERO)
    for line in lines:
        sums[GROUP_OF[line.component]] += line.amount
    whole = sum((amount for amount in sums.values() if amount > 0), ZERO) or Decimal(1)
    shown: list[dict[str, Any]] = []
    x = ZERO
    for tone, (group, amount) in enumerate(sums.items(), start=1):
        if not amount:
            continue
        width = max(amount, ZERO) / whole * 100
        written = number_format(amount, 2, use_l10n=True, force_grouping=True)
        place = {"tone": tone if width else 0, "x": f"{x:.2f}", "width": f"{width:.2f}"}
        shown.append({"label": gettext(GROUP_NAMES[group]), "amount": written, **place})
        x += width
    return Parts(sum(sums.values(), ZERO) - sums["deducted"], sums["deducted"], shown)


AMOUNT = re.compile(r"-?\d+(\.\d+)?")


def warning_in_words(warning: Mapping[str, Any]) -> str:
    """A warning of a run as a sentence in the active language, its values filled in."""
    values = {name: _value_in_words(name, value) for name, value in warning.get("values", {}).items()}
    message = warning["message"]
    return str(gettext(message) % values)


def _value_in_words(name: str, value: Any) -> Any:
    if name == "grade":
        return gettext(GRADE_NAMES.get(value, value))
    if isinstance(value, str) and AMOUNT.fullmatch(value):
        return number_format(Decimal(value), 2, use_l10n=True, force_grouping=True)
    return value


def with_total_before(runs: QuerySet[PayRun]) -> QuerySet[PayRun]:
    """Each with `total_before`: what the branch's run of the month before came to, or None."""
    month_before = {"month__lt": OuterRef("month"), "month__gte": OuterRef("month") - timedelta(days=31)}
    return runs.annotate(total_before=PayRun.objects.filter(branch=OuterRef("branch"), **month_before).values("total"))


def with_before(slips: QuerySet[PaySlip], run: PayRun) -> QuerySet[PaySlip]:
    """Slips of the run, each with `before`: what the person had the month before, or None."""
    of_run = {"run__branch": run.branch_id, "run__month": run.period.previous().first}
    return slips.annotate(before=PaySlip.objects.filter(person=OuterRef("person"), **of_run).values("total"))


# --- business detail ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SourceCheck:
    """The details' sums beside those of the source; equal unless figures arrived since."""

    label: str
    detail: Decimal
    source: Decimal

    @property
    def difference(self) -> Decimal:
        return self.detail - self.source


@dataclass(frozen=True)
class DetailReview:
    """How far the review of a month's details is, and whether their sums are those of the source."""

    details: int
    accepted: int
    sent_back: int
    checks: tuple[SourceCheck, ...]


def detail_review(branch: Unit, month: Month) -> DetailReview:
    sums = {"gross_commission": _("Gross commission"), "pass_through": _("Pass-through fees")}
    state = BusinessDetail.State
    found = BusinessDetail.objects.filter(branch=branch, month=month.first).aggregate(
        all=Count("pk"),
        accepted=Count("pk", filter=Q(state=state.ACCEPTED)),
        sent_back=Count("pk", filter=Q(state=state.SENT_BACK)),
        **{f"sum_{name}": Sum(name) for name in sums},
    )
    source = AccountMonth.objects.filter(unit__path__startswith=branch.path, month=month.first)
    of_source = source.aggregate(**{name: Sum(name) for name in sums})
    checks = tuple(
        SourceCheck(label, found[f"sum_{name}"] or ZERO, of_source[name] or ZERO) for name, label in sums.items()
    )
    return DetailReview(found["all"], found["accepted"], found["sent_back"], checks)


def brought_in(branch: Unit, month: Month) -> list[Import]:
    """The imports of the month's account figures by people: those who review them are to be others (reading 20)."""
    rows = AccountMonth.objects.filter(unit__path__startswith=branch.path, month=month.first).order_by()
    taken = Import.objects.filter(pk__in=rows.values("source"), taken_by__isnull=False)
    return list(taken.select_related("taken_by").order_by("taken_at"))


@dataclass(frozen=True)
class DetailRow:
    detail: BusinessDetail
    before: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None else self.detail.gross_commission - self.before

    @property
    def unusual(self) -> list[dict[str, Any]]:
        """What to look at, with the rows it speaks of."""
        public_id = self.detail.public_id
        return rows.linked(self.detail.unusual, lambda of: reverse("compensation:detail_rows", args=[public_id, of]))


def detail_rows(branch: Unit, month: Month, details: Sequence[BusinessDetail]) -> list[DetailRow]:
    """Details with last month's gross commission."""
    before = dict(
        BusinessDetail.objects.filter(branch=branch, month=month.previous().first).values_list(
            "person", "gross_commission"
        )
    )
    return [DetailRow(detail, before.get(detail.person_id)) for detail in details]
