"""Lists sent and waiting, and one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.requests import AuthedRequest
from supervision.filters import ListFilter
from supervision.models import ReminderRun
from supervision.selectors import lists as selectors
from teams.authority import Power

A_PAGE = 40
LISTS = {
    "above": _("Company and regions"),
    "teams": _("Teams"),
    "all": _("All"),
    "waiting": _("Waiting for data"),
    "late": _("Late"),
}


def chips(labels: Mapping[str, Any], chosen: str, name: str) -> list[dict[str, Any]]:
    """What `filter_bar.html` shows as quick filters."""
    return [{"label": label, "query": f"{name}={code}", "is_current": code == chosen} for code, label in labels.items()]


@require_safe
def lists(request: AuthedRequest) -> HttpResponse:
    show = request.GET.get("show") or selectors.shown_first(request.user)
    found = ListFilter(request.GET, queryset=selectors.lists_seen(request.user, show))
    page = Paginator(found.qs, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": selectors.list_rows(list(page), request.user),
        "filter": found,
        "quick": chips(LISTS, show, "show"),
        "rules": selectors.rules_today(request.user),
    }
    return render(request, "supervision/lists.html", context)


@require_safe
def show_list(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    seen = ReminderRun.objects.visible_to(request.user).select_related("rule", "scope")
    run = get_object_or_404(seen, public_id=public_id)
    entries = selectors.visible_entries(run, request.user)
    context = {
        "run": run,
        "page": Paginator(entries, A_PAGE).get_page(request.GET.get("page")),
        "told": selectors.states_of_messages([run], request.user).get(run.pk, selectors.Told()),
        "untold": selectors.untold_seen(run, request.user),
        "whole_told": selectors.told_of_the_whole(run, request.user),
        "sees_all": request.user.authority.may(Power.SEE_REMINDERS, run.scope.path),
        "ranking_query": selectors.ranking_query(run),
    }
    return render(request, "supervision/list.html", context)
