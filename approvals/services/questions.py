"""A question to the author, her answer, and a reminder to those whose turn it is (rules 4 and 9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from approvals import texts
from approvals.models import Request, RequestEvent, Round
from approvals.rules.verbs import Verb
from approvals.services.guards import asked_of, must_be_author, must_be_open_to
from approvals.services.moving import held, keep, tell_of, worktime_of
from approvals.services.refusals import NoQuestion, QuestionOpen, RemindedAlready
from core.clock import day_of
from core.explain import N_
from core.refusals import NotYours, given
from core.said import Said

ASKED = N_("Asks the author; the deadline stands still")
ANSWERED = N_("Answered; the deadline runs again")
REMINDED = N_("Reminded %(names)s")
NO_DEADLINE = N_("as soon as possible")
BETWEEN_REMINDERS = timedelta(hours=1)


@transaction.atomic
def ask_author(*, request: Request, actor: User, remark: str, now: datetime) -> None:
    """A question lies with the author: the deadline stands still until she answers. Raises `QuestionOpen`."""
    request = held(request)
    one, _task = asked_of(request, actor, Verb.ASK)
    if one.left_seconds is not None:
        raise QuestionOpen
    left = timedelta(0)
    if one.due_at:
        left = worktime_of(request, now)[0].between(timezone.localtime(now), timezone.localtime(one.due_at))
    one.left_seconds = int(left.total_seconds())
    one.save(update_fields=["left_seconds"])
    step = keep(request, Verb.ASK, ASKED, now, actor, remark=given(remark, 300))
    tell_of(request, [request.author_id], texts.ASKED, now, step.pk, by=actor.name, remark=step.remark)


@transaction.atomic
def answer(*, request: Request, actor: User, remark: str, now: datetime) -> None:
    """The author's answer; the deadline runs on with what was left of it. Raises `NoQuestion`."""
    request = held(request)
    must_be_author(request, actor, day_of(now))
    must_be_open_to(Verb.ANSWER, request)
    one = request.rounds.open().get()
    if one.left_seconds is None:
        raise NoQuestion
    if one.due_at:
        left = timedelta(seconds=one.left_seconds)
        one.due_at = worktime_of(request, now)[0].after(timezone.localtime(now), left)
    one.left_seconds = None
    one.save(update_fields=["left_seconds", "due_at"])
    step = keep(request, Verb.ANSWER, ANSWERED, now, actor, remark=given(remark, 300))
    tell_of(request, whose_turn(one), texts.ANSWERED, now, step.pk, by=actor.name, remark=step.remark)


@transaction.atomic
def remind(*, request: Request, actor: User, now: datetime) -> RequestEvent:
    """Remind those whose turn it is, or the author it was returned to; at most once an hour. Raises `RemindedAlready`."""
    request = held(request)
    if not Request.objects.visible_to(actor).filter(pk=request.pk).exists():
        raise NotYours
    must_be_open_to(Verb.REMIND, request)
    if request.steps.filter(verb=Verb.REMIND, at__gt=now - BETWEEN_REMINDERS).exists():
        raise RemindedAlready
    return reminded(request.rounds.open().get(), now, actor)


def reminded(one: Round, now: datetime, actor: User | None = None) -> RequestEvent:
    """Tell those whose turn it is once more."""
    request = one.request
    waiting = list(one.assignments.open().filter(turn=True))
    step = keep(request, Verb.REMIND, REMINDED, now, actor, names="、".join(each.name for each in waiting))
    due = timezone.localtime(one.due_at).strftime("%Y-%m-%d %H:%M") if one.due_at else Said(NO_DEADLINE)
    tell_of(request, [each.user_id for each in waiting], texts.REMINDER, now, step.pk, due=due)
    return step


def whose_turn(one: Round) -> list[int]:
    return list(one.assignments.open().filter(turn=True).values_list("user", flat=True))
