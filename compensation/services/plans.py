"""The approval of a plan: recorded as its document says, withdrawn with a reason (D2)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from approvals.models import Request
from approvals.services.requests import end_of, record_on_paper
from compensation.models import PlanVersion
from compensation.models.plans import PAY_PLAN
from compensation.rules import PlanUnreadable, lint
from core.refusals import MovedOn, NotDone, NotYours
from teams.authority import Power


class PlanForbidden(NotDone):
    """The plan breaks a rule that no approval can heal, or cannot be read."""

    status = 409


class ApprovalStands(MovedOn):
    text = _("An approval is on record already. Withdraw it first; the new one begins where it has ended.")


class NotApproved(MovedOn):
    text = _("No approval stands that could be withdrawn.")


class EndsBeforeItBegins(NotDone):
    text, status = _("An approval ends after the day on which it began."), 409


@transaction.atomic
def record_plan_approval(
    *, version: PlanVersion, approved_on: date, approval_ref: str, approved_by: str, actor: User | None, now: datetime
) -> Request:
    """Record who approved a version, by which document (D2).

    From then on the version's content stands; recording the same approval again changes nothing. Raises
    `PlanForbidden`, `ReasonMissing`, and `ApprovalStands` where another approval holds or held on that day.
    """
    _must_record(version, actor)
    try:
        errors = [_(finding.message) for finding in lint(version.as_plan()) if finding.is_error]
    except PlanUnreadable as reason:
        raise PlanForbidden(str(reason)) from None
    if errors:
        raise PlanForbidden(" ".join(map(str, errors)))
    ref, by, latest = approval_ref.strip(), approved_by.strip(), held(version).approval
    if latest is not None and (latest.holds_from, latest.paper_ref, latest.paper_by) == (approved_on, ref, by):
        return latest
    if latest is not None and (latest.ended_on is None or approved_on < latest.ended_on):
        raise ApprovalStands
    return record_on_paper(name=PAY_PLAN, thing=version, holds_from=approved_on, ref=ref, by=by, actor=actor, now=now)


def held(version: PlanVersion) -> PlanVersion:
    """The version as it stands, locked until the transaction ends."""
    return PlanVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)


@transaction.atomic
def withdraw_plan_approval(*, version: PlanVersion, ends_on: date, reason: str, actor: User, now: datetime) -> Request:
    """End the approval: from `ends_on` it no longer holds, and no month reaching that day is computed with the plan.

    Raises `NotApproved`, `EndsBeforeItBegins` and `ReasonMissing`.
    """
    _must_record(version, actor)
    latest = held(version).approval
    if latest is None:
        raise NotApproved
    if (latest.ended_on, latest.end_reason, latest.ended_by_id) == (ends_on, reason.strip(), actor.pk):
        return latest
    if latest.ended_on is not None:
        raise NotApproved
    if latest.holds_from is not None and ends_on <= latest.holds_from:
        raise EndsBeforeItBegins
    return end_of(request=latest, ends_on=ends_on, reason=reason, actor=actor, now=now)


def _must_record(version: PlanVersion, actor: User | None) -> None:
    """Whoever records is responsible for all whose pay the plan decides. No actor: a command, which answers for itself."""
    if actor is None:
        return
    path = version.plan.unit.path if version.plan.unit else actor.authority.company_path
    if not actor.authority.may(Power.RECORD_APPROVAL, path):
        raise NotYours
