from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import AuthedRequest, only_if
from approvals.selectors.inbox import waiting_for
from attendance.selectors import years_to_settle
from core.services import ask_to_verify
from messaging.bell import ring
from portal.forms import TrailForm
from portal.homes import homes_of
from portal.selectors.search import search
from portal.selectors.trail import TrailAsked, audits_everything, last_verification
from portal.selectors.trail import trail as find_trail
from portal.texts import CHECKS
from teams.authority import Power
from teams.models import Role

REQUESTS = 4  # on the first screen, the first due first
# Whose work it is to decide; others find what waits for them in their own work, and under Requests.
DECIDING = {Role.CHANNEL_OFFICER, Role.OFFICE_CLERK, Role.COUNTERSIGNER, Role.VICE_PRESIDENT}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first screen; who has several kinds of work switches between them."""
    user = cast(User, request.user)
    today = timezone.localdate()
    homes = homes_of(user)
    home = next((one for one in homes if one.code == request.GET.get("view")), homes[0])
    context = {
        "homes": homes,
        "home": home,
        "today": today,
        "to_settle": _years_to_settle(user, today),
        "requests": list(waiting_for(user)[:REQUESTS]) if user.authority.roles & DECIDING else [],
        "now": timezone.now(),
    }
    return render(request, "portal/home.html", context | home.context(user, today))


def _years_to_settle(user: User, today: date) -> list[int]:
    """Years whose calendar is provisional, for whoever is in charge of it."""
    authority = user.authority
    return years_to_settle(today) if authority.may(Power.EDIT_CALENDAR, authority.company_path) else []


@require_safe
def menu(request: HttpRequest) -> HttpResponse:
    """Everything there is for this person, and the account: the fifth tab of a phone."""
    return render(request, "portal/menu.html")


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """People, units, outlets and documents within one's sight."""
    text = request.GET.get("q", "")[:60]
    return render(request, "portal/search.html", {"text": text, "found": search(cast(User, request.user), text)})


@require_safe
def trail(request: AuthedRequest) -> HttpResponse:
    """The audit trail by person, thing and day. Where neither a person nor a row is named it shows one day."""
    only_if(audits_everything(request.user))
    form = TrailForm(request.GET)
    asked = TrailAsked(**form.cleaned_data) if form.is_valid() else TrailAsked()
    if not asked.who and not asked.row and not asked.on:
        asked = replace(asked, on=timezone.localdate())
    context = {"form": form, "asked": asked, "page": find_trail(asked), "verification": last_verification()}
    return render(request, "portal/trail.html", context, status=200 if form.is_valid() else 422)


@require_safe
def verification(request: AuthedRequest) -> HttpResponse:
    """Whether what is written still holds: what the last run of all checks found."""
    only_if(audits_everything(request.user))
    last = last_verification()
    found = {one["name"]: one for one in (last.checks if last else [])}
    rows = [(name, found.get(name)) for name in dict.fromkeys((*CHECKS, *found))]
    return render(request, "portal/verification.html", {"last": last, "rows": rows})


@require_POST
def verify(request: AuthedRequest) -> HttpResponse:
    only_if(audits_everything(request.user))
    ask_to_verify(actor_id=request.user.pk, now=timezone.now())
    transaction.on_commit(partial(ring, "core.tasks.verify_when_asked"), robust=True)
    return redirect("portal:verification")


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
