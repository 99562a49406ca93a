"""How a request goes on: rounds open and close, people are asked, it ends. For the verbs, which hold its lock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from approvals import texts
from approvals.models import Assignment, Request, RequestEvent, Round
from approvals.parameters import CLOCK, CUT_OFF, DAY_BEGINS, ESCALATE_AFTER
from approvals.rules.names import Ending, RequestState, Verdict
from approvals.rules.seats import asked, verdict
from approvals.rules.verbs import Verb
from approvals.rules.worktime import WorkTime
from approvals.selectors.signers import Signer, signers_of
from approvals.subjects import is_workday
from core.clock import day_of
from core.explain import N_
from core.refusals import NotDone
from core.said import Said
from messaging.telling import tell
from policies.selectors import values_on

WRONG_DAY = _("The working day of requests ends before it begins; set its hours right in the rules.")
OPENED = N_("%(stage)s: waits for %(names)s")
EMPTY = N_("%(stage)s: nobody holds the post; it waits for a stand-in")
STEPPED_UP = N_("%(stage)s: the post is empty or the author's own; %(names)s, next above, is asked")
ENDED = {
    RequestState.AGREED: N_("Agreed; the request is finished"),
    RequestState.REFUSED: N_("Refused; the request is finished"),
    RequestState.WITHDRAWN: N_("Withdrawn"),
}
WORDS = {
    RequestState.AGREED: N_("agreed"),
    RequestState.REFUSED: N_("not agreed"),
    RequestState.WITHDRAWN: N_("withdrawn"),
}


def held(request: Request) -> Request:
    """The request as it stands, locked until the transaction ends."""
    return Request.objects.select_for_update(of=("self",)).select_related("unit", "author").get(pk=request.pk)


def keep(
    request: Request, verb: Verb, text: str, now: datetime, by: User | None = None, *, remark: str = "", **values: Any
) -> RequestEvent:
    return RequestEvent.objects.create(
        request=request, at=now, by=by, by_name=by.name if by else "", verb=verb, text=text,
        values={name: str(value) for name, value in values.items()}, remark=remark, version=request.version,
    )  # fmt: skip


def tell_of(
    request: Request, users: Iterable[User | int | None], text: str, now: datetime, nth: object, **more: Any
) -> None:
    """Told once for `nth`, with a link to the request."""
    tell(
        [user for user in users if user], text, about=request, nth=nth, now=now, place=request.unit.path,
        link=request.kind.link(request.thing) if request.kind.doors else reverse("approvals:request", args=[request.public_id]),
        title=request.title, number=request.number, author=request.author.name if request.author else "", **more,
    )  # fmt: skip


def worktime_of(request: Request, now: datetime) -> tuple[WorkTime, timedelta]:
    """How its deadlines are counted, and how long after one the next above is asked."""
    on = day_of(now)
    values = values_on(CLOCK, unit_ids=[request.unit_id], on=on)[request.unit_id]
    begins, ends, hours = (values[code].value for code in (DAY_BEGINS, CUT_OFF, ESCALATE_AFTER))
    if begins >= ends:
        raise NotDone(WRONG_DAY)
    return WorkTime(is_workday, begins, ends), timedelta(hours=hours)


def open_round(request: Request, stage: int, now: datetime) -> Round:
    """A new pass through a stage, which asks all of its people anew and has its deadline armed anew."""
    request.at_stage, request.state = stage, Request.State.OPEN
    request.save(update_fields=["at_stage", "state"])
    due_at = None
    if (hours := request.stage.hours) is not None:
        due_at = worktime_of(request, now)[0].after(timezone.localtime(now), timedelta(hours=hours))
    number = request.rounds.count() + 1
    one = Round.objects.create(request=request, number=number, stage=stage, opened_at=now, due_at=due_at)
    signers = signers_of(request, request.stage, day_of(now))
    for seat, signer in enumerate(signers):
        ask(one, signer, now, seat=seat)
    stepped = any(signer.empty for signer in signers)
    text = STEPPED_UP if stepped else OPENED if signers else EMPTY
    keep(request, Verb.SUBMIT, text, now, stage=request.stage.label, names="、".join(s.user.name for s in signers))
    turn(one, now)
    return one


def ask(one: Round, signer: Signer, now: datetime, *, seat: int, place: int = 0, **more: Any) -> Assignment:
    return Assignment.objects.create(
        round=one, seat=seat, place=place, user=signer.user, behalf=signer.behalf, name=signer.user.name,
        role=signer.role, unit=signer.unit, opened_at=now, **more,
    )  # fmt: skip


def end(assignments: Iterable[Assignment], outcome: Ending, now: datetime, **said: Any) -> None:
    for one in assignments:
        one.outcome, one.ended_at, one.turn = outcome, now, False
        for name, value in said.items():
            setattr(one, name, value)
        one.save(update_fields=["outcome", "ended_at", "turn", *said])


def turn(one: Round, now: datetime) -> None:
    """Mark whose turn it is, and tell those whose turn it becomes."""
    assignments = list(one.assignments.select_related("user"))
    turns = asked(one.request.stage.how, [each.task for each in assignments])
    for each in assignments:
        if each.turn != (each.pk in turns):
            each.turn = each.pk in turns
            each.save(update_fields=["turn"])
            if each.turn:
                tell_of(one.request, [each.user], texts.WAITS, now, each.pk, stage=Said(one.request.stage.label))


def close_round(one: Round, result: Round.Result, now: datetime, rest: Ending = Ending.NOT_NEEDED) -> None:
    """Nobody stays asked: what was open ends as `rest`."""
    end(one.assignments.open(), rest, now)
    one.closed_at, one.result = now, result
    one.save(update_fields=["closed_at", "result"])


def settle(one: Round, now: datetime, actor: User | None) -> None:
    """After a word: the next is asked, the next stage opens, or the request ends, as arithmetic says."""
    request, stage = one.request, one.request.stage
    came_to = verdict(stage.how, [each.task for each in one.assignments.all()], stage.part)
    if came_to == Verdict.OPEN:
        one.looked_on = None  # whoever could not be asked beside somebody may be now
        one.save(update_fields=["looked_on"])
        turn(one, now)
        return
    close_round(one, Round.Result(came_to), now)
    if came_to == Verdict.REFUSED:
        finish(request, RequestState.REFUSED, now, actor)
    elif request.at_stage + 1 < len(request.route.stages):
        open_round(request, request.at_stage + 1, now)
    else:
        finish(request, RequestState.AGREED, now, actor)


def finish(request: Request, state: RequestState, now: datetime, actor: User | None, remark: str = "") -> None:
    """The request ends: kept, done what it is about, and told to its author and, if withdrawn, to those asked."""
    request.state, request.finished_at = Request.State(state), now
    if state == RequestState.AGREED and request.holds_from is None:
        request.holds_from = day_of(now)
    request.save(update_fields=["state", "finished_at", "holds_from"])
    keep(request, Verb.WITHDRAW if state == RequestState.WITHDRAWN else Verb.SUBMIT, ENDED[state], now, remark=remark)
    kind = request.kind
    hook = {
        RequestState.AGREED: kind.agreed,
        RequestState.REFUSED: kind.refused,
        RequestState.WITHDRAWN: kind.withdrawn,
    }[state]
    hook(request, request.thing, actor, now)
    if request.author_id != (actor and actor.pk):
        last = Assignment.objects.filter(round__request=request).exclude(remark="").order_by("-ended_at").first()
        tell_of(
            request, [request.author_id], texts.FINISHED, now, "finished",
            state=Said(WORDS[state]), remark=last.remark if last else "",
        )  # fmt: skip
