"""What waits for me with age and deadline, my requests, what I have decided."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.requests import AuthedRequest
from approvals.models import Assignment, Request
from approvals.selectors import inbox
from approvals.selectors.sheet import MET
from core.listings import COUNT, DAY, STATE, Cell, Listing, ListingColumn, listed
from core.templatetags.components import shown

REQUEST = (ListingColumn(gettext_lazy("Request")), ListingColumn(gettext_lazy("Unit")))
AUTHOR = ListingColumn(gettext_lazy("Author"))
WAITING = (
    *REQUEST,
    AUTHOR,
    ListingColumn(gettext_lazy("Asked"), DAY),
    ListingColumn(gettext_lazy("Waiting for"), COUNT),
    ListingColumn(gettext_lazy("Due"), DAY),
)
MINE = (
    *REQUEST,
    ListingColumn(gettext_lazy("State"), STATE),
    ListingColumn(gettext_lazy("Waits for")),
    ListingColumn(gettext_lazy("Submitted"), DAY),
)
DONE = (
    *REQUEST,
    AUTHOR,
    ListingColumn(gettext_lazy("My opinion"), STATE),
    ListingColumn(gettext_lazy("Decided"), DAY),
    ListingColumn(gettext_lazy("State"), STATE),
)
STATES = {"agreed": "good", "refused": "bad", "with_author": "warn", "open": "accent", "withdrawn": "off"}
VIEWS = {
    "waiting": gettext_lazy("Waiting for me"),
    "mine": gettext_lazy("My requests"),
    "done": gettext_lazy("Decided by me"),
    "delegations": gettext_lazy("Delegations"),
}


def beside(here: str) -> list[dict[str, Any]]:
    """The pages of requests, for the bar above each of them."""
    return [
        {"label": label, "url": reverse(f"approvals:{name}"), "here": name == here} for name, label in VIEWS.items()
    ]


@require_safe
def waiting(request: AuthedRequest) -> HttpResponse:
    now, rows = timezone.now(), inbox.waiting_for(request.user)
    listing = Listing(
        VIEWS["waiting"], WAITING, rows, partial(_waiting, now), none=_("Nothing waits for your decision")
    )
    return listed(request, listing, now=now, beside=beside("waiting"), clause="D4.c")


@require_safe
def mine(request: AuthedRequest) -> HttpResponse:
    listing = Listing(
        VIEWS["mine"], MINE, inbox.written_by(request.user), _mine, none=_("You have submitted nothing yet")
    )
    return listed(request, listing, now=timezone.now(), beside=beside("mine"), clause="D4.c")


@require_safe
def done(request: AuthedRequest) -> HttpResponse:
    listing = Listing(
        VIEWS["done"], DONE, inbox.decided_by(request.user), _done, none=_("You have decided nothing yet")
    )
    return listed(request, listing, now=timezone.now(), beside=beside("done"), clause="D4.c")


def _about(request: Request) -> tuple[Cell, str]:
    href = reverse("approvals:request", args=[request.public_id])
    return Cell(request.title, note=request.number, href=href), request.unit.name


def _author(request: Request) -> str:
    return request.author.name if request.author else ""


def _waiting(now: datetime, one: Assignment) -> tuple[Any, ...]:
    request, due_at = one.round.request, one.round.due_at
    days = (now - one.opened_at).days
    age = Cell(days, says=ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if days else _("since today"))
    due: Any = due_at
    if one.round.left_seconds is not None:
        due = Cell(due_at, says=_("a question lies with the author"))
    elif due_at is not None and due_at < now:
        due = Cell(due_at, says=_("overdue since %(at)s") % {"at": shown(due_at)}, met="bad", kind=STATE)
    behalf = _("for %(name)s") % {"name": one.behalf.name} if one.behalf else ""
    return *_about(request), Cell(_author(request), note=behalf), one.opened_at, age, due


def _mine(one: Any) -> tuple[Any, ...]:
    names = "、".join(each.name for open_round in one.open_rounds for each in open_round.asked)
    return *_about(one), Cell(one.get_state_display(), met=STATES[one.state]), names, one.submitted_at


def _done(one: Assignment) -> tuple[Any, ...]:
    request = one.round.request
    word = Cell(one.get_outcome_display(), met=MET[one.outcome], note=one.remark)
    return (
        *_about(request),
        _author(request),
        word,
        one.ended_at,
        Cell(request.get_state_display(), met=STATES[request.state]),
    )
