from __future__ import annotations

from datetime import date
from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from attendance.selectors import years_to_settle
from portal.homes import homes_of
from portal.selectors.search import search
from teams.authority import Power


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first screen; who has several kinds of work switches between them."""
    user = cast(User, request.user)
    today = timezone.localdate()
    homes = homes_of(user)
    home = next((one for one in homes if one.code == request.GET.get("view")), homes[0])
    context = {"homes": homes, "home": home, "today": today, "to_settle": _years_to_settle(user, today)}
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
