"""Why something about pay is not done; the message is for the person who asked."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.models import PayMonth, PayRun
from compensation.selectors.readiness import is_judged, ready_from
from core.periods import Month
from teams.authority import Power
from teams.models import Unit


class PayRefused(Exception):
    """Base of all refusals. Without a text of its own an instance says what its class says."""

    message: str | Promise = ""

    def __str__(self) -> str:
        return super().__str__() or str(self.message)


class ContentChanged(PayRefused):
    message = _("The pay report has changed since you opened it. What was signed is void; look at it again.")


class OutOfOrder(PayRefused):
    message = _("This step is not due: somebody else was quicker, or an earlier step is missing.")


class SamePerson(PayRefused):
    message = _("Whoever prepared, reviewed or signed the report already cannot sign it at another stage.")


class OwnPay(PayRefused):
    message = _("Nobody decides on a report that holds their own pay.")


class MonthClosed(PayRefused):
    message = _("The month is closed. What arrives now becomes an adjustment in the open month.")


class MonthNotOver(PayRefused):
    """The month, or the last week of activity that it counts, is not over (reading 38)."""

    def __init__(self, ready_on: date) -> None:
        text = _(
            "This is a draft: the month and its last week are not over. It can be reviewed and signed from %(on)s on."
        )
        super().__init__(text % {"on": date_format(ready_on, "DATE_FORMAT")})
        self.ready_on = ready_on


class WeekNotJudged(PayRefused):
    message = _("The last week's work logs are just being judged. Try again in some minutes.")


class DetailNotAccepted(PayRefused):
    message = _("The business detail of some people has not been accepted yet.")


class ReasonMissing(PayRefused):
    message = _("Give a reason.")


class NothingToAnswer(PayRefused):
    message = _("This question has been answered already.")


def must_hold(actor: User | None, power: Power, unit: Unit) -> None:
    """Raises `PermissionDenied`. No actor: a command or the schedule, which answer for themselves."""
    if actor is not None and not actor.authority.may(power, unit.path):
        raise PermissionDenied


def must_be_over(run: PayRun, on: date) -> None:
    """Raises `MonthNotOver` or `WeekNotJudged` where the run's figures still grow."""
    if on < (ready_on := ready_from(run)):
        raise MonthNotOver(ready_on)
    if not is_judged(run):
        raise WeekNotJudged


def given(reason: str, limit: int = 200) -> str:
    """The reason without blanks around it. Raises `ReasonMissing`."""
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()[:limit]


def open_month(branch: Unit, month: Month) -> PayMonth:
    """The month's row, locked until the transaction ends, so that steps of one month come one after the other.

    Raises `MonthClosed`.
    """
    PayMonth.objects.get_or_create(branch=branch, month=month.first)
    row = PayMonth.objects.select_for_update().get(branch=branch, month=month.first)
    if row.closed_at:
        raise MonthClosed
    return row
