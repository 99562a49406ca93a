"""What the page of rankings asks: within which unit, of which days the openings have come, the rows one may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from attendance.selectors import calendar_for
from core.periods import ONE_DAY, Month, Period
from crm.selectors import known_days
from supervision.models import TAKINGS, RankedKind, ReminderRun
from supervision.selectors.rankings import PERSON, Ranking, openings_ranking
from teams.authority import Power
from teams.models import Unit, UnitKind

LOOK_BACK = timedelta(days=31)


def line_to_rank_within(user: User, code: str = "") -> list[Unit]:
    """The unit to rank within, last, below those of its line within which one may rank too; empty: out of sight.

    Without `code` where one's own ranking begins: the highest unit in one's sight, else the market department one
    belongs to. One query.
    """
    authority = user.authority
    tops = authority.paths(Power.SEE_RANKINGS)
    seen = Unit.objects.filter(authority.sees_unit("path", Power.SEE_RANKINGS) | Q(pk__in=authority.own_line))
    if code or tops:
        asked = Unit.objects.filter(Q(code=code) if code else Q(path=tops[0]))
        line = list(seen.filter(Exists(asked.filter(path__startswith=OuterRef("path")))).order_by("path"))
        return line if line and line[-1].code == (code or line[-1].code) else []
    line = list(seen.order_by("path"))
    last = next((n for n, unit in enumerate(line) if unit.kind == UnitKind.MARKET_DEPARTMENT), len(line) - 1)
    return line[: last + 1]


@dataclass(frozen=True, slots=True)
class Arrived:
    """Of which trading days of a span the openings within a unit have come."""

    span: Period
    trading_days: Sequence[date]
    known: frozenset[date]

    @property
    def last(self) -> date | None:
        return max((day for day in self.trading_days if day in self.known), default=None)

    def missing(self, period: Period, today: date) -> tuple[date, ...]:
        """Trading days of the period whose openings are overdue; today only where that day alone is asked for."""
        end = today + ONE_DAY if period.first == period.last == today else today
        return tuple(day for day in self.trading_days if day in period and day < end and day not in self.known)


def arrived(span: Period, within: Unit) -> Arrived:
    return Arrived(span, calendar_for(span).trading_days(span), frozenset(known_days(span, within=within)))


def arrived_lately(within: Unit, today: date) -> Arrived:
    """Of the last weeks up to today, from the first of a month."""
    return arrived(Period.between(Month(today - LOOK_BACK).first, today), within)


@dataclass(frozen=True, slots=True)
class RankingRow:
    """A place of a ranking as one person may see it."""

    code: str
    name: str
    value: Decimal
    rank: int
    of: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class RankingSeen:
    """A ranking cut to what one may see: other rows are only counted."""

    rows: tuple[RankingRow, ...]
    hidden: int
    best: Decimal
    exempt: tuple[tuple[str, str, str], ...]
    ranking: Ranking

    @property
    def nobody_opened(self) -> bool:
        """Whether nobody has opened anything: then nobody has a place, and nobody is first with nothing."""
        return not self.ranking.total


def is_published(period: Period, team: Unit) -> bool:
    """Whether the openings of a team's members in a week have been published: its list has been made (S10.2)."""
    lists = ReminderRun.objects.filter(rule__period=period.kind, rule__ranked=RankedKind.PERSON, scope=team)
    ways = [how for how, taking in TAKINGS.items() if taking.is_published]
    return lists.filter(business_on=period.last, state=ReminderRun.State.DONE, rule__how__in=ways).exists()


def ranking_seen(by: str, *, period: Period, within: Unit, user: User) -> RankingSeen:
    """A ranking within a unit: whoever is in one's sight, and the line of units one belongs to oneself.

    Of people only those in sight are shown, and oneself: what a colleague opened in a day is between her and her leaders.
    The week of one's own team is seen by all of it once it is published (S10.2).
    """
    ranking = openings_ranking(by, period=period, within=within)
    authority = user.authority
    tops = authority.paths(Power.SEE_RANKINGS)
    own = {authority.person_id} if by == PERSON else set(authority.own_line)
    everybody = by == PERSON and within.pk in authority.own_line and is_published(period, within)
    seen = {
        key
        for key, subject in ranking.subjects.items()
        if everybody or key in own or any(subject.unit_path.startswith(top) for top in tops)
    }
    subjects = ranking.subjects
    return RankingSeen(
        rows=tuple(
            RankingRow(subjects[p.key].code, subjects[p.key].name, p.value, p.rank, p.of, p.key in own)
            for p in ranking.places
            if p.key in seen
        ),
        hidden=sum(place.key not in seen for place in ranking.places),
        best=max((place.value for place in ranking.places if place.key in seen), default=Decimal(0)),
        exempt=tuple((one.code, one.name, reason) for one, reason in ranking.exempt if one.key in seen),
        ranking=ranking,
    )
