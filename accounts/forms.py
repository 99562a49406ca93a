from __future__ import annotations

from allauth.account.forms import LoginForm

from core.identifiers import identifier


class SignInForm(LoginForm):  # type: ignore[misc]
    """By employee number, however it is typed: another spelling is the same account, for signing in and for failing."""

    def clean_login(self) -> str:
        return identifier(str(super().clean_login()))
