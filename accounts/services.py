"""Users are made together with people; nobody signs up. A new user cannot sign in until given a one-time password."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import limits
from accounts.models import PastPassword, Reset, User
from accounts.rules import ONE_TIME, PROFILES, one_time_password
from core import audit


def new_user(*, employee_no: str, name: str, phone: str = "", email: str = "") -> User:
    """A user, not yet saved, whose password cannot be used."""
    return User(employee_no=employee_no, name=name, phone=phone, email=email, password=make_password(None))


@transaction.atomic
def give_one_time_passwords(
    *, users: Collection[User], reason: str, actor: User | None, now: datetime
) -> dict[int, str]:
    """A new password for each, known to whoever hands it over: user id → password, told this once and kept nowhere.

    All their sessions end; at the first sign-in they choose their own. `actor` is None for the operators' command.
    """
    given = {user.pk: one_time_password() for user in users}
    for user in users:
        user.password = make_password(given[user.pk])
        user.one_time_until = now + ONE_TIME
        user.password_set_at = None
        limits.open_codes(user)
    with audit.acting(reason=reason):
        User.objects.bulk_update(users, ["password", "one_time_until", "password_set_at"])
        Reset.objects.bulk_create(
            Reset(user=user, kind=Reset.Kind.PASSWORD, by=actor, reason=reason, at=now) for user in users
        )
    return given


@transaction.atomic
def take_second_factor(*, user: User, reason: str, actor: User | None, now: datetime) -> bool:
    """Take a lost second factor away and end all sessions; she sets up a new one at the next sign-in, where she needs
    one. False when there was none.
    """
    if not Authenticator.objects.filter(user=user).delete()[0]:
        return False
    with audit.acting(reason=reason):
        Reset.objects.create(user=user, kind=Reset.Kind.SECOND_FACTOR, by=actor, reason=reason, at=now)
    for session in UserSession.objects.filter(user=user):
        session.end()
    return True


@transaction.atomic
def choose_password(*, user: User, password: str, now: datetime) -> None:
    """The person's own choice, already validated. What the profile remembers is kept as a hash."""
    remembered = PROFILES[settings.PASSWORD_PROFILE].remembered
    if remembered and user.has_usable_password() and user.one_time_until is None:
        PastPassword.objects.create(user=user, password=user.password, set_at=user.password_set_at or now)
    kept = user.past_passwords.values("pk")[:remembered]
    user.past_passwords.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    user.set_password(password)
    user.one_time_until, user.password_set_at = None, now
    user.save(update_fields=["password", "one_time_until", "password_set_at"])
