"""What the author does: submit, submit again, withdraw; and what was decided on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction

from accounts.models import User
from approvals import texts
from approvals.models import Request, Round
from approvals.routes import route
from approvals.rules.names import Ending, RequestState
from approvals.rules.verbs import Verb
from approvals.services.guards import must_be_author, must_be_open_to
from approvals.services.moving import close_round, finish, held, keep, open_round, tell_of
from approvals.services.refusals import NobodyNamed, UnderDecision
from approvals.subjects import Matter, subject
from core.clock import day_of
from core.explain import N_
from core.numbers import next_number
from core.refusals import given
from teams.models import Unit

SUBMITTED = N_("Submitted as version %(version)s")
ON_PAPER = N_("Decided on paper: %(ref)s, by %(whose)s")
HOLD_ENDED = N_("The approval ends on %(on)s")


def submit(
    *, name: str, thing: Any, actor: User, now: datetime, named: Sequence[Unit] = (), remark: str = ""
) -> Request:
    """Bring something for decision, or bring it again after it was returned: a new round asks everybody anew.

    Numbered without gaps per unit and year. Raises `NotYours`, `UnderDecision`, `NobodyNamed`, and what the subject raises.
    """
    kind = subject(name)
    with transaction.atomic():
        there = Request.objects.about(thing).filter(subject=name).undecided().first()
        if there is not None:
            return _again(held(there), thing, actor, now, remark)
        if kind.may_submit is not None:
            kind.may_submit(thing, actor)
        if any(stage.who.named for stage in route(kind.route).stages) and not named:
            raise NobodyNamed
        try:
            with transaction.atomic():
                request = _new(kind, thing, actor, now)
        except IntegrityError as somebody_was_quicker:
            raise UnderDecision from somebody_was_quicker
        request.named.set(named)
        keep(request, Verb.SUBMIT, SUBMITTED, now, actor, remark=remark, version=request.version)
        open_round(request, 0, now)
    return request


def _new(kind: Matter, thing: Any, actor: User | None, now: datetime, **more: Any) -> Request:
    unit, year = kind.unit(thing), day_of(now).year
    number = next_number(f"request:{unit.code}:{year}")
    return Request.objects.create(
        number=f"{unit.code}-{year}-{number:04d}", subject=kind.name, about_id=thing.pk, title=kind.title(thing)[:200],
        about_type=ContentType.objects.get_for_model(thing), unit=unit, author=actor, digest=kind.content(thing),
        route_data=route(kind.route).as_data(), submitted_at=now, **more,
    )  # fmt: skip


def _again(request: Request, thing: Any, actor: User, now: datetime, remark: str) -> Request:
    must_be_open_to(Verb.SUBMIT, request)  # decided or withdrawn meanwhile it is not begun again
    must_be_author(request, actor, day_of(now))
    digest = request.kind.content(thing)
    if digest != request.digest:
        request.version, request.digest = request.version + 1, digest
    request.title, request.author = request.kind.title(thing)[:200], actor
    request.save(update_fields=["version", "digest", "title", "author"])
    keep(request, Verb.SUBMIT, SUBMITTED, now, actor, remark=remark, version=request.version)
    open_round(request, 0, now)
    return request


@transaction.atomic
def withdraw(*, request: Request, actor: User, now: datetime, remark: str = "") -> Request:
    """Take it back while it is undecided. Raises `NotYours` and `Finished`."""
    request = held(request)
    must_be_author(request, actor, day_of(now))
    must_be_open_to(Verb.WITHDRAW, request)
    if one := request.rounds.open().first():
        waiting = [each.user_id for each in one.assignments.open().filter(turn=True)]
        close_round(one, Round.Result.WITHDRAWN, now, rest=Ending.WITHDRAWN)
        tell_of(request, waiting, texts.GONE, now, "withdrawn", why=remark)
    finish(request, RequestState.WITHDRAWN, now, actor, remark)
    return request


def record_on_paper(
    *, name: str, thing: Any, holds_from: date, ref: str, by: str, actor: User | None, now: datetime
) -> Request:
    """Record what was decided outside, by its document: agreed, and in force from a day on."""
    with transaction.atomic():
        ref, by = given(ref, 120), given(by, 120)
        request = _new(
            subject(name), thing, actor, now, state=Request.State.AGREED, finished_at=now, paper_ref=ref, paper_by=by,
            holds_from=holds_from,
        )  # fmt: skip
        keep(request, Verb.SUBMIT, ON_PAPER, now, actor, ref=ref, whose=by)
    return request


@transaction.atomic
def end_of(*, request: Request, ends_on: date, reason: str, actor: User, now: datetime) -> Request:
    """What was agreed no longer holds from a day on."""
    request = held(request)
    request.ended_on, request.end_reason, request.ended_by = ends_on, given(reason), actor
    request.save(update_fields=["ended_on", "end_reason", "ended_by"])
    keep(request, Verb.WITHDRAW, HOLD_ENDED, now, actor, remark=request.end_reason, on=ends_on.isoformat())
    return request
