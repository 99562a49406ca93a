from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import services
from accounts.models import User
from accounts.selectors import has_signed_in_from
from core.encryption import decrypted, encrypted


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

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures are counted by account, before any hashing. Where the person signed in from before counts apart, so
        that guessing from elsewhere never keeps her out."""
        number = credentials.get("username", "").lower()
        known = has_signed_in_from(number, self.get_client_ip(request))
        return f"{number}:{'known' if known else 'elsewhere'}"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secrets of second factors are encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypted(encrypted_text)
