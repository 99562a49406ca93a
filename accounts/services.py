"""Users are made together with people; nobody signs up. A new user cannot sign in until given a password."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import User


def new_user(*, employee_no: str, name: str, phone: str = "", email: str = "") -> User:
    """A user, not yet saved, whose password cannot be used."""
    return User(employee_no=employee_no, name=name, phone=phone, email=email, password=make_password(None))


@transaction.atomic
def give_password(*, users: Iterable[User], password: str) -> int:
    """Give several users one and the same first password: for demonstrations and tests only; how many got it."""
    ids = [user.pk for user in users]
    return User.objects.filter(pk__in=ids).update(password=make_password(password))
