"""Are the results kept for rankings what the openings sum to?"""

from __future__ import annotations

from collections.abc import Iterator

from core.verification import Finding, check
from crm.selectors import STALE_DAILY_RESULTS, STALE_UNIT_RESULTS, plain, stale_rows


@check("results of people")
def daily_results_are_the_openings() -> Iterator[Finding]:
    for row, person, day, kept, counted in stale_rows(STALE_DAILY_RESULTS):
        says = f"person {person} on {day}: {plain(kept)} openings are kept, {plain(counted)} are credited"
        yield Finding(f"crm_dailyresult {row}", says)


@check("results of units")
def unit_results_are_those_of_their_people() -> Iterator[Finding]:
    """Every unit's day and running total are the sums of whoever counts for it or below it."""
    for row, unit, day, kept, counted, running, expected in stale_rows(STALE_UNIT_RESULTS):
        says = (
            f"{unit} on {day}: {plain(kept)} openings are kept, {plain(running)} so far; "
            f"its people have {plain(counted)}, {plain(expected)} so far"
        )
        yield Finding(f"crm_unitresult {row}", says)
