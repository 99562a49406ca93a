"""Who leads while the leader is away (D7): a dated posting that points at the one it stands in for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.refusals import NotDone, NotYours
from messaging.telling import tell
from teams.authority import LEADERS, Power, authority_of
from teams.models import Person, Posting

LONGEST = timedelta(days=366)


NOT_YOURS = _("You do not appoint who leads %(unit)s.")


class NotALeader(NotDone):
    text = _("One stands in for the leader of a unit, and not for somebody who stands in.")


class OwnPost(NotDone):
    """Nobody gives a post to herself or gives away her own: the leader above appoints."""

    text, field = _("Your own post, or a post for yourself, is given by the leader above you."), "employee_no"


class NoSuchPerson(NotDone):
    text, field = _("Nobody among your people has the employee number %(number)s."), "employee_no"


class AlreadyThere(NotDone):
    text, field = _("%(person)s leads %(unit)s already at that time."), "employee_no"


class WrongDates(NotDone):
    field = "last_on"


class Taken(NotDone):
    text, field = _("%(person)s stands in from %(first)s to %(last)s already."), "from_on"


@transaction.atomic
def appoint_stand_in(
    *, absent: Posting, employee_no: str, from_on: date, last_on: date, actor: User, today: date, now: datetime
) -> Posting:
    """Let somebody hold the absent leader's post from `from_on` to `last_on`, both included (D7).

    Raises `NotYours`, `NotALeader`, `OwnPost`, `NoSuchPerson`, `WrongDates`, `AlreadyThere`, `Taken`.
    """
    to_on = last_on + timedelta(days=1)
    authority = authority_of(actor, today)
    if not authority.may(Power.APPOINT_STAND_IN, absent.unit.path):
        raise NotYours(NOT_YOURS, unit=absent.unit)
    if absent.role not in LEADERS or absent.acting_for_id:
        raise NotALeader
    _check_dates(absent, from_on, to_on, today)
    person = (
        Person.objects.filter(user__employee_no=employee_no, joined_on__lte=from_on)
        .filter(Q(left_on=None) | Q(left_on__gte=to_on))
        .filter(
            pk__in=Posting.objects.during(from_on, to_on)
            .filter(authority.sees_unit("unit__path", Power.APPOINT_STAND_IN))
            .values("person")
        )
        .select_related("user")
        .first()
    )
    if person is None:
        raise NoSuchPerson(number=employee_no)
    if actor.pk in (person.user_id, absent.person.user_id):
        raise OwnPost
    Posting.objects.select_for_update().get(pk=absent.pk)
    there = Posting.objects.during(from_on, to_on).filter(unit=absent.unit, role=absent.role)
    if there.filter(person=person, acting_for=None).exists():
        raise AlreadyThere(person=person, unit=absent.unit)
    if taken := there.filter(acting_for=absent).select_related("person__user").first():
        raise Taken(person=taken.person, first=taken.from_on, last=taken.last_on)
    stand_in = Posting.objects.create(
        person=person, unit=absent.unit, role=absent.role, from_on=from_on, to_on=to_on, acting_for=absent
    )
    _tell(stand_in, absent, last_on, now)
    return stand_in


def _check_dates(absent: Posting, from_on: date, to_on: date, today: date) -> None:
    if from_on < today:
        raise WrongDates(_("It begins today at the earliest."))
    if to_on <= from_on:
        raise WrongDates(_("The last day is not before the first."))
    if to_on - from_on > LONGEST:
        raise WrongDates(_("For longer than a year one posts a new leader."))
    if absent.from_on > from_on or (absent.to_on and absent.to_on < to_on):
        raise WrongDates(_("The absent leader does not hold the post for all of that time."))


def _tell(stand_in: Posting, absent: Posting, last_on: date, now: datetime) -> None:
    tell(
        [stand_in.person.user_id],
        "teams.stand_in",
        about=stand_in,
        now=now,
        on=stand_in.from_on,
        link=reverse("teams:unit", args=[absent.unit_id]),
        place=absent.unit.path,
        absent=absent.person.name,
        unit=absent.unit.name,
        first=stand_in.from_on,
        last=last_on,
    )


@transaction.atomic
def end_stand_in(*, stand_in: Posting, actor: User, today: date) -> None:
    """End it from today on; one that has not begun before today is taken back. Raises `NotYours`."""
    if not authority_of(actor, today).may(Power.APPOINT_STAND_IN, stand_in.unit.path):
        raise NotYours(NOT_YOURS, unit=stand_in.unit)
    running = Posting.objects.filter(pk=stand_in.pk).exclude(acting_for=None)
    running.filter(from_on__gte=today).delete()
    running.filter(from_on__lt=today, to_on__gt=today).update(to_on=today)
