from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import security
from accounts.requests import came_from

Handler = Callable[[HttpRequest], HttpResponse]


class PreferredLanguageMiddleware:
    """The signed-in user's language; before sign-in the cookie's, else Simplified Chinese. Never the browser's guess."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = dict(settings.LANGUAGES)
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        chosen = request.user.language if request.user.is_authenticated else cookie
        language = chosen if chosen in known else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class NoStoreMiddleware:
    """What a signed-in person saw stays out of every cache and behind sign-out."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store, private"
        return response


BEGAN, SEEN = "began_at", "seen_at"
SEEN_ANEW = timedelta(minutes=2)  # how often a session notes that it is in use


class SessionLimitsMiddleware:
    """A session ends after a while without a request, and on the day's last stroke however busy it is."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self.look_at_the_clock(request)
        return self.get_response(request)

    def look_at_the_clock(self, request: HttpRequest) -> None:
        now = timezone.now()
        began, seen = (datetime.fromisoformat(request.session.get(key, now.isoformat())) for key in (BEGAN, SEEN))
        if now - seen > settings.SESSION_IDLE or now - began > settings.SESSION_LONGEST:
            logout(request)
            messages.info(
                request, _("You were signed out because nothing was done for a while. Sign in again to go on.")
            )
        elif SEEN not in request.session or now - seen > SEEN_ANEW:
            request.session.setdefault(BEGAN, now.isoformat())
            request.session[SEEN] = now.isoformat()


class SecurityLogMiddleware:
    """Whatever is refused to somebody signed in, for want of the power, stands in the security log."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user if request.user.is_authenticated else None
        response = self.get_response(request)
        if user is not None and response.status_code == HTTPStatus.FORBIDDEN and "X-Expired" not in response.headers:
            security.note(security.Kind.REFUSED, request, user=user, what=f"{request.method} {request.path}")
        return response


class SignedInMiddleware(LoginRequiredMiddleware):
    """Whoever has to sign in again comes back to the page she was on: an address that only takes what is sent shows
    nothing. A part of a page is told by its status and stays as it is.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.headers.get("HX-Request"):
            return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(came_from(request) or settings.LOGIN_REDIRECT_URL, settings.LOGIN_URL)


ALWAYS_OPEN = {"accounts:language", "account_login", "account_logout"}
SECOND_FACTOR_PAGES = {"account_reauthenticate", "mfa_activate_totp", "mfa_authenticate", "mfa_reauthenticate"}


class FirstThingsMiddleware:
    """What one owes before anything else: a password of one's own, then the second factor where the role needs one
    (`needs_second_factor`, set with the person's powers)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        asked_for = request.resolver_match.view_name if request.resolver_match else ""
        if not request.user.is_authenticated or asked_for in ALWAYS_OPEN:
            return None
        if request.user.owes_new_password(timezone.now()):
            request.owes_password = True  # type: ignore[attr-defined]  # the page says why it is shown
            return None if asked_for == "account_change_password" else redirect("account_change_password")
        if owes_second_factor(request) and asked_for not in SECOND_FACTOR_PAGES:
            return redirect("mfa_activate_totp")
        return None


def owes_second_factor(request: HttpRequest) -> bool:
    if not settings.SECOND_FACTOR_REQUIRED:
        return False
    needs_one = request.user.is_superuser or request.user.authority.needs_second_factor  # type: ignore[union-attr]
    return bool(needs_one and not is_mfa_enabled(request.user))
