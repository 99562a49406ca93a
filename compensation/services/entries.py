"""What finance enters: the approval of a plan, and a person's month."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.models import PersonMonth, PlanVersion
from compensation.rules import PlanUnreadable, lint
from compensation.services.refusals import PayRefused, given, must_hold, open_month
from core.periods import Month
from teams.authority import Power
from teams.models import Person, Unit


class PlanForbidden(PayRefused):
    """The plan breaks a rule that no approval can heal, or cannot be read."""


@transaction.atomic
def record_plan_approval(
    *, version: PlanVersion, approved_on: date, approval_ref: str, approved_by: str, actor: User | None
) -> PlanVersion:
    """Record who approved a version, by which document (D2). Raises `PlanForbidden` or `ReasonMissing`.

    From then on the version's content stands; recording the same approval again changes nothing.
    """
    try:
        errors = [_(finding.message) for finding in lint(version.as_plan()) if finding.is_error]
    except PlanUnreadable as reason:
        raise PlanForbidden(str(reason)) from None
    if errors:
        raise PlanForbidden(" ".join(map(str, errors)))
    values = {"approved_on": approved_on, "approval_ref": given(approval_ref), "approved_by": given(approved_by)}
    if any(getattr(version, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(version, name, value)
        version.recorded_by = actor
        version.save(update_fields=[*values, "recorded_by"])
    return version


@transaction.atomic
def record_person_month(
    *,
    branch: Unit,
    month: Month,
    person: Person,
    actor: User,
    now: datetime,
    coefficient: Decimal | None = None,
    reason: str = "",
    **values: Any,
) -> PersonMonth:
    """Enter complaints, deductions, client cost, or a coefficient by hand with its reason (D17.a).

    Raises `ReasonMissing` for a coefficient without one, `MonthClosed`, and `PermissionDenied`.
    """
    must_hold(actor, Power.DRAFT_PAY, branch)
    open_month(branch, month)
    values |= {"coefficient": coefficient, "reason": given(reason) if coefficient is not None else ""}
    entry = PersonMonth.objects.filter(branch=branch, month=month.first, person=person).first()
    if entry is not None and all(getattr(entry, name) == value for name, value in values.items()):
        return entry
    values |= {"entered_by": actor, "entered_at": now}
    entry, _created = PersonMonth.objects.update_or_create(
        branch=branch, month=month.first, person=person, defaults=values
    )
    return entry
