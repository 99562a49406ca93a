"""Posts change hands while a request is under decision, decisions are delegated, people leave (rules 7 and 8)."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import F

from approvals.models import Assignment, Request, Round
from approvals.rules.names import Ending, Quorum
from approvals.rules.verbs import Verb
from approvals.selectors.signers import Signer, above, signers_of
from approvals.services.moving import ask, end, keep, turn
from core.clock import day_of
from core.explain import N_

MOVED = N_("%(before)s no longer decides here; %(names)s is asked")
JOINED = N_("%(names)s is asked as well, by the post")
DELEGATED = N_("%(before)s has delegated the decision to %(names)s")
UP = N_("%(before)s has left; %(names)s, next above, is asked")


def follow_posts(request: Request, now: datetime) -> None:
    """Ask whom the stage asks by the postings and delegations of today, and nobody who is not asked by them any more."""
    one = request.rounds.open().first()
    if one is None:
        return
    on = day_of(now)
    here = list(one.assignments.select_related("user", "behalf", "unit"))
    by_post = [each for each in here if each.by_post and each.task.counts]
    signers = signers_of(request, request.stage, on)
    _follow_delegations(one, by_post, signers, now)
    there = {each.behalf_id or each.user_id for each in by_post} | {each.user_id for each in here if each.task.counts}
    there |= _handed_over(here)
    rightful = {signer.origin for signer in signers}
    gone = [each for each in by_post if not each.outcome and (each.behalf_id or each.user_id) not in rightful]
    for signer in signers:
        if signer.origin not in there and signer.user.pk not in there:
            _join(one, signer, gone, now, is_empty=not there)
            there.add(signer.origin)
    if request.stage.how == Quorum.ANY or request.route.fixed:
        end(gone, Ending.NOT_NEEDED, now)
    _replace_leavers(one, on, now)
    turn(one, now)


def _handed_over(here: list[Assignment]) -> set[int]:
    """Who gave a seat away by hand, or whose it went from in time: it is not asked of her again."""
    others = {each.seat for each in here if not each.by_post and each.task.counts}
    moved = (each for each in here if each.by_post and each.outcome in (Ending.TRANSFERRED, Ending.ESCALATED))
    return {each.behalf_id or each.user_id for each in moved if each.seat in others}


def _join(one: Round, signer: Signer, gone: list[Assignment], now: datetime, *, is_empty: bool) -> None:
    """On the seat of one who is gone; where any of them decides, or nobody is there yet, on a seat of her own."""
    if gone:
        before = gone.pop(0)
        _hand_on(before, signer, Ending.TRANSFERRED, MOVED, now)
    elif is_empty or one.request.stage.how == Quorum.ANY:
        last = one.assignments.order_by("-seat").values_list("seat", flat=True).first()
        ask(one, signer, now, seat=0 if last is None else last + 1)
        keep(one.request, Verb.ADD, JOINED, now, names=signer.user.name)


def _follow_delegations(one: Round, by_post: list[Assignment], signers: list[Signer], now: datetime) -> None:
    taken = set(one.assignments.open().values_list("user", flat=True))
    wanted = {signer.origin: signer for signer in signers if signer.behalf}
    for each in list(by_post):
        signer = wanted.get(each.behalf_id or each.user_id)
        if signer and not each.outcome and each.user_id != signer.user.pk and signer.user.pk not in taken:
            taken.add(signer.user.pk)
            by_post[by_post.index(each)] = _hand_on(each, signer, Ending.DELEGATED, DELEGATED, now)


def _hand_on(before: Assignment, signer: Signer, outcome: Ending, text: str, now: datetime) -> Assignment:
    """The seat goes from one to another."""
    one = before.round
    end([before], outcome, now)
    keep(one.request, Verb.TRANSFER, text, now, before=before.name, names=signer.user.name)
    return ask(one, signer, now, seat=before.seat, place=before.place, added_by=before.added_by, by_post=before.by_post)


def _replace_leavers(one: Round, on: date, now: datetime) -> None:
    """Who was named herself and has left is replaced by the next above."""
    request = one.request
    left = one.assignments.open().filter(by_post=False).select_related("user", "unit", "round")
    asked = {request.author_id, *one.assignments.open().values_list("user", flat=True)}
    for each in left.filter(user__person__left_on__lte=on) | left.filter(user__is_active=False):
        if user := above(each.unit or request.unit, on, asked):
            asked.add(user.pk)
            _hand_on(each, Signer(user, unit=each.unit), Ending.ESCALATED, UP, now)


def shift(one: Round, seat: int, since: int) -> None:
    """Make room in a seat's chain."""
    one.assignments.filter(seat=seat, place__gte=since).update(place=F("place") + 1)
