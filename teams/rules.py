"""How the organisation hangs together: which unit stands below which, and at which units a role exists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

ABOVE: dict[str, frozenset[str]] = {
    "company": frozenset(),
    "hq_department": frozenset({"company"}),
    "regional_department": frozenset({"company"}),
    "branch": frozenset({"company", "regional_department"}),
    "market_department": frozenset({"branch"}),
    "area": frozenset({"market_department"}),
}
HEAD_OFFICE = frozenset({"company", "hq_department"})
BRANCH = frozenset({"branch"})
REGIONAL = frozenset({"regional_department"})
AT_A_POST = frozenset({"branch", "market_department"})

PLACES: dict[str, frozenset[str]] = {
    "customer_manager": frozenset({"branch", "market_department", "area"}),
    "area_manager": frozenset({"area"}),
    "market_manager": frozenset({"market_department"}),
    "branch_manager": BRANCH,
    "deputy_branch_manager": BRANCH,
    "chief_accountant": BRANCH,
    "finance_clerk": BRANCH,
    "trade_administrator": BRANCH,
    "attendance_recorder": AT_A_POST,
    "asset_custodian": AT_A_POST,
    "training_organiser": AT_A_POST,
    "regional_manager": REGIONAL,
    "regional_officer": REGIONAL,
    "channel_officer": HEAD_OFFICE,
    "office_clerk": HEAD_OFFICE,
    "countersigner": HEAD_OFFICE,
    "vice_president": HEAD_OFFICE,
    "market_officer": HEAD_OFFICE,
    "auditor": HEAD_OFFICE,
}


def ring_above(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """The ring of codes one runs into going up from `code` (`[A, B, A]`), or nothing."""
    way = [code]
    while (above := parents.get(way[-1])) is not None:
        if above in way:
            return [*way[way.index(above) :], above]
        way.append(above)
    return []


def overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Whether two half-open spans share a day; None has no end."""
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])
