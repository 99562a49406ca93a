"""Saying yes or no, returning, and taking one's word back (rules 1 to 3, 6 and 9)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from approvals import texts
from approvals.models import Assignment, Request, Round
from approvals.rules.names import DECIDED, Ending
from approvals.rules.verbs import TRANSITIONS, Verb
from approvals.selectors.signers import holds_a_post, spoken_elsewhere
from approvals.services.following import follow_posts
from approvals.services.guards import asked_of, must_be_open_to
from approvals.services.moving import close_round, end, held, keep, open_round, settle, tell_of, turn
from approvals.services.refusals import AskedAlready, DecidedElsewhere, HasSpoken, NothingBefore, RequestChanged
from core.clock import day_of
from core.explain import N_
from core.refusals import NotYours, given
from core.said import Said

SAID = {
    Verb.AGREE: N_("agreed: %(stage)s"),
    Verb.REFUSE: N_("refused: %(stage)s"),
}
FOR = {
    Verb.AGREE: N_("agreed for %(behalf)s: %(stage)s"),
    Verb.REFUSE: N_("refused for %(behalf)s: %(stage)s"),
}
BEGUN_AGAIN = (Round.Result.RETURNED, Round.Result.CHANGED, Round.Result.RECALLED)
CHANGED = N_("The content has changed: version %(version)s; those who spoke are asked again")
TO_AUTHOR = N_("returned it to the author")
FELL_BACK = N_("Fell back to a draft: %(why)s")
STAGE_BACK = N_("returned it to the stage before: %(stage)s")
RECALLED = N_("took the opinion back")


def decide(*, request: Request, verb: Verb, actor: User, seen: str, now: datetime, remark: str = "") -> Assignment:
    """Agree with or refuse exactly the content with the digest `seen`; who says the same twice is given her word.

    Where the content is another by now, the opinions given on it are kept as of an older version, those who spoke are
    asked again, and the word is refused. Raises `RequestChanged`, `NotAsked`, `NotYourTurn`, `OwnRequest`, `DecidedElsewhere`.
    """
    remark = given(remark, 300) if TRANSITIONS[verb].says_why else remark.strip()[:300]
    with transaction.atomic():
        request = held(request)
        if own := _said_already(request, verb, actor, seen):
            return own
        must_be_open_to(verb, request)
        is_current = seen == request.digest and not has_changed(request, now)
        if is_current:
            _must_be_free(request, actor)
            follow_posts(request, now)
            one, task = asked_of(request, actor, verb)
            said = Ending.REMARKED if verb == Verb.AGREE and remark else TRANSITIONS[verb].ends
            end([task], said, now, said=said, remark=remark, version=request.version, digest=request.digest)  # type: ignore[arg-type]
            behalf = task.behalf.name if task.behalf else ""
            text = (FOR if behalf else SAID)[verb]
            keep(request, verb, text, now, actor, remark=remark, behalf=behalf, stage=request.stage.label)
            request.kind.spoke(request, request.thing, task, now)
            settle(one, now, actor)
    if not is_current:
        raise RequestChanged
    return task


def _said_already(request: Request, verb: Verb, actor: User, seen: str) -> Assignment | None:
    """What this person said in the round just now or in the one before, if it was just this, on just this content, and
    she is not asked anew: the second of two clicks. A word of a pass that was begun again is no word any more."""
    if Assignment.objects.waiting_for(actor).filter(round__request=request).exists():
        return None
    theirs = Assignment.objects.filter(
        round__request=request, round__number__gte=request.rounds.count() - 1, user=actor
    )
    last = theirs.exclude(round__result__in=BEGUN_AGAIN).order_by("-pk").first()
    yes = verb == Verb.AGREE
    if last is None or last.outcome not in DECIDED or last.digest != seen or (last.outcome == Ending.REFUSED) == yes:
        return None
    return last


def _must_be_free(request: Request, actor: User) -> None:
    if request.route.different and actor.pk in spoken_elsewhere(request, request.at_stage):
        raise DecidedElsewhere
    if actor.pk in request.kind.excluded(request.thing):
        raise DecidedElsewhere
    request.kind.may_decide(request.thing, actor)


def has_changed(request: Request, now: datetime) -> bool:
    """Whether the thing is another than the digest says; then it is a new version, and those who spoke are asked again."""
    digest = request.kind.content(request.thing)
    if digest == request.digest:
        return False
    request.version, request.digest = request.version + 1, digest
    request.save(update_fields=["version", "digest"])
    step = keep(request, Verb.SUBMIT, CHANGED, now, version=request.version)
    spoken = Assignment.objects.filter(round__request=request, outcome__in=DECIDED)
    one = request.rounds.open().get()
    told = set(spoken.values_list("user", flat=True)) | set(one.assignments.open().values_list("user", flat=True))
    if request.route.back_to_author:
        _to_author(one, now, Round.Result.CHANGED)
        request.kind.returned(request, request.thing, None, now, "")
    elif spoken.exists():
        close_round(one, Round.Result.CHANGED, now)
        open_round(request, 0, now)
    tell_of(request, told | {request.author_id}, texts.CHANGED, now, step.pk)
    return True


def _to_author(one: Round, now: datetime, result: Round.Result) -> None:
    close_round(one, result, now)
    one.request.state = Request.State.WITH_AUTHOR
    one.request.save(update_fields=["state"])


@transaction.atomic
def fall_back(*, request: Request, why: Said, now: datetime) -> None:
    """What it is about has fallen back to a draft: it lies with the author until it is submitted again.

    For a subject that finds out and tells its people itself.
    """
    request = held(request)
    if one := request.rounds.open().first():
        _to_author(one, now, Round.Result.CHANGED)
        keep(request, Verb.GIVE_BACK, FELL_BACK, now, why=str(why))


@transaction.atomic
def give_back(*, request: Request, actor: User, remark: str, now: datetime, to_author: bool = True) -> Request:
    """Return it, to the author or to the stage before; all that was open in the stage ends. Raises `NothingBefore`."""
    remark, request = given(remark, 300), held(request)
    follow_posts(request, now)
    one = _returned_by(request, actor, remark, now)
    if not to_author and request.at_stage == 0:
        raise NothingBefore
    if to_author:
        step = keep(request, Verb.GIVE_BACK, TO_AUTHOR, now, actor, remark=remark)
        _to_author(one, now, Round.Result.RETURNED)
        request.kind.returned(request, request.thing, actor, now, remark)
        if not request.kind.doors:
            tell_of(request, [request.author_id], texts.RETURNED, now, step.pk, by=actor.name, remark=remark)
        return request
    before = request.route.stages[request.at_stage - 1]
    keep(request, Verb.GIVE_BACK, STAGE_BACK, now, actor, remark=remark, stage=before.label)
    close_round(one, Round.Result.RETURNED, now)
    open_round(request, request.at_stage - 1, now)
    return request


def _returned_by(request: Request, actor: User, remark: str, now: datetime) -> Round:
    """The round that ends, with the word of whoever is asked in it; on some routes of whoever holds a post of any stage."""
    must_be_open_to(Verb.GIVE_BACK, request)
    if request.route.any_may_return and holds_a_post(request, actor, day_of(now)):
        one = request.rounds.open().get()
        end(one.assignments.open().filter(user=actor), Ending.RETURNED, now, remark=remark)
        return one
    one, task = asked_of(request, actor, Verb.GIVE_BACK)
    end([task], Ending.RETURNED, now, remark=remark)
    return one


@transaction.atomic
def recall(*, request: Request, actor: User, now: datetime) -> Assignment:
    """Take one's opinion back while nobody after it has spoken; it stays on the sheet, and one is asked again."""
    request = held(request)
    must_be_open_to(Verb.RECALL, request)
    words = Assignment.objects.filter(round__request=request, outcome__in=(*DECIDED, Ending.RETURNED))
    mine = words.filter(user=actor, outcome__in=DECIDED, version=request.version).order_by("-ended_at", "-pk").first()
    if mine is None:
        raise NotYours
    if words.filter(ended_at__gte=mine.ended_at).exclude(pk=mine.pk).exists():
        raise HasSpoken
    one = mine.round
    if one.assignments.open().filter(user=actor).exists():  # handed to her since: that is hers to decide now
        raise AskedAlready(name=actor.name)
    if one.closed_at is not None:
        _reopen(request, one, mine, now)
    end([mine], Ending.WITHDRAWN, now)
    asked_anew(mine, now)
    keep(request, Verb.RECALL, RECALLED, now, actor)
    turn(one, now)
    return mine


def _reopen(request: Request, one: Round, mine: Assignment, now: datetime) -> None:
    """The round that this word closed goes on; the one it opened ends, for nobody has spoken in it."""
    closed_at = one.closed_at
    for later in request.rounds.open():
        close_round(later, Round.Result.RECALLED, now)
    one.closed_at, one.result = None, ""
    one.save(update_fields=["closed_at", "result"])
    request.at_stage = one.stage
    request.save(update_fields=["at_stage"])
    for each in one.assignments.filter(outcome=Ending.NOT_NEEDED, ended_at=closed_at):
        if each.user_id != mine.user_id and not one.assignments.open().filter(user=each.user_id).exists():
            asked_anew(each, now)


def asked_anew(before: Assignment, now: datetime) -> Assignment:
    """The same person is asked again on the same seat."""
    return Assignment.objects.create(
        round=before.round, seat=before.seat, place=before.place, user=before.user, behalf=before.behalf,
        added_by=before.added_by, by_post=before.by_post, name=before.name, role=before.role, unit=before.unit,
        opened_at=now,
    )  # fmt: skip
