"""Which plan decides a branch's month."""

from __future__ import annotations

from django.utils.translation import gettext as _

from compensation.models import PlanVersion
from core.periods import Month
from teams.models import Unit


class PlanNotApproved(Exception):
    """No pay plan was approved and in force for the whole month (D2); the message says what to do."""


def plan_for(branch: Unit, month: Month) -> PlanVersion:
    """The approved version in force: of the nearest unit up the line, of it the latest. Raises `PlanNotApproved`."""
    versions = PlanVersion.objects.approved_for(month).select_related("plan")
    in_line = [version for version in versions if version.plan.unit_id in (None, *branch.line)]
    if not in_line:
        raise PlanNotApproved(
            _(
                "No pay plan was approved and in force for %(month)s at %(branch)s. Record the approval of a plan first "
                "(manage.py record_plan_approval)."
            )
            % {"month": month.code, "branch": branch.name}
        )
    nearest = {unit_id: depth for depth, unit_id in enumerate(branch.line, start=1)}
    return max(in_line, key=lambda version: (nearest.get(version.plan.unit_id or 0, 0), version.from_on, version.pk))


def newer_unapproved(version: PlanVersion, month: Month) -> PlanVersion | None:
    """A later version of the plan that would hold for the month, had it been approved."""
    return (
        PlanVersion.objects.filter(plan=version.plan, from_on__gt=version.from_on, from_on__lte=month.first)
        .filter(approved_on=None)
        .order_by("-from_on")
        .first()
    )
