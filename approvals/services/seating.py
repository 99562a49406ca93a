"""Handing a decision over, adding and removing signers, delegating for a time (rules 5 and 8)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from approvals import texts
from approvals.models import Assignment, Delegation, Request, Round
from approvals.rules.names import Ending, Placing
from approvals.rules.verbs import Verb
from approvals.selectors.signers import Signer
from approvals.services.following import follow_posts, shift
from approvals.services.guards import asked_of, has_left, must_be_open_to
from approvals.services.moving import ask, end, held, keep, settle, tell_of, turn
from approvals.services.refusals import AskedAlready, HasSpoken, OwnRequest
from core.clock import day_of
from core.explain import N_
from core.refusals import NotDone, NotYours

HANDED = N_("handed the decision to %(names)s")
ADDED = {
    Placing.BEFORE: N_("asks %(names)s first"),
    Placing.AFTER: N_("asks %(names)s as well, afterwards"),
    Placing.BESIDE: N_("asks %(names)s as well"),
}
REMOVED = N_("no longer asks %(names)s")
NOT_ASKED = N_("you are not asked any more")


def _can_be_asked(request: Request, one: Round, whom: User, on: date) -> None:
    """Raises `OwnRequest`, `AskedAlready`, and `NotDone` for whom is not with the firm."""
    if whom.pk == request.author_id or whom.pk in request.kind.excluded(request.thing):
        raise OwnRequest
    if one.assignments.open().filter(user=whom).exists():
        raise AskedAlready(name=whom.name)
    if has_left(whom, on):
        raise NotDone(_("%(name)s is not with the firm."), name=whom.name, field="whom")


@transaction.atomic
def transfer(*, request: Request, whom: User, actor: User, now: datetime, remark: str = "") -> Assignment:
    """Let somebody else decide in one's place. After adding somebody before oneself it waits for her word first."""
    request = held(request)
    follow_posts(request, now)
    one, task = asked_of(request, actor, Verb.TRANSFER)
    _can_be_asked(request, one, whom, day_of(now))
    end([task], Ending.TRANSFERRED, now, remark=remark.strip()[:300])
    signer = Signer(whom, unit=task.unit)
    new = ask(one, signer, now, seat=task.seat, place=task.place, added_by=task.added_by, by_post=False)
    keep(request, Verb.TRANSFER, HANDED, now, actor, remark=remark.strip()[:300], names=whom.name)
    turn(one, now)
    return new


@transaction.atomic
def add_signer(
    *, request: Request, whom: User, place: Placing, actor: User, now: datetime, remark: str = ""
) -> Assignment:
    """Ask somebody before, after, or beside oneself. Before: her refusal stands, and one is not asked."""
    request = held(request)
    follow_posts(request, now)
    one, task = asked_of(request, actor, Verb.ADD)
    _can_be_asked(request, one, whom, day_of(now))
    seat, at = task.seat, task.place
    if place == Placing.BESIDE:
        seat, at = max(one.assignments.values_list("seat", flat=True)) + 1, 0
    else:
        at += place == Placing.AFTER
        shift(one, seat, at)
    new = ask(one, Signer(whom, unit=task.unit), now, seat=seat, place=at, added_by=actor, by_post=False)
    keep(request, Verb.ADD, ADDED[place], now, actor, remark=remark.strip()[:300], names=whom.name)
    turn(one, now)
    return new


@transaction.atomic
def remove_signer(*, request: Request, whom: User, actor: User, now: datetime) -> None:
    """Ask somebody no more whom one has added and who has not spoken. Raises `HasSpoken`."""
    request = held(request)
    must_be_open_to(Verb.REMOVE, request)
    one = request.rounds.open().get()
    added = one.assignments.filter(added_by=actor, user=whom).order_by("-pk").first()
    if added is None:
        raise NotYours
    if added.outcome:
        raise HasSpoken
    end([added], Ending.NOT_NEEDED, now)
    keep(request, Verb.REMOVE, REMOVED, now, actor, names=whom.name)
    tell_of(request, [whom], texts.GONE, now, f"removed:{added.pk}", why=NOT_ASKED)
    settle(one, now, actor)


@transaction.atomic
def delegate(
    *, giver: User, taker: User, from_on: date, to_on: date | None, actor: User, now: datetime, subject: str = ""
) -> Delegation:
    """Let somebody decide for one, from a day until before another; what waits already goes to her when it begins."""
    if actor.pk != giver.pk:
        raise NotYours
    if taker.pk == giver.pk or has_left(taker, day_of(now)):
        raise NotDone(_("Choose somebody else of the firm."), field="taker")
    if to_on is not None and to_on <= max(from_on, day_of(now)):
        raise NotDone(_("It ends before it begins."), field="to_on")
    waiting = Assignment.objects.open().filter(user=giver)
    Round.objects.open().filter(assignments__in=waiting).update(looked_on=None)
    return Delegation.objects.create(
        giver=giver, taker=taker, subject=subject, from_on=from_on, to_on=to_on, made_at=now
    )


@transaction.atomic
def end_delegation(*, delegation: Delegation, actor: User, now: datetime) -> None:
    """From today on one decides oneself again; what the delegate was asked stays hers."""
    if actor.pk != delegation.giver_id:
        raise NotYours
    on = day_of(now)
    if delegation.from_on >= on:
        delegation.delete()
    elif delegation.to_on is None or delegation.to_on > on:
        delegation.to_on = on
        delegation.save(update_fields=["to_on"])
