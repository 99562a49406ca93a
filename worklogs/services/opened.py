"""A day's log about to be written: who may, until when, and what a change leaves behind (S3.2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.periods import Week
from core.refusals import NotDone
from teams.models import Person
from worklogs.models import Correction, WorkLog
from worklogs.rules import windows
from worklogs.rules.asking import Requirement
from worklogs.rules.windows import Window
from worklogs.selectors import requirement_for, unit_on
from worklogs.services.claims import judge_weeks, settle
from worklogs.services.judging import closed_units


class LogRefused(NotDone):
    """The log cannot be changed like this. The text says why and what to do; `field` names what it concerns."""

    text = _("This is not possible.")


class NotPosted(LogRefused):
    text = _("You hold no post as customer manager on this day, so no log can be written.")


class InTheFuture(LogRefused):
    text = _("This day has not come yet.")


class WindowClosed(LogRefused):
    text = _("This log is closed. It can no longer be written or corrected.")


class MonthClosed(LogRefused):
    text = _("A closed month has counted this week: its logs stay as they are.")


class ReasonNeeded(LogRefused):
    text = _("The log has been answered or its time is over: give the reason for the correction.")
    field = "reason"


class NoNumber(LogRefused):
    text = _("Enter a phone number or a client number, so that the contact can be recognised.")
    field = "phone"


class NoPhone(LogRefused):
    text = _("Enter the phone number, so that the contact can be recognised.")
    field = "phone"


class BadNumber(LogRefused):
    text = _("This is no phone number: 11 digits for a mobile phone, or a landline with its area code.")
    field = "phone"


class LikeAnother(LogRefused):
    text = _(
        "Nobody has the client number %(number)s; do you mean %(likely)s? They differ in leading zeros or capitals only."
    )
    field = "client_no"


class NotAProspect(LogRefused):
    text = _("This is a number of the firm or of somebody who works here: it is no prospect.")
    field = "phone"


class NameNeeded(LogRefused):
    text = _("Enter the name.")
    field = "name"


class AlreadyEntered(LogRefused):
    text = _("This contact is already on the day's log under this kind.")
    field = "phone"


class NotThatMany(LogRefused):
    text = _("Enter a number from 0 to 100,000.")
    field = "quantity"


class NothingWritten(LogRefused):
    text = _("There is nothing on the log yet: add a contact, brochures or a note first.")


class Opened:
    """A person's log of a day, locked, with what is asked of it and what may be done with it.

    What was typed without a line is taken as of the moment it was typed (reading 44).
    """

    def __init__(self, person: Person, on: date, now: datetime, *, typed_at: datetime | None = None) -> None:
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        unit_id = unit_on(person, on)
        if unit_id is None:
            raise NotPosted
        self.person, self.on, self.now = person, on, now
        self.moment = min(typed_at or now, now)
        self.asked: Requirement = requirement_for(unit_id, on)
        self.log = WorkLog.objects.select_for_update(of=("self",)).filter(person=person, on=on).first() or WorkLog(
            person=person, unit_id=unit_id, on=on
        )
        if self.log.unit_id in closed_units(Week(on)):
            raise MonthClosed
        local = timezone.localtime(self.moment)
        self.window = windows.window(on, local, self.asked, replied=self.log.replied)
        if self.window == Window.FUTURE:
            raise InTheFuture
        if self.window == Window.CLOSED or (self.window == Window.BY_CORRECTION and self.log.pk is None):
            raise WindowClosed

    def change(self, what: str, *, old: str = "", new: str = "", reason: str, author: User) -> None:
        """Answer for a change: a correction where one is needed, the late mark where the cut-off has passed."""
        reason = reason.strip()
        if self.window == Window.BY_CORRECTION and not reason:
            raise ReasonNeeded
        if self.log.pk is None:
            self.log.save()
        if self.window == Window.BY_CORRECTION:
            Correction.objects.create(
                log=self.log, what=what, old=old, new=new, reason=reason, author=author, at=self.now
            )
        elif self.log.is_submitted and not self.log.late and self.is_late:
            self.log.late = True
            self.log.save(update_fields=["late"])

    @property
    def is_late(self) -> bool:
        return windows.is_late(timezone.localtime(self.moment), self.on, self.asked)

    def judge(self, contacts: Collection[int] = ()) -> None:
        """Judge her week anew, and the weeks of others who win or lose one of these numbers by the change."""
        weeks = settle(contacts, now=self.now)
        weeks.setdefault(Week(self.on), set()).add(self.person.pk)
        judge_weeks(weeks, now=self.now)
