from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from allauth.mfa.signals import authentication_failed  # noqa: PLC0415

        authentication_failed.connect(wrong_code)


def wrong_code(request: Any, user: Any, **_: Any) -> None:
    """The library tells of mistyped codes by a signal only."""
    from accounts import security  # noqa: PLC0415

    security.note(security.Kind.WRONG_CODE, request, user=user)
