"""Who answers which logs (S4.1.f): how many answers each writer had, how many are still owed to her, and by whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import User
from core.periods import Week
from teams.models import Posting, Unit, below
from teams.selectors.posts import LEADING_ROLE
from worklogs.models import Reply, WorkLog


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one writer: how many of her logs of the week are answered, and by Monday how many answers a week still owes her.

    A week owes no more than it has logs without an answer; `oldest` is the first of these.
    """

    answered: int
    owed: Mapping[date, int]
    oldest: date | None


NONE = Answers(0, {}, None)


def answers(owed: Mapping[int, int], units: Collection[Unit], on: date) -> dict[int, Answers]:
    """Per person the answers she had and those still owed, in the week of a day and the one before it; one query.

    `owed` are the answers each person is to have in a week; logs count that were written in `units`.
    """
    week = Week(on)
    waits = Q(state=WorkLog.State.SUBMITTED, replied=False, on__lte=on) & below(*units, path="unit__path")
    rows = (
        WorkLog.objects.filter(person__in=owed, on__gte=week.previous().first, on__lt=week.end)
        .annotate(is_now=ExpressionWrapper(Q(on__gte=week.first), output_field=BooleanField()))
        .order_by()
        .values_list("person", "is_now")
        .annotate(given=Count("pk", filter=answered_by_own_leader()), left=Count("pk", filter=waits))
        .annotate(oldest=Min("on", filter=waits))
    )
    given: Counter[int] = Counter()
    still: dict[int, dict[date, int]] = defaultdict(dict)
    oldest: dict[int, date] = {}
    for person, is_now, answered, left, first in rows:
        if is_now:
            given[person] = answered
        if missing := min(left, max(owed[person] - answered, 0)):
            still[person][week.first if is_now else week.previous().first] = missing
            oldest[person] = min(first, oldest.get(person, first))
    return {person: Answers(given[person], still[person], oldest.get(person)) for person in {*given, *still}}


def is_to_answer(user: User, on: date) -> Q:
    """Of a log: it waits for an answer that is this leader's own to give. Nobody answers her own logs."""
    waits = Q(state=WorkLog.State.SUBMITTED, replied=False, on__gte=Week(on).previous().first, on__lte=on)
    return waits & Q(unit__in=units_answered_by(user)) & ~Q(person__user=user)


def owed_of(logs: Iterable[WorkLog], still: Mapping[date, int]) -> list[WorkLog]:
    """Of one writer's logs without an answer, given in their order, as many of each week as are still owed."""
    left = dict(still)
    found = []
    for log in logs:
        monday = Week(log.on).first
        if left.get(monday):
            left[monday] -= 1
            found.append(log)
    return found


def units_answered_by(user: User) -> QuerySet[Unit]:
    """The units one leads, and those right below them that nobody leads today."""
    authority = user.authority
    led = [held.unit_id for held in authority.held if LEADING_ROLE.get(held.kind) == held.role]
    leading = Posting.objects.on(authority.on).filter(unit=OuterRef("pk"), role__in=LEADING_ROLE.values())
    return Unit.objects.filter(Q(pk__in=led) | Q(~Exists(leading), parent__in=led))


def answered_logs(people: Iterable[int], week: Week) -> dict[int, int]:
    """How many of each person's logs of the week her own leader has answered (S4.1.f); two answers to one log count once."""
    logs = WorkLog.objects.filter(answered_by_own_leader(), person__in=list(people))
    logs = logs.filter(on__gte=week.first, on__lt=week.end)
    return dict(logs.order_by().values_list("person").annotate(count=Count("pk")))


def answered_by_own_leader() -> Exists:
    """That a log was answered by who led the writer's unit on the day of the answer, a stand-in included.

    Where nobody led it then, the leader of the unit above answers instead.
    """
    leading = Posting.objects.filter(
        Q(to_on=None) | Q(to_on__gt=OuterRef("day")), role__in=LEADING_ROLE.values(), from_on__lte=OuterRef("day")
    )
    own = leading.filter(unit=OuterRef("log__unit"))
    above = leading.filter(unit=OuterRef("log__unit__parent"))
    by_own, by_above = (Exists(posts.filter(person__user=OuterRef("author"))) for posts in (own, above))
    given = Reply.objects.annotate(day=TruncDate("at")).filter(log=OuterRef("pk"))
    return Exists(given.filter(by_own | (~Exists(own) & by_above)))
