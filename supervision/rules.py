"""Who lags behind in a ranking and why (S7.1, S7.2, S8.1, S8.2, S10.1, S10.2), and when a period is due to be judged."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from attendance.rules import Calendar
from core.explain import N_, Line, RuleValue
from core.periods import ONE_DAY, Period
from crm.rules import Ranked

K = TypeVar("K", bound=Hashable)
ZERO = Decimal(0)
LEAVE, TAKE = N_("leave_out"), N_("take_all")


class Reason(StrEnum):
    ZERO = "zero"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True)
class Selection:
    """How many are taken from the end of a ranking: `bottom` is a number of places, or a share where `is_share`.

    Without `bottom` only those at zero are listed. `at_most_half` keeps the number to half of those ranked, and
    `tie_past_half` says what becomes of equals at the cut who would carry the list past half (reading 31).
    """

    clause: str
    bottom: RuleValue | None = None
    is_share: bool = False
    at_most_half: RuleValue | None = None
    tie_past_half: RuleValue | None = None

    def places(self, of: int) -> int:
        """How many places from the end are looked at where `of` are ranked: at least 1."""
        if self.bottom is None:
            return 0
        wanted = Decimal(str(self.bottom.value))
        if self.is_share:
            wanted = (wanted * of).to_integral_value(ROUND_CEILING)
        if self.at_most_half is not None and self.at_most_half.value:
            wanted = min(wanted, Decimal(of // 2))
        return max(int(wanted), 1)

    def cut(self, values: Iterable[Decimal]) -> Cut:
        """Where the last of a ranking end: everybody up to `Cut.value` is among them.

        Who ties with the last one taken is taken too, but never who ties with the best, nor equals who would carry
        the list past half of those ranked.
        """
        worst_first = sorted(values)
        if not worst_first or not (places := self.places(len(worst_first))):
            return Cut(0, None)
        at = worst_first[min(places, len(worst_first)) - 1]
        if at == worst_first[-1]:
            below = [value for value in worst_first if value < at]
            return Cut(places, below[-1] if below else None)
        taken, tied = bisect_right(worst_first, at), worst_first.count(at)
        if tied > 1 and taken * 2 > len(worst_first) and not self._takes_ties_past_half:
            return Cut(places, worst_first[taken - tied - 1] if taken > tied else None, left_out=tied, left_at=at)
        return Cut(places, at)

    @property
    def _takes_ties_past_half(self) -> bool:
        return self.tie_past_half is not None and self.tie_past_half.value == TAKE


@dataclass(frozen=True, slots=True)
class Cut:
    """The last of a ranking are those up to `value`; `None` where nobody is. `left_out` equals at `left_at` are spared."""

    places: int
    value: Decimal | None
    left_out: int = 0
    left_at: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Laggard(Generic[K]):
    key: K
    value: Decimal
    rank: int
    of: int
    tied: int  # how many share the rank, itself among them
    by_tie: bool  # on the list only because it is equal with the last one taken
    reasons: tuple[Reason, ...]
    lines: tuple[Line, ...]


def laggards(ranking: Sequence[Ranked[K]], selection: Selection, *, context: tuple[Line, ...] = ()) -> list[Laggard[K]]:
    """Those at zero, and the last of the ranking: the best of them first, `context` before each one's own lines.

    Where all are equal and above zero, nobody lags. Zero is listed however many places are taken (readings 10, 11, 31).
    """
    cut = selection.cut(row.value for row in ranking)
    equals = Counter(row.value for row in ranking)
    found = []
    for row in ranking:
        reasons: tuple[Reason, ...] = ()
        if row.value == ZERO:
            reasons += (Reason.ZERO,)
        if cut.value is not None and row.value <= cut.value:
            reasons += (Reason.BOTTOM,)
        if reasons:
            tied = equals[row.value]
            by_tie = tied > 1 and Reason.BOTTOM in reasons and row.of - row.rank + 1 > cut.places
            one = Laggard(row.key, row.value, row.rank, row.of, tied, by_tie, reasons, context)
            found.append(replace(one, lines=context + _why(one, selection, cut)))
    return found


def _why(row: Laggard[K], selection: Selection, cut: Cut) -> tuple[Line, ...]:
    """Why it is on the list, and of how many."""
    shared = ((N_("equal, to place"), row.rank + row.tied - 1),) if row.tied > 1 else ()
    lines = [
        Line(N_("Accounts opened"), clause=selection.clause, counted=row.value),
        Line(N_("Rank"), counted=row.rank, inputs=((N_("of how many"), row.of), *shared)),
    ]
    if Reason.ZERO in row.reasons:
        lines.append(Line(N_("Nothing opened"), clause=selection.clause))
    if Reason.BOTTOM in row.reasons:
        taken = ((N_("places taken from the end"), cut.places), (N_("openings of the last one taken"), cut.value))
        lines.append(
            Line(
                N_("Among the last of the ranking"),
                clause=selection.clause,
                inputs=taken,
                rule=selection.bottom,
                note=N_("Listed because it is equal with the last one taken.") if row.by_tie else "",
            )
        )
    return tuple(lines)


def are_all_at_zero(ranking: Sequence[Ranked[K]]) -> bool:
    """Whether there is nobody to compare with: one digest goes out instead of a message to each (reading 11)."""
    return len(ranking) > 1 and all(row.value == ZERO for row in ranking)


class Taking:
    """How those to be reminded are taken from a ranking by openings; whoever opened nothing always is."""

    needs_value = False  # a policy value says how many places, which share or how many days
    is_published = False  # leaders are told how all their members did, whether anybody is listed or not

    def selection(
        self, clause: str, value: RuleValue | None, at_most_half: RuleValue, tie_past_half: RuleValue
    ) -> Selection:
        return Selection(clause)

    def window(self, period: Period, calendar: Calendar, value: RuleValue | None) -> list[date]:
        """The trading days that are looked at."""
        return calendar.trading_days(period)

    def span(self, period: Period, window: Sequence[date]) -> Period:
        """The period whose openings count."""
        return period

    def there_since(self, span: Period) -> date | None:
        """Since when somebody has to be in the team to be judged; `None`: on the last day is enough."""
        return None

    def context(self, clause: str, window: Sequence[date], value: RuleValue | None) -> tuple[Line, ...]:
        """Lines that come before each entry's own."""
        return ()

    def is_one_digest(self, ranking: Sequence[Ranked[K]]) -> bool:
        """Whether one digest goes out instead of a message to each (reading 11)."""
        return False


class AtZero(Taking):
    """Nothing opened in the period (S10.2)."""

    is_published = True


class AtZeroForDays(Taking):
    """Nothing opened in so many trading days, the last of them that of the period (S10.1)."""

    needs_value = True

    def window(self, period: Period, calendar: Calendar, value: RuleValue | None) -> list[date]:
        wanted = int(str(value.value)) if value else 1
        days: list[date] = []
        day = period.last
        while len(days) < wanted and day in calendar.known:
            if calendar.is_trading_day(day):
                days.append(day)
            day -= ONE_DAY
        return sorted(days)

    def span(self, period: Period, window: Sequence[date]) -> Period:
        return Period.between(window[0], period.last)

    def there_since(self, span: Period) -> date | None:
        return span.first

    def context(self, clause: str, window: Sequence[date], value: RuleValue | None) -> tuple[Line, ...]:
        days = ((N_("from"), window[0]), (N_("to"), window[-1]))
        return (Line(N_("Trading days looked at"), len(window), clause=clause, inputs=days, rule=value),)


class Last(Taking):
    """Or among the last of the ranking, by number (S7.1, S7.2)."""

    needs_value, is_share = True, False

    def selection(
        self, clause: str, value: RuleValue | None, at_most_half: RuleValue, tie_past_half: RuleValue
    ) -> Selection:
        return Selection(clause, value, self.is_share, at_most_half, tie_past_half)

    def is_one_digest(self, ranking: Sequence[Ranked[K]]) -> bool:
        return are_all_at_zero(ranking)


class LastShare(Last):
    """Or among the last of the ranking, by share (S8.1, S8.2)."""

    is_share = True


@dataclass(frozen=True, slots=True)
class Timing:
    """When lists go out: a day's on the same day or the workday after, a week's on its Monday after (readings 32, 33)."""

    same_day: bool
    day_at: time
    late_after: time
    week_at: time

    def due(self, period: Period, workday_after: date) -> tuple[date, time]:
        """From when on `period` may be judged, once its data has arrived."""
        if period.kind == "day":
            return (period.first if self.same_day else workday_after), self.day_at
        return period.end, self.week_at

    def late(self, period: Period, workday_after: date) -> tuple[date, time]:
        """From when on a judgement of `period` is late, and those in charge are told that its data is missing."""
        if period.kind == "day":
            return workday_after, self.late_after
        return period.end + timedelta(days=1), time.min
