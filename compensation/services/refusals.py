"""Why something about pay is not done; the message is for the person who asked."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from compensation.models import PayMonth, PayRun
from compensation.selectors.readiness import is_judged, ready_from
from core.periods import Month
from core.refusals import MovedOn, NotDone, NotYours
from teams.models import Unit


class ContentChanged(MovedOn):
    text = _("The pay report has changed since you opened it. What was signed is void; look at it again.")


class OutOfOrder(MovedOn):
    text = _("This step is not due: somebody else was quicker, or an earlier step is missing.")


class SamePerson(NotYours):
    text = _("Whoever prepared, reviewed or signed the report already cannot sign it at another stage.")


class OwnPay(NotYours):
    text = _("Nobody decides on a report that holds their own pay.")


class PayMonthClosed(MovedOn):
    text = _("The month is closed. What arrives now becomes an adjustment in the open month.")


class MonthNotOver(NotDone):
    """The month, or the last week of activity that it counts, is not over (reading 38)."""

    text = _("This is a draft: the month and its last week are not over. It can be reviewed and signed from %(on)s on.")
    status = 409

    def __init__(self, ready_on: date) -> None:
        super().__init__(on=date_format(ready_on, "DATE_FORMAT"))
        self.ready_on = ready_on


class WeekNotJudged(NotDone):
    text, status = _("The last week's work logs are just being judged. Try again in some minutes."), 409


class DetailNotAccepted(NotDone):
    text, status = _("The business detail of some people has not been accepted yet."), 409


class NothingToAnswer(MovedOn):
    text = _("This question has been answered already.")


def still_growing(run: PayRun, on: date) -> MonthNotOver | WeekNotJudged | None:
    """Why the run's figures are not the last ones; nothing where they are."""
    if on < (ready_on := ready_from(run)):
        return MonthNotOver(ready_on)
    return None if is_judged(run) else WeekNotJudged()


def must_be_over(run: PayRun, on: date) -> None:
    """Raises `MonthNotOver` or `WeekNotJudged` where the run's figures still grow."""
    if refusal := still_growing(run, on):
        raise refusal


def open_month(branch: Unit, month: Month) -> PayMonth:
    """The month's row, locked until the transaction ends, so that steps of one month come one after the other.

    Raises `PayMonthClosed`.
    """
    PayMonth.objects.get_or_create(branch=branch, month=month.first)
    row = PayMonth.objects.select_for_update().get(branch=branch, month=month.first)
    if row.closed_at:
        raise PayMonthClosed
    return row
