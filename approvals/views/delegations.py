"""Who decides for me while I am away, and for whom I decide (D7)."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from approvals.forms import DelegationForm
from approvals.models import Delegation
from approvals.services import seating
from approvals.views.lists import beside
from core.answers import carried_out

SHOWN = 50


@require_safe
def delegations(request: AuthedRequest) -> HttpResponse:
    return show(request)


def show(request: AuthedRequest, form: forms.Form | None = None, *, error: str = "", status: int = 200) -> HttpResponse:
    there, today = (
        Delegation.objects.visible_to(request.user).select_related("giver", "taker"),
        request.user.authority.on,
    )
    form = form or DelegationForm(initial={"from_on": today})
    context = {"rows": there[:SHOWN], "form": form, "today": today, "error": error, "beside": beside("delegations")}
    return render(request, "approvals/delegations.html", context, status=status)


@require_POST
def delegate(request: AuthedRequest) -> HttpResponse:
    return carried_out(
        request, DelegationForm(request.POST),
        lambda sent: seating.delegate(giver=request.user, actor=request.user, now=timezone.now(), **sent),
        again=lambda form, status: show(request, form, status=status),
        then=("approvals:delegations",), says=_("From that day on this colleague decides for you."),
    )  # fmt: skip


@require_POST
def end_delegation(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    one = get_object_or_404(Delegation.objects.visible_to(request.user), public_id=public_id)
    return carried_out(
        request, None,
        lambda _sent: seating.end_delegation(delegation=one, actor=request.user, now=timezone.now()),
        again=lambda error, status: show(request, error=error, status=status),
        then=("approvals:delegations",), says=_("Ended. You decide yourself again."),
    )  # fmt: skip
