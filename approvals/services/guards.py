"""Whose verb it is and whether it is still possible: every verb asks here, after it holds the request."""

from __future__ import annotations

from datetime import date

from accounts.models import User
from approvals.models import Assignment, Request, Round
from approvals.rules.names import FINISHED, RequestState
from approvals.rules.verbs import Verb, is_open_to
from approvals.services.refusals import (
    Finished,
    NotAsked,
    NotOnThisRoute,
    NotYourTurn,
    OwnRequest,
    UnderDecision,
    WithAuthor,
)
from core.refusals import NotYours
from teams.selectors.posts import leaders_of


def must_be_open_to(verb: Verb, request: Request) -> None:
    """Raises where the request is past the verb, not there yet, or on a route that does not know it."""
    state, route = RequestState(request.state), request.route
    if is_open_to(verb, state, fixed=route.fixed, without=route.without):
        return
    if state in FINISHED:
        raise Finished(state=request.get_state_display())
    if is_open_to(verb, state, fixed=False):
        raise NotOnThisRoute
    raise UnderDecision if state == RequestState.OPEN else WithAuthor


def must_be_author(request: Request, actor: User, on: date) -> None:
    """Raises `NotYours`, or what the subject says to those besides the author."""
    if not is_author(request, actor, on):
        if request.kind.may_submit is None:
            raise NotYours
        request.kind.may_submit(request.thing, actor)


def is_author(request: Request, actor: User, on: date) -> bool:
    """The author; where she has left, whoever leads her unit."""
    author = request.author
    if author is not None and (actor.pk == author.pk or not has_left(author, on)):
        return actor.pk == author.pk
    return any(user.pk == actor.pk for user in leaders_of(request.unit, on))


def has_left(user: User, on: date) -> bool:
    left_on = user.person.left_on if hasattr(user, "person") else None
    return not user.is_active or (left_on is not None and left_on <= on)


def asked_of(request: Request, actor: User, verb: Verb) -> tuple[Round, Assignment]:
    """The open round and what it asks of `actor` now. Raises `OwnRequest`, `NotYourTurn`, `NotAsked` and `NotYours`."""
    must_be_open_to(verb, request)
    if request.author_id == actor.pk:
        raise OwnRequest
    one = request.rounds.open().get()
    task = one.assignments.open().filter(user=actor).first()
    if task is not None:
        if not task.turn:
            raise NotYourTurn
        return one, task
    raise NotAsked if Assignment.objects.filter(round__request=request, user=actor).exists() else NotYours
