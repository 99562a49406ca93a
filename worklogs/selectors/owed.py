"""What is still to be judged anew: past weeks that rest on a calendar or on rules that have changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q

from attendance.models import CalendarChange
from core.periods import Week
from policies.models import ParameterValue
from worklogs.models import FollowedFact, WeekScore
from worklogs.parameters import CODES


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact nobody has followed yet; it bears on the days from `first` to `last`, without `last` on all since."""

    source: str
    pk: int
    first: date
    last: date | None = None


def facts_to_follow() -> list[Fact]:
    """Changes of the calendar, and rule values whether they begin in the past or not; two queries."""
    changes = _not_followed(CalendarChange, FollowedFact.Source.CALENDAR).values_list("pk", "on")
    values = _not_followed(ParameterValue, FollowedFact.Source.POLICY).filter(code__in=CODES, withdrawn_at=None)
    return [
        *(Fact(FollowedFact.Source.CALENDAR, pk, on, on) for pk, on in changes),
        *(Fact(FollowedFact.Source.POLICY, pk, from_on) for pk, from_on in values.values_list("pk", "from_on")),
    ]


def _not_followed(model: type[models.Model], source: str) -> models.QuerySet[models.Model]:
    followed = FollowedFact.objects.filter(source=source, fact_id=OuterRef("pk"))
    return model._default_manager.filter(~Exists(followed)).order_by("pk")


def weeks_touched(facts: Sequence[Fact], *, before: date) -> list[Week]:
    """The weeks judged before that the facts bear on, as far as they begin before a day; the oldest first."""
    if not facts:
        return []
    spans = Q(pk__in=[])
    for fact in facts:
        span = Q(week__gte=Week(fact.first).first)
        spans |= span & Q(week__lte=fact.last) if fact.last else span
    mondays = WeekScore.objects.filter(spans, week__lt=before).order_by("week").values_list("week", flat=True)
    return [Week(monday) for monday in mondays.distinct()]
