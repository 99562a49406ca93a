"""Where the months of pay stand, and what a run looks like to those who decide about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from compensation.models import BusinessDetail, PayLine, PayRun, PaySlip, Signature, Stage
from core.money import ZERO
from core.periods import Month
from crm.models import AccountMonth
from teams.authority import Power
from teams.models import Posting, Role, Unit, UnitKind

MONTHS_SHOWN = 2  # months that stand in the list before anything has arrived for them
State = PayRun.State
ORDER = [State.DRAFT, State.REVIEWED, State.SIGNED_1, State.SIGNED_2, State.SIGNED_3, State.FILED]


def pay_branches(user: User) -> QuerySet[Unit]:
    """Branches whose pay one may see."""
    return Unit.objects.filter(user.authority.sees_unit("path", Power.SEE_PAY), kind=UnitKind.BRANCH)


def months_in_sight(user: User, on: date) -> list[tuple[Unit, Month]]:
    """Branches and months of pay in one's sight, the latest first; the two latest months stand there from the start."""
    branches = {branch.pk: branch for branch in pay_branches(user) if branch.closed_on is None or branch.closed_on > on}
    seen = list(PayRun.objects.visible_to(user).select_related("branch"))
    branches |= {run.branch_id: run.branch for run in seen}
    pairs = {
        (branch, month)
        for branch, month in AccountMonth.objects.filter(user.authority.sees_unit("unit__path", Power.SEE_PAY))
        .order_by()
        .values_list("unit__path", "month")
        .distinct()
    }
    runs = {(run.branch_id, run.month) for run in seen}
    recent = [Month(on).previous().first, Month(on).previous().previous().first]
    found = runs | {
        (pk, month) for pk in branches for month in recent if user.authority.may(Power.SEE_PAY, branches[pk].path)
    }
    found |= {(pk, month) for pk, unit in branches.items() for path, month in pairs if path.startswith(unit.path)}
    ordered = sorted(found, key=lambda pair: (-pair[1].toordinal(), branches[pair[0]].code))
    return [(branches[pk], Month(month)) for pk, month in ordered]


@dataclass(frozen=True)
class Stand:
    """Where one month of one branch stands. `stages` are as the status bar shows them."""

    branch: Unit
    month: Month
    run: PayRun | None
    rows: int
    details: int
    accepted: int
    sent_back: int
    closed_at: datetime | None
    stages: list[dict[str, Any]] = field(default_factory=list)


def stand_of(run: PayRun, signatures: Iterable[Signature]) -> Stand:
    """Where one run stands, which with its signatures is at hand already."""
    standing = [signature for signature in signatures if signature.voided_at is None]
    return stands([(run.branch, run.period)], [run], standing)[0]


def stands(
    pairs: Sequence[tuple[Unit, Month]],
    known: Iterable[PayRun] | None = None,
    standing: Iterable[Signature] | None = None,
) -> list[Stand]:
    """Where these months stand, in a constant number of queries; runs and signatures may be at hand."""
    if not pairs:
        return []
    months = {month.first for _, month in pairs}
    branches = {branch.pk: branch for branch, _ in pairs}
    here = Q(branch__in=branches, month__in=months)
    if known is None:
        known = PayRun.objects.filter(here).select_related("branch", "reviewed_by")
    runs = {(run.branch_id, run.month): run for run in known}
    details: dict[tuple[int, date], Any] = {
        (row["branch"], row["month"]): row
        for row in BusinessDetail.objects.filter(here)
        .order_by()
        .values("branch", "month")
        .annotate(
            all=Count("pk"),
            accepted=Count("pk", filter=Q(state=BusinessDetail.State.ACCEPTED)),
            sent_back=Count("pk", filter=Q(state=BusinessDetail.State.SENT_BACK)),
            at=Max("reviewed_at"),
        )
    }
    signatures: dict[int, dict[int, Signature]] = {}
    if standing is None:
        standing = Signature.objects.standing().filter(run__in=[run.pk for run in runs.values()])
    for signature in standing:
        signatures.setdefault(signature.run_id, {})[signature.stage] = signature
    arrived = _arrived(branches.values(), months)
    next_people = _signers(branches, runs.values())
    found = []
    for branch, month in pairs:
        key = branch.pk, month.first
        run, detail = runs.get(key), dict(details.get(key, {}))
        rows, at = arrived.get(key, (0, None))
        stand = Stand(
            branch,
            month,
            run,
            rows,
            detail.get("all", 0),
            detail.get("accepted", 0),
            detail.get("sent_back", 0),
            run.filed_at if run else None,
        )
        signed = signatures.get(run.pk, {}) if run else {}
        stand.stages.extend(_stages(stand, at, detail.get("at"), signed, next_people))
        found.append(stand)
    return found


def _arrived(branches: Iterable[Unit], months: set[date]) -> dict[tuple[int, date], tuple[int, datetime | None]]:
    """Account rows per branch and month, and when the last of them were taken."""
    below = Q()
    branches = list(branches)
    for branch in branches:
        below |= Q(unit__path__startswith=branch.path)
    rows = (
        AccountMonth.objects.filter(below, month__in=months)
        .order_by()
        .values_list("unit__path", "month")
        .annotate(n=Count("pk"), at=Max("source__taken_at"))
    )
    found: dict[tuple[int, date], tuple[int, datetime | None]] = {}
    for path, month, count, at in rows:
        for branch in branches:
            if path.startswith(branch.path):
                before, last = found.get((branch.pk, month), (0, None))
                found[branch.pk, month] = before + count, max(filter(None, (at, last)), default=None)
    return found


SIGNING_ROLE = {
    Stage.CHIEF_ACCOUNTANT: Role.CHIEF_ACCOUNTANT,
    Stage.DEPUTY_MANAGER: Role.DEPUTY_BRANCH_MANAGER,
    Stage.MANAGER: Role.BRANCH_MANAGER,
}


def _signers(branches: Mapping[int, Unit], runs: Iterable[PayRun]) -> dict[tuple[int, str], str]:
    """Names of those who sign next, by branch and role; asked only where somebody is due."""
    if not any(run.next_stage for run in runs):
        return {}
    rows = (
        Posting.objects.filter(unit__in=branches, role__in=SIGNING_ROLE.values(), to_on=None)
        .order_by("person__user__employee_no")
        .values_list("unit", "role", "person__user__name")
    )
    names: dict[tuple[int, str], list[str]] = {}
    for unit, role, name in rows:
        names.setdefault((unit, role), []).append(name)
    return {key: "、".join(found) for key, found in names.items()}


def _stages(
    stand: Stand,
    arrived_at: datetime | None,
    accepted_at: datetime | None,
    signed: dict[int, Signature],
    next_people: dict[tuple[int, str], str],
) -> Iterable[dict[str, Any]]:
    run = stand.run
    is_accepted = bool(stand.details) and stand.accepted == stand.details
    steps: list[dict[str, Any]] = [
        {
            "label": _("CRM figures arrived"),
            "done": bool(stand.rows),
            "at": arrived_at,
            "note": _("%(count)s rows") % {"count": stand.rows} if stand.rows else _("waiting for the import"),
        },
        {
            "label": _("Business detail reviewed"),
            "done": is_accepted,
            "at": accepted_at if is_accepted else None,
            "note": _("%(done)s of %(all)s accepted") % {"done": stand.accepted, "all": stand.details}
            if stand.details
            else "",
        },
        {
            "label": _("Pay computed"),
            "done": run is not None,
            "at": run.drafted_at if run else None,
            "note": _("version %(version)s") % {"version": run.version} if run else "",
        },
        {
            "label": _("Reviewed"),
            "done": run is not None and run.state in ORDER[1:],
            "by": run.reviewed_by.name if run and run.reviewed_by else "",
            "at": run.reviewed_at if run else None,
            "note": "",
        },
    ]
    for stage in Stage:
        signature = signed.get(stage.value)
        due = next_people.get((stand.branch.pk, SIGNING_ROLE[stage]), "") if run and run.next_stage == stage else ""
        steps.append(
            {
                "label": _("Signed: %(role)s") % {"role": stage.label},
                "done": signature is not None,
                "by": signature.signer_name if signature else "",
                "at": signature.signed_at if signature else None,
                "note": _("next: %(names)s") % {"names": due} if due else "",
            }
        )
    steps.append(
        {
            "label": _("Filed"),
            "done": run is not None and run.is_filed,
            "at": run.filed_at if run else None,
            "note": _("month closed") if stand.closed_at else "",
        }
    )
    current = next((step for step in steps if not step["done"]), None)
    for step in steps:
        if step is current and (last_at := max((one["at"] for one in steps if one.get("at")), default=None)):
            since = date_format(timezone.localtime(last_at), "SHORT_DATETIME_FORMAT")
            step["note"] = " · ".join(filter(None, (step["note"], _("since %(since)s") % {"since": since})))
        step["state"] = "done" if step.pop("done") else "current" if step is current else "waiting"
        if run and run.state == State.REJECTED and step["label"] == _("Reviewed"):
            step |= {"state": "void", "note": run.reject_reason, "at": run.rejected_at}
        yield step


# --- one run -----------------------------------------------------------------------------------------------------------
GROUPS = {
    "base": ("base_pay",),
    "commission": ("commission",),
    "bonus": ("asset_bonus", "product_bonus", "account_bonus"),
    "coefficients": ("assessment", "compliance"),
    "held": ("held_back", "released", "minimum_duty"),
    "deducted": ("attendance_deduction", "social_insurance", "income_tax"),
    "adjusted": ("adjustment",),
}


@dataclass(frozen=True)
class SlipRow:
    slip: PaySlip
    sums: dict[str, Decimal]
    before: Decimal | None
    warnings: list[dict[str, Any]]

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None else self.slip.total - self.before


def slip_rows(run: PayRun, slips: Sequence[PaySlip], before: Mapping[int, Decimal]) -> list[SlipRow]:
    """Slips of a run with their lines in groups, last month's total and what should be looked at."""
    by_slip: dict[int, dict[str, Decimal]] = {slip.pk: dict.fromkeys(GROUPS, ZERO) for slip in slips}
    group_of = {component: group for group, components in GROUPS.items() for component in components}
    for slip_id, component, amount in PayLine.objects.filter(slip__in=by_slip).values_list(
        "slip", "component", "amount"
    ):
        by_slip[slip_id][group_of[component]] += amount
    warnings: dict[str, list[dict[str, Any]]] = {}
    for warning in run.warnings:
        warnings.setdefault(warning.get("employee_no", ""), []).append(warning)
    return [
        SlipRow(
            slip, by_slip[slip.pk], before.get(slip.person_id), warnings.get(slip.inputs.get("employee_no", ""), [])
        )
        for slip in slips
    ]


def run_sums(run: PayRun) -> dict[str, Decimal]:
    """The run's lines summed by group."""
    sums = dict.fromkeys(GROUPS, ZERO)
    group_of = {component: group for group, components in GROUPS.items() for component in components}
    for component, amount in (
        PayLine.objects.filter(run=run).order_by().values_list("component").annotate(total=Sum("amount"))
    ):
        sums[group_of[component]] += amount
    return sums


def totals_before(run: PayRun) -> dict[int, Decimal]:
    """What the branch's run of the month before came to, by person id; empty where there was none."""
    before = PaySlip.objects.filter(run__branch=run.branch_id, run__month=run.period.previous().first)
    return dict(before.values_list("person", "total"))


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
class DetailStand:
    """How far the review of a month's details is, and whether their sums are those of the source."""

    details: int
    accepted: int
    sent_back: int
    checks: tuple[SourceCheck, ...]


def detail_stand(branch: Unit, month: Month) -> DetailStand:
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
    return DetailStand(found["all"], found["accepted"], found["sent_back"], checks)


@dataclass(frozen=True)
class DetailRow:
    detail: BusinessDetail
    before: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None else self.detail.gross_commission - self.before


def detail_rows(branch: Unit, month: Month, details: Sequence[BusinessDetail]) -> list[DetailRow]:
    """Details with last month's gross commission."""
    before = dict(
        BusinessDetail.objects.filter(branch=branch, month=month.previous().first).values_list(
            "person", "gross_commission"
        )
    )
    return [DetailRow(detail, before.get(detail.person_id)) for detail in details]
