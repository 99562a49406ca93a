"""What time does: follows postings, reminds those who are late, asks the next above. Never a silent yes (rule 4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from approvals.models import Assignment, Request, Round
from approvals.rules.names import Ending, Quorum, RequestState
from approvals.rules.verbs import Verb, is_open_to
from approvals.selectors.signers import Signer, above
from approvals.services.following import follow_posts
from approvals.services.moving import ask, end, held, keep, turn, worktime_of
from approvals.services.questions import reminded
from core.clock import day_of
from core.explain import N_

AT_ONCE = 500  # requests a tick
ESCALATED = N_("%(before)s did not decide in time; %(names)s, next above, is asked")


def look_after_requests(*, now: datetime) -> int:
    """Whatever is due by now, request by request; how many were reminded of or went up. Harmless twice.

    Posts are followed once a day, those of empty rounds each time; so a tick costs what is due, not what is open.
    """
    moved = 0
    for pk in _due(now).values_list("request", flat=True)[:AT_ONCE]:
        with transaction.atomic():
            moved += _look_after(held(Request(pk=pk)), now)
    return moved


def _due(now: datetime) -> QuerySet[Round]:
    asked = Assignment.objects.open().filter(round=OuterRef("pk"))
    late = Q(due_at__lte=now, left_seconds=None)
    unseen = Q(looked_on=None) | Q(looked_on__lt=day_of(now))
    rounds = Round.objects.open().filter(request__state=Request.State.OPEN)
    return rounds.filter(late | unseen | ~Exists(asked)).order_by(F("looked_on").asc(nulls_first=True), "due_at", "pk")


def _look_after(request: Request, now: datetime) -> bool:
    if request.state != Request.State.OPEN:
        return False
    follow_posts(request, now)
    one = request.rounds.open().get()
    one.looked_on = day_of(now)
    one.save(update_fields=["looked_on"])
    if one.left_seconds is not None or one.due_at is None or one.due_at > now:
        return False
    worktime, patience = worktime_of(request, now)
    late = worktime.between(timezone.localtime(one.due_at), timezone.localtime(now))
    if late >= patience and _escalate(one, now):
        return True
    if one.reminded_at is not None and day_of(one.reminded_at) >= day_of(now):
        return False
    one.reminded_at = now
    one.save(update_fields=["reminded_at"])
    reminded(one, now)
    return True


def _escalate(one: Round, now: datetime) -> bool:
    """Ask the next above instead of each whose turn it was; whether there was one."""
    request, on = one.request, day_of(now)
    if not is_open_to(Verb.ESCALATE, RequestState.OPEN, fixed=request.route.fixed):
        return False
    waiting = list(one.assignments.open().filter(turn=True).select_related("user", "unit"))
    if request.stage.how == Quorum.ANY:
        waiting = waiting[:1]  # any of them decides: the next above beside the others, not one above for each
    out = {request.author_id, *request.kind.excluded(request.thing)}
    out |= set(one.assignments.values_list("user", flat=True))
    went = False
    for each in waiting:
        user = above(each.unit or request.unit, on, out)
        if user is None:
            continue
        out.add(user.pk)
        end([each], Ending.ESCALATED, now)
        ask(
            one,
            Signer(user, unit=each.unit),
            now,
            seat=each.seat,
            place=each.place,
            added_by=each.added_by,
            by_post=False,
        )
        keep(request, Verb.ESCALATE, ESCALATED, now, before=each.name, names=user.name)
        went = True
    if went:
        hours = request.stage.hours or 0
        one.due_at = worktime_of(request, now)[0].after(timezone.localtime(now), timedelta(hours=hours))
        one.reminded_at = None
        one.save(update_fields=["due_at", "reminded_at"])
        turn(one, now)
    return went
