"""What came of a call to somebody responsible for a laggard, and the plan demanded in it (S7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import day_of
from core.editing import Seen
from core.refusals import NotDone, ReasonMissing
from messaging import services as messaging
from messaging.models import PhoneTask
from messaging.telling import tell
from supervision.models import PlanDemand, Reminder
from supervision.services.notes import Later
from supervision.wording import week_in_words

LONGEST = timedelta(days=366)  # until a plan is due


class PlanNeedsACall(NotDone):
    field = "demands_plan"
    text = _("A plan can only be demanded of somebody who was reached.")


class PlanDueInThePast(NotDone):
    field = "due_on"
    text = _("The plan cannot be due before today.")


class PlanDueTooLate(NotDone):
    field = "due_on"
    text = _("A plan is due within a year.")


@dataclass(frozen=True, slots=True)
class Demand:
    """A rectification plan that is demanded of somebody by a date."""

    asked_of: User
    due_on: date
    note: str = ""


@transaction.atomic
def record_call(
    *,
    call: Reminder,
    result: str,
    reason: str,
    demand: Demand | None = None,
    seen: Seen | None = None,
    actor: User,
    now: datetime,
) -> None:
    """Write down a call and, where one is made, the demand; whoever is to write the plan is told.

    Raises `ReasonMissing`, `PlanNeedsACall`, `PlanDueInThePast`, `PlanDueTooLate`, messaging's `CallIsRecorded`, and
    `ChangedMeanwhile` where something else was recorded than was `seen`.
    """
    reached = result == PhoneTask.Result.REACHED
    if reached and not reason.strip():
        raise ReasonMissing(_("Somebody was reached: write down the reason given."))
    if demand is not None and not reached:
        raise PlanNeedsACall
    if demand is not None and demand.due_on < day_of(now):
        raise PlanDueInThePast
    if demand is not None and demand.due_on > day_of(now) + LONGEST:
        raise PlanDueTooLate
    task = messaging.record_call(
        task=call.message.phone_task, result=result, reason=reason, seen=seen, actor=actor, now=now
    )
    if demand is not None:
        _demand_plan(call, task, demand, actor, now)


def _demand_plan(call: Reminder, task: PhoneTask, demand: Demand, actor: User, now: datetime) -> None:
    if call.entry is None:
        raise PlanNeedsACall
    if PlanDemand.objects.filter(call=task).exists():  # the form was sent twice: one result, one demand
        return
    PlanDemand.objects.create(
        call=task,
        unit=call.entry.unit,
        asked_of=demand.asked_of,
        demanded_by=actor,
        demanded_at=now,
        due_on=demand.due_on,
        note=demand.note.strip(),
    )
    tell(
        [demand.asked_of],
        "supervision.plan_demanded",
        about=task,
        now=now,
        link=reverse("supervision:list", args=[call.run.public_id]),
        due_on=demand.due_on,
        unit=call.entry.unit.name,
        due=demand.due_on,
        week=Later(week_in_words, call.run.period),
        by=actor.name,
        note=demand.note.strip(),
    )
