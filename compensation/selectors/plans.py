"""Which plan decides a branch's month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.models import PlanVersion
from compensation.rules import Plan, PlanUnreadable, lint
from core.explain import N_
from core.periods import Month
from core.refusals import NotDone
from core.said import Said
from teams.models import Unit

NO_PLAN = N_(
    "No pay plan was approved and in force for %(month)s at %(branch)s. Record the approval of a plan first, "
    "on the page of the pay plans."
)


class NotComputable(NotDone):
    """A month cannot be worked out; the sentence says what to do."""

    status = 409

    def __init__(self, said: Said) -> None:
        super().__init__(_(said.text), **said.values)
        self.said = said


class PlanNotApproved(NotComputable):
    """No pay plan was approved and in force for the whole month (D2); the message says what to do."""


def plan_for(branch: Unit, month: Month) -> PlanVersion:
    """The approved version in force: of the nearest unit up the line, of it the latest. Raises `PlanNotApproved`."""
    in_force = PlanVersion.objects.filter(from_on__lte=month.first, requests__state="agreed").distinct()
    versions = in_force.select_related("plan").prefetch_related("requests")
    in_line = [
        version for version in versions if version.plan.unit_id in (None, *branch.line) and version.approvals_for(month)
    ]
    if not in_line:
        raise PlanNotApproved(Said(NO_PLAN, {"month": month.code, "branch": branch.name}))
    nearest = {unit_id: depth for depth, unit_id in enumerate(branch.line, start=1)}
    return max(in_line, key=lambda version: (nearest.get(version.plan.unit_id or 0, 0), version.from_on, version.pk))


def plan_if_any(branch: Unit, month: Month) -> Plan | None:
    """The plan that decides the month; nothing where none does yet."""
    try:
        return plan_for(branch, month).as_plan()
    except (NotComputable, PlanUnreadable):
        return None


@dataclass(frozen=True, slots=True)
class ApprovalState:
    """A version as the list shows it. `state`: approved (on the day asked for), ended, later, open (no approval)."""

    version: PlanVersion
    state: str
    errors: tuple[str, ...]


def plans_in_sight(user: User, on: date) -> list[ApprovalState]:
    """Versions of all plans that decide pay within one's sight, the latest of each plan first."""
    versions = PlanVersion.objects.visible_to(user).select_related("plan__unit").prefetch_related("requests")
    versions = versions.order_by("plan__code", "-from_on")
    return [approval_state(version, on) for version in versions]


def approval_state(version: PlanVersion, on: date) -> ApprovalState:
    try:
        errors = tuple(finding.message for finding in lint(version.as_plan()) if finding.is_error)
    except PlanUnreadable as reason:
        errors = (str(reason),)
    if version.is_approved_on(on):
        state = "approved"
    elif not version.approvals:
        state = "open"
    else:
        state = "ended" if any(one.ended_on and one.ended_on <= on for one in version.approvals[-1:]) else "later"
    return ApprovalState(version, state, errors)


def low_bases(version: PlanVersion, least: Decimal) -> list[str]:
    """Grades whose base pay the plan sets below the minimum wage."""
    base_pay = version.as_plan().component("base_pay")
    return [grade for grade, base in base_pay.amounts.items() if base < least] if base_pay else []


def newer_unapproved(version: PlanVersion, month: Month) -> PlanVersion | None:
    """A later version of the plan that would hold for the month, had it been approved."""
    return (
        PlanVersion.objects.filter(plan=version.plan, from_on__gt=version.from_on, from_on__lte=month.first)
        .exclude(requests__state="agreed")
        .order_by("-from_on")
        .first()
    )
