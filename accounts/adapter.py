from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import limits, security, services
from accounts.models import SecurityEvent, User
from accounts.rules import LONGEST
from core.encryption import decrypted, encrypted

Kind = SecurityEvent.Kind


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Users are made with people; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """The employee number is given, never derived."""

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """The right password opens nothing where it was given for one use and that has run out."""
        if user.has_expired_password(timezone.now()):
            clear_login(request)
            messages.error(request, _("This one-time password has run out. Ask for a new one."))
            return redirect("account_login")
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def set_password(self, user: User, password: str) -> None:
        services.choose_password(user=user, password=password, now=timezone.now())

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return str(settings.LOGIN_REDIRECT_URL)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address of the browser; of `X-Forwarded-For` only what our own proxies wrote is believed."""
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        proxies = settings.TRUSTED_PROXY_COUNT
        return hops[-proxies] if 0 < proxies <= len(hops) else str(request.META.get("REMOTE_ADDR", ""))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Before any hashing: tries are counted, a password longer than any is wrong."""
        number = credentials.get("username", "")
        try:
            self._login_failed_rl_usage = limits.attempt(number=number, address=self.get_client_ip(request))
        except limits.Waits as waits:
            kind = Kind.WAITS if waits.is_account else Kind.SLOWED
            security.note(kind, request, number=number)
            raise ValidationError(in_words(waits)) from None
        if len(credentials.get("password", "")) > LONGEST:
            security.note(Kind.WRONG_PASSWORD, request, number=number)
            raise self.validation_error("username_password_mismatch")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        security.note(Kind.WRONG_PASSWORD, request, number=credentials.get("username", ""))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        security.note(Kind.SIGNED_IN, request, user=user)
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer


def in_words(waits: limits.Waits) -> str:
    until = timezone.localtime(waits.until)
    if not waits.is_account:
        text = _("Very many people are signing in from your network just now. Press again after %(until)s.")
        return text % {"until": f"{until:%H:%M:%S}"}
    until += timedelta(minutes=1)  # the minute that has begun counts
    text = _("Too many wrong passwords: signing in waits until %(until)s. A one-time password opens it at once.")
    return text % {"until": f"{until:%H:%M}"}


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secrets of second factors are encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypted(encrypted_text)
