"""The approval of a plan: recorded as its document says, withdrawn with a reason (D2)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.models import EarlierApproval, PlanVersion
from compensation.rules import PlanUnreadable, lint
from core.refusals import MovedOn, NotDone, NotYours, given
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
    *, version: PlanVersion, approved_on: date, approval_ref: str, approved_by: str, actor: User | None
) -> PlanVersion:
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
    if version.approved_on and not _is_free(version, approved_on, approval_ref, approved_by):
        raise ApprovalStands
    values = {"approved_on": approved_on, "approval_ref": given(approval_ref), "approved_by": given(approved_by)}
    if any(getattr(version, name) != value for name, value in values.items()):
        _put_away(version)
        for name, value in values.items():
            setattr(version, name, value)
        version.recorded_by = actor
        version.approval_ended_on, version.end_reason, version.ended_by = None, "", None
        version.save(update_fields=[*values, "recorded_by", *ENDED])
    return version


def _put_away(version: PlanVersion) -> None:
    """Keep the approval that has ended, before another one takes its place on the row."""
    if version.approved_on is None or version.approval_ended_on is None:
        return
    EarlierApproval.objects.create(
        version=version,
        approved_on=version.approved_on,
        approval_ref=version.approval_ref,
        approved_by=version.approved_by,
        recorded_by=version.recorded_by,
        ended_on=version.approval_ended_on,
        end_reason=version.end_reason,
        ended_by=version.ended_by,
    )


ENDED = ("approval_ended_on", "end_reason", "ended_by")


def _is_free(version: PlanVersion, approved_on: date, approval_ref: str, approved_by: str) -> bool:
    """Whether it is the same approval once more, or one that begins where the one before has ended."""
    recorded = (version.approved_on, version.approval_ref, version.approved_by)
    if recorded == (approved_on, approval_ref.strip(), approved_by.strip()):
        return True
    return version.approval_ended_on is not None and approved_on >= version.approval_ended_on


@transaction.atomic
def withdraw_plan_approval(*, version: PlanVersion, ends_on: date, reason: str, actor: User) -> PlanVersion:
    """End the approval: from `ends_on` it no longer holds, and no month reaching that day is computed with the plan.

    Raises `NotApproved`, `EndsBeforeItBegins` and `ReasonMissing`.
    """
    _must_record(version, actor)
    done = (version.approval_ended_on, version.end_reason, version.ended_by_id)
    if done == (ends_on, reason.strip(), actor.pk):
        return version
    if version.approved_on is None or version.approval_ended_on is not None:
        raise NotApproved
    if ends_on <= version.approved_on:
        raise EndsBeforeItBegins
    version.end_reason, version.approval_ended_on, version.ended_by = given(reason), ends_on, actor
    version.save(update_fields=ENDED)
    return version


def _must_record(version: PlanVersion, actor: User | None) -> None:
    """Whoever records is responsible for all whose pay the plan decides. No actor: a command, which answers for itself."""
    if actor is None:
        return
    path = version.plan.unit.path if version.plan.unit else actor.authority.company_path
    if not actor.authority.may(Power.RECORD_APPROVAL, path):
        raise NotYours
