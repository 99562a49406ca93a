"""Pay plans: what they say, whether their approval is on record, recording and withdrawing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest, only_if
from approvals.models import Request
from compensation import parameters
from compensation.forms import ApprovalForm, WithdrawalForm
from compensation.models import PlanVersion
from compensation.rules import PlanUnreadable
from compensation.rules.wording import described
from compensation.selectors import plans as selectors
from compensation.services.plans import record_plan_approval, withdraw_plan_approval
from core.answers import carried_out
from policies.selectors import standings
from teams.authority import Power
from teams.models import Unit
from teams.reach import needs

BESIDE = (
    parameters.MINIMUM_WAGE,
    parameters.VALID_MIN_ASSETS,
    parameters.VALID_MIN_TRADES,
    parameters.VALID_WITHIN_DAYS,
    parameters.VALID_RULE,
    parameters.UNUSUAL_CHANGE,
    parameters.LOGS_KEPT,
)


@require_safe
@needs(Power.SEE_PAY, Power.SEE_POLICY)
def plans(request: AuthedRequest) -> HttpResponse:
    found = selectors.plans_in_sight(request.user, request.user.authority.on)
    return render(request, "compensation/plans.html", {"stands": found})


@require_safe
def plan(request: AuthedRequest, code: str, since: str) -> HttpResponse:
    return show(request, seen(request, code, since))


def seen(request: AuthedRequest, code: str, since: str) -> PlanVersion:
    try:
        from_on = date.fromisoformat(since)
    except ValueError as reason:
        raise Http404 from reason
    found = (
        PlanVersion.objects.visible_to(request.user)
        .select_related("plan__unit")
        .prefetch_related("requests__author", "requests__ended_by")
    )
    return get_object_or_404(found, plan__code=code, from_on=from_on)


def show(request: AuthedRequest, version: PlanVersion, *, status: int = 200, **more: Any) -> HttpResponse:
    on, unit = request.user.authority.on, _unit_of(request, version)
    stand = selectors.approval_state(version, on)
    beside = standings(BESIDE, unit=unit, on=on) if unit and request.user.authority.may(Power.SEE_POLICY) else []
    context = {
        "version": version,
        "stand": stand,
        "parts": _parts(version),
        "beside": beside,
        "unit": unit,
        "low": selectors.low_bases(version, beside[0].now.value) if beside and not stand.errors else [],
        "may_record": _may_record(request, version),
        "approval_form": ApprovalForm(),
        "withdrawal_form": WithdrawalForm(initial={"ends_on": on}),
        "error": "",
    } | more
    return render(request, "compensation/plan.html", context, status=status)


def _parts(version: PlanVersion) -> list[Any]:
    try:
        return described(version.as_plan())
    except PlanUnreadable:
        return []


def _unit_of(request: AuthedRequest, version: PlanVersion) -> Unit | None:
    """The unit for which the dated rules beside the plan are shown: the plan's, else the highest in one's sight."""
    if version.plan.unit:
        return version.plan.unit
    paths = request.user.authority.paths(Power.SEE_POLICY, Power.SEE_PAY)
    return Unit.objects.filter(path=paths[0]).first()


def _may_record(request: AuthedRequest, version: PlanVersion) -> bool:
    authority = request.user.authority
    path: str = version.plan.unit.path if version.plan.unit else authority.company_path
    return bool(authority.may(Power.RECORD_APPROVAL, path))


@require_POST
def record_approval(request: AuthedRequest, code: str, since: str) -> HttpResponse:
    done = _("Recorded. Months that the approval covers are computed with this version.")
    form = ApprovalForm(request.POST)
    return _decided(request, code, since, typed={"approval_form": form}, verb=record_plan_approval, done=done)


@require_POST
def withdraw_approval(request: AuthedRequest, code: str, since: str) -> HttpResponse:
    done = _("Withdrawn. No month that reaches the day is computed with this version.")
    form = WithdrawalForm(request.POST)
    return _decided(request, code, since, typed={"withdrawal_form": form}, verb=withdraw_plan_approval, done=done)


def _decided(
    request: AuthedRequest,
    code: str,
    since: str,
    *,
    typed: dict[str, Form],
    verb: Callable[..., Request],
    done: str,
) -> HttpResponse:
    """The one form of the page in `typed`, laid before the verb; refused with what was typed still in it."""
    version, [(name, form)] = seen(request, code, since), typed.items()
    only_if(_may_record(request, version))
    return carried_out(
        request,
        form,
        lambda sent: verb(version=version, actor=request.user, now=timezone.now(), **sent),
        again=lambda form, **more: show(request, seen(request, code, since), **{name: form}, **more),
        then=("compensation:plan", code, since),
        says=done,
        above=True,
    )
