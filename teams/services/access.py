"""First and forgotten passwords, and a second factor that was lost: given back by those who have the power."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import services as accounts
from accounts.models import User
from core.refusals import NotYours
from messaging.models import Channel
from messaging.telling import tell
from teams.authority import authority_of
from teams.models import Person, Unit
from teams.selectors.posts import without_password


class NotYourPeople(NotYours):
    """Oneself, somebody outside one's scope, or somebody whose access is given back higher up."""

    text = _("You do not give %(person)s a password.")


@dataclass(frozen=True, slots=True)
class Slip:
    """What is handed over, once: on paper, or read out."""

    person: Person
    password: str


def give_password(*, person: Person, reason: str, actor: User, today: date, now: datetime) -> Slip:
    """A one-time password; all sessions of the person end, and she is told. Raises `NotYourPeople`."""
    return _give([person], reason, actor, today, now)[0]


def give_first_passwords(*, unit: Unit, reason: str, actor: User, today: date, now: datetime) -> list[Slip]:
    """One for each of those at the unit and below who never had any, as many as one request may take."""
    return _give(without_password(unit, actor, today), reason, actor, today, now)


@transaction.atomic
def _give(people: Sequence[Person], reason: str, actor: User, today: date, now: datetime) -> list[Slip]:
    for person in people:
        _check(person, actor, today)
    known = [person for person in people if person.user.has_usable_password()]
    users = [person.user for person in people]
    given = accounts.give_one_time_passwords(users=users, reason=reason, actor=actor, now=now)
    for person in known:
        _tell(person, "teams.password_given", actor, now)
    return [Slip(person, given[person.user_id]) for person in people]


@transaction.atomic
def take_second_factor(*, person: Person, reason: str, actor: User, today: date, now: datetime) -> bool:
    """Take it away and end all sessions; False when there was none. Raises `NotYourPeople`."""
    _check(person, actor, today)
    if not accounts.take_second_factor(user=person.user, reason=reason, actor=actor, now=now):
        return False
    _tell(person, "teams.second_factor_taken", actor, now)
    return True


def _check(person: Person, actor: User, today: date) -> None:
    if not authority_of(actor, today).gives_passwords_to(authority_of(person.user, today)):
        raise NotYourPeople(person=person)


def _tell(person: Person, text: str, actor: User, now: datetime) -> None:
    """By text message as well: whoever took the account over does not read that one."""
    tell(
        [person.user_id],
        text,
        about=person,
        nth=person.user.resets.count(),
        now=now,
        link=reverse("usersessions_list"),
        channels=(Channel.IN_APP, Channel.SMS),
        by=actor.name,
    )
