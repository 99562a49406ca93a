"""Calls to make, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import AuthedRequest
from core.answers import carried_out
from supervision.forms import CallForm
from supervision.selectors import lists as selectors
from supervision.services import calling
from supervision.services.calling import Demand
from supervision.views.lists import chips
from teams.authority import Power
from teams.reach import needs

A_PAGE = 40
CALLS = {"": gettext_lazy("Yours to make"), "all": gettext_lazy("To make"), "made": gettext_lazy("Made")}


@require_safe
@needs(Power.CALL_LAGGARDS)
def calls(request: AuthedRequest) -> HttpResponse:
    show = request.GET.get("show", "")
    found = selectors.calls_for(request.user)
    found = found.filter(selectors.MADE) if show == "made" else found.exclude(selectors.MADE)
    if not show:
        found = found.filter(recipient=request.user)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": selectors.call_rows(list(page), on=timezone.localdate()),
        "quick": chips(CALLS, show, "show"),
        "show": show,
    }
    return render(request, "supervision/calls.html", context)


@require_safe
def call(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    return show_call(request, call_asked(request, public_id))


@require_POST
def record_call(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    row = call_asked(request, public_id)
    form = CallForm(request.POST, callees=row.callees)
    return carried_out(
        request,
        form,
        lambda sent: calling.record_call(
            call=row.call,
            result=sent["result"],
            reason=sent["reason"],
            demand=demand_in(sent),
            seen=form.seen,
            actor=request.user,
            now=timezone.now(),
        ),
        again=partial(show_call, request, row),
        then=("supervision:calls",),
        says=_("The call is recorded."),
    )


def demand_in(entered: Mapping[str, Any]) -> Demand | None:
    if not entered["demands_plan"]:
        return None
    return Demand(get_object_or_404(User, pk=entered["asked_of"]), entered["due_on"], entered["note"])


def call_asked(request: AuthedRequest, public_id: UUID) -> selectors.CallRow:
    """Raises `Http404`."""
    found = get_object_or_404(selectors.calls_with_reminders(request.user), message__public_id=public_id)
    return selectors.call_rows([found], on=timezone.localdate())[0]


def show_call(
    request: AuthedRequest, row: selectors.CallRow, form: CallForm | None = None, *, status: int = 200
) -> HttpResponse:
    task = row.call.message.phone_task
    callees = {member.user_id: member for member in row.callees}
    phones = dict(User.objects.filter(pk__in=callees).values_list("pk", "phone"))
    context: dict[str, Any] = {
        "call": row.call,
        "task": task,
        "callees": [(member, phones.get(pk, "")) for pk, member in callees.items()],
        "demand": getattr(task, "plan_demand", None),
        "ranking_query": selectors.ranking_query(row.call.run),
    }
    if form or task.result != task.Result.REACHED:  # what was typed is shown, whatever has become of the call
        first = {"result": task.result or "reached"}
        context["form"] = form or CallForm(callees=row.callees, task=task, initial=first)
    return render(request, "supervision/call.html", context, status=status)
