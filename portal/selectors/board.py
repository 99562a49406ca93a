"""The board of people for who leads them: today, the week, the month, who waits for an answer, who has stayed at zero."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, Sum

from accounts.models import User
from core.money import ZERO
from core.periods import Month, Week
from crm.models import DailyResult
from portal.selectors.shown_month import ShownMonth, has_data
from teams.models import Unit, below
from teams.selectors.targets import openings_targets
from worklogs.models import WorkLog
from worklogs.selectors.desk import MemberStanding, desk, last_weeks, owed_by_reader
from worklogs.selectors.heat import heat_of_people
from worklogs.selectors.month_end import MonthEndDue, month_end_due

MOST_WAITING = 6
MOST_ROWS = 40
WEEKS = 8


@dataclass(frozen=True)
class BoardRow:
    """One member of the team. `last_opening_on` is None where none is on record."""

    standing: MemberStanding
    openings: Decimal
    last_opening_on: date | None

    @property
    def zero_days(self) -> int | None:
        """How long nothing has been opened."""
        return (self.standing.on - self.last_opening_on).days if self.last_opening_on else None


@dataclass(frozen=True)
class Waiting:
    """A log that waits for an answer. It is late once its week is over: that long her leader has to answer."""

    log: WorkLog
    name: str
    days: int
    is_late: bool


@dataclass(frozen=True)
class Board:
    """`everybody` of the units, who needs a word first on top; `owed` are the logs the reader is to answer herself.

    `target` is None where none is set; `begun_target` is that of a month just begun beside the one shown.
    """

    on: date
    month: ShownMonth
    begun_target: Decimal | None
    units: tuple[Unit, ...]
    everybody: tuple[BoardRow, ...]
    owed: tuple[Waiting, ...]
    month_end: MonthEndDue | None
    openings: Decimal  # what was credited to the units, as the ranking counts it, whoever has left or moved since
    target: Decimal | None
    heat: dict[str, Any]  # of those shown

    @property
    def rows(self) -> tuple[BoardRow, ...]:
        return self.everybody[:MOST_ROWS]

    @property
    def more(self) -> int:
        return len(self.everybody) - len(self.rows)

    @property
    def written(self) -> int:
        return sum(row.standing.is_written for row in self.everybody)

    @property
    def due(self) -> int:
        """How many owe a log today."""
        return sum(bool(row.standing.day and row.standing.day.due) for row in self.everybody)

    @property
    def week_passed(self) -> int:
        return sum(bool(row.standing.week and row.standing.week.passed) for row in self.everybody)

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """The first of what is owed."""
        return self.owed[:MOST_WAITING]

    @property
    def owed_by_others(self) -> int:
        """How many answers the leaders below still owe."""
        return sum(row.standing.waiting for row in self.everybody) - len(self.owed)

    @property
    def at_zero(self) -> int:
        return sum(not row.openings for row in self.everybody)


def units_of_board(paths: Collection[str], today: date) -> list[Any]:
    """The units with `has_data`: whether anything of this month has come to them; one query."""
    return list(Unit.objects.filter(path__in=paths).annotate(has_data=has_data(paths, today)).order_by("path"))


def board(user: User, units: Sequence[Any], today: date) -> Board:
    """Of everybody who writes logs in `units` (as `units_of_board` gives them) and below; ten queries, one more for a
    market manager at month end."""
    standings = sorted(desk(user, units, today, weeks=WEEKS), key=lambda one: one.urgency)
    shown = [(one.member, one.weeks) for one in standings[:MOST_ROWS]]
    names = {one.member.person_id: one.member.name for one in standings}
    month = ShownMonth.given(any(unit.has_data for unit in units), today)
    members = [one.member for one in standings]
    openings, credited = _openings(list(names), units, month.month)
    targets = openings_targets(units, members, {month.month, Month(today)})
    return Board(
        on=today,
        month=month,
        begun_target=targets[Month(today)] if month.begun else None,
        units=tuple(units),
        everybody=tuple(BoardRow(one, *openings.get(one.member.person_id, (ZERO, None))) for one in standings),
        owed=tuple(
            Waiting(log, names[log.person_id], (today - log.on).days, Week(log.on).end <= today)
            for log in owed_by_reader(standings)
        ),
        month_end=month_end_due(user, standings[0].asked, today) if standings else None,
        openings=credited,
        target=targets[month.month],
        heat=heat_of_people(
            shown, last_weeks(today, WEEKS), over={one.member.person_id: one.days_over for one in standings}
        ),
    )


def _openings(
    people: list[int], units: Sequence[Unit], month: Month
) -> tuple[dict[int, tuple[Decimal, date]], Decimal]:
    """Of the month by person with the last day with any, and what was credited to the units of it; one query."""
    in_month = Q(day__gte=month.first, day__lt=month.end)
    of_units = below(*units, path="unit__path")
    rows = (
        DailyResult.objects.filter(Q(person__in=people) | of_units & in_month, openings__gt=0)
        .order_by()
        .values_list("person")
        .annotate(
            total=Sum("openings", filter=in_month),
            credited=Sum("openings", filter=of_units & in_month),
            last=Max("day"),
        )
    )
    found = list(rows)
    return {person: (total or ZERO, last) for person, total, _credited, last in found}, sum(
        (credited or ZERO for _person, _total, credited, _last in found), ZERO
    )
