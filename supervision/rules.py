"""Who lags behind in a ranking and why (S7.1, S7.2, S8.1, S8.2, S10.1, S10.2), and when a period is due to be judged."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from core.explain import N_, Line, RuleValue
from core.periods import Period
from crm.rules import Ranked

K = TypeVar("K", bound=Hashable)
ZERO = Decimal(0)


class Reason(StrEnum):
    ZERO = "zero"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True)
class Selection:
    """How many are taken from the end of a ranking: `bottom` is a number of places, or a share where `is_share`.

    Without `bottom` only those at zero are listed. `at_most_half` keeps the number to half of those ranked (reading 31).
    """

    clause: str
    bottom: RuleValue | None = None
    is_share: bool = False
    at_most_half: RuleValue | None = None

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


@dataclass(frozen=True, slots=True)
class Laggard(Generic[K]):
    key: K
    value: Decimal
    rank: int
    of: int
    reasons: tuple[Reason, ...]
    lines: tuple[Line, ...]


def laggards(ranking: Sequence[Ranked[K]], selection: Selection, *, context: tuple[Line, ...] = ()) -> list[Laggard[K]]:
    """Those at zero, and the last of the ranking: the best of them first, `context` before each one's own lines.

    Who ties with the last one taken is taken too, but never who ties with the best: where all are equal and above
    zero, nobody lags. Zero is listed however many places are taken (readings 10, 11, 31).
    """
    if not ranking:
        return []
    values = sorted(row.value for row in ranking)
    best, places = values[-1], selection.places(len(values))
    last_taken = values[min(places, len(values)) - 1] if places else None
    found = []
    for row in ranking:
        reasons: tuple[Reason, ...] = ()
        if row.value == ZERO:
            reasons += (Reason.ZERO,)
        if last_taken is not None and row.value <= last_taken and row.value < best:
            reasons += (Reason.BOTTOM,)
        if reasons:
            lines = context + _why(row, reasons, selection, places, last_taken)
            found.append(Laggard(row.key, row.value, row.rank, row.of, reasons, lines))
    return found


def _why(
    row: Ranked[K], reasons: tuple[Reason, ...], selection: Selection, places: int, last_taken: Decimal | None
) -> tuple[Line, ...]:
    """Why it is on the list, and of how many."""
    lines = [
        Line(N_("Accounts opened"), row.value, clause=selection.clause),
        Line(N_("Rank"), row.rank, inputs=((N_("of how many"), row.of),)),
    ]
    if Reason.ZERO in reasons:
        lines.append(Line(N_("Nothing opened"), True, clause=selection.clause, met=False))
    if Reason.BOTTOM in reasons:
        lines.append(
            Line(
                N_("Among the last of the ranking"),
                True,
                clause=selection.clause,
                inputs=((N_("places taken from the end"), places), (N_("openings of the last one taken"), last_taken)),
                rule=selection.bottom,
                met=False,
            )
        )
    return tuple(lines)


def are_all_at_zero(ranking: Sequence[Ranked[K]]) -> bool:
    """Whether there is nobody to compare with: one digest goes out instead of a message to each (reading 11)."""
    return len(ranking) > 1 and all(row.value == ZERO for row in ranking)


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
