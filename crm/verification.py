"""Are the results kept for rankings what the openings sum to, and is every key in its one form?"""

from __future__ import annotations

from collections.abc import Iterator

from core.verification import Finding, check
from crm.selectors import STALE_DAILY_RESULTS, STALE_UNIT_RESULTS, alike_numbers, plain, stale_rows


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


@check("client numbers and fund accounts")
def keys_are_in_one_form() -> Iterator[Finding]:
    """What could not be spelt anew because the right spelling is there as well, and what differs from another only in zeros
    or capitals and nobody has told apart (reading 48)."""
    for name, one, other in alike_numbers():
        yield Finding(
            f"crm {name} {one}", f"{one!r} and {other!r} look like one; tell them apart or import them under one"
        )
