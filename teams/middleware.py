from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from teams.authority import authority_of

Handler = Callable[[HttpRequest], HttpResponse]


class AuthorityMiddleware:
    """Reads afresh what the signed-in person may see and do today; a leaver is signed out at once."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.user.authority = authority_of(request.user, timezone.localdate())
            person = getattr(request.user, "person", None)
            if person is not None and request.user.authority.person_id is None:
                logout(request)
                messages.error(request, _("You are no longer with the firm, so you cannot sign in."))
        return self.get_response(request)
