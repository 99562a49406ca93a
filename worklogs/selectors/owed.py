"""What is still to be judged: past weeks that rest on a calendar, rules or postings that have changed since, and weeks
that nobody judged when they were over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef

from attendance.models import CalendarChange
from core.periods import Week
from policies.models import ParameterValue
from teams.models import PlaceChange
from worklogs.models import FollowedFact, WeekScore
from worklogs.parameters import CODES

PLACE = FollowedFact.Source.PLACE


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact nobody has followed yet; it bears on the days from `first` to `last`, without `last` on all since, and on
    everybody or on one person."""

    source: str
    pk: int
    first: date
    last: date | None = None
    person: int | None = None


def facts_to_follow() -> list[Fact]:
    """Changes of the calendar, rule values whether they begin in the past or not, and changed places; three queries."""
    changes = _not_followed(CalendarChange, FollowedFact.Source.CALENDAR).values_list("pk", "on")
    values = _not_followed(ParameterValue, FollowedFact.Source.POLICY).filter(code__in=CODES, withdrawn_at=None)
    moved = _not_followed(PlaceChange, PLACE)
    return [
        *(Fact(FollowedFact.Source.CALENDAR, pk, on, on) for pk, on in changes),
        *(Fact(FollowedFact.Source.POLICY, pk, from_on) for pk, from_on in values.values_list("pk", "from_on")),
        *(Fact(PLACE, pk, first, person=person) for pk, first, person in moved.values_list("pk", "first", "person")),
    ]


def _not_followed(model: type[models.Model], source: str) -> models.QuerySet[models.Model]:
    followed = FollowedFact.objects.filter(source=source, fact_id=OuterRef("pk"))
    return model._default_manager.filter(~Exists(followed)).order_by("pk")


def weeks_touched(facts: Sequence[Fact], *, before: date) -> dict[Week, set[int] | None]:
    """The weeks judged before that the facts bear on, as far as they begin before a day, the oldest first; with each the
    people concerned, None for everybody."""
    if not facts:
        return {}
    first = Week(min(fact.first for fact in facts)).first
    judged = WeekScore.objects.filter(week__gte=first, week__lt=before).order_by("week")
    found: dict[Week, set[int] | None] = {}
    for week in map(Week, judged.values_list("week", flat=True).distinct()):
        bearing = [fact for fact in facts if fact.first < week.end and (not fact.last or fact.last >= week.first)]
        people = {fact.person for fact in bearing if fact.person}
        if any(fact.person is None for fact in bearing):
            found[week] = None
        elif people:
            found[week] = people
    return found


def weeks_missed(*, before: date) -> list[Week]:
    """Weeks since the first that was judged when it was over, which nobody judged then: the schedule was down."""
    judged = set(FollowedFact.objects.filter(source=FollowedFact.Source.WEEK).values_list("fact_id", flat=True))
    mondays = range(min(judged, default=before.toordinal()), before.toordinal(), 7)
    return [Week(date.fromordinal(monday)) for monday in mondays if monday not in judged]
