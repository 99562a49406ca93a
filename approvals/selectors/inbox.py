"""My requests, what waits for me, what I have decided."""

from __future__ import annotations

from django.db.models import F, Prefetch, QuerySet

from accounts.models import User
from approvals.models import Assignment, Request, RequestEvent, Round
from approvals.rules.names import DECIDED, Ending

DONE = (*DECIDED, Ending.RETURNED)


def waiting_for(user: User) -> QuerySet[Assignment]:
    """What waits for one's decision, the first due first."""
    there = Assignment.objects.waiting_for(user).select_related(
        "round__request__unit", "round__request__author", "behalf"
    )
    return there.order_by(F("round__due_at").asc(nulls_last=True), "pk")


def written_by(user: User) -> QuerySet[Request]:
    """One's own requests, those returned to one first, then the latest, with whose turn it is."""
    asked = Prefetch(
        "rounds",
        Round.objects.open().prefetch_related(Prefetch("assignments", Assignment.objects.filter(turn=True), "asked")),
        "open_rounds",
    )
    own = Request.objects.filter(author=user).select_related("unit").prefetch_related(asked)
    return own.order_by(F("finished_at").desc(nulls_first=True), "-submitted_at", "-pk")


def decided_by(user: User) -> QuerySet[Assignment]:
    """What one decided or returned oneself, nobody else's decisions, the latest first."""
    own = Assignment.objects.filter(user=user, outcome__in=DONE)
    return own.select_related("round__request__unit", "round__request__author", "behalf").order_by("-ended_at", "-pk")


def as_read(requests: QuerySet[Request]) -> QuerySet[Request]:
    """With all that its page and its sheet show."""
    people = Assignment.objects.select_related("user", "behalf", "added_by", "unit")
    return requests.select_related("unit", "author", "ended_by", "about_type").prefetch_related(
        Prefetch("rounds", Round.objects.prefetch_related(Prefetch("assignments", people))),
        Prefetch("steps", RequestEvent.objects.all()),
        "named",
    )
