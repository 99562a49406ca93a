"""The rows behind every amount of a slip and every figure of a detail, as they stood when it was computed.

Rows of the CRM are shown as imports had left them at that moment, whatever has been brought since; beside them stands
whether they still come to what was written down then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compensation.models import PayLine
from compensation.selectors.rows.accounts import asset_rows, commission_rows, late_rows, product_rows
from compensation.selectors.rows.openings import opening_rows
from compensation.selectors.rows.person import activity_rows, entry_rows, posting_rows, team_rows
from compensation.selectors.rows.table import Rows, RowsSubject, of_detail, of_slip
from core.periods import Month

OF_CRM: dict[str, Callable[[RowsSubject], Rows]] = {
    "accounts": commission_rows,
    "openings": opening_rows,
    "assets": asset_rows,
    "products": product_rows,
}
OF_SLIP = OF_CRM | {
    "activity": activity_rows,
    "entries": entry_rows,
    "postings": posting_rows,
    "team": team_rows,
}
LATE = "late-"
# Which rows stand behind a line of a slip, by component. A step names its rows itself, or the measure that it is about.
OF_COMPONENT = {
    "base_pay": "postings",
    "leader_base": "postings",
    "commission": "accounts",
    "held_back": "accounts",
    "asset_bonus": "assets",
    "product_bonus": "products",
    "account_bonus": "openings",
    "released": "openings",
    "minimum_duty": "assets",
    "team_share": "team",
    "compliance": "entries",
    "attendance_deduction": "entries",
    "social_insurance": "entries",
    "income_tax": "entries",
}
OF_MEASURE = {
    "openings": "openings",
    "valid_openings": "openings",
    "net_commission": "accounts",
    "net_assets": "assets",
    "activity": "activity",
}
# Steps that were kept before they named their rows are known by what they are called.
BEFORE_NAMED = {
    "Commission of accounts by relation": "accounts",
    "Completion by valid accounts": "openings",
    "Completion by new assets": "assets",
    "Openings as counted": "openings",
    "Set by hand": "entries",
    "Commission differs much from last month": "accounts",
    "Accounts with negative commission": "accounts",
    "Accounts with more net than gross commission": "accounts",
    "Openings, but no account figures": "openings",
}


def rows_of_slip(subject: RowsSubject, of: str) -> Rows:
    """Raises `KeyError` or `ValueError` where there are no such rows."""
    if of.startswith(LATE):
        return late_rows(subject, Month.parse(of.removeprefix(LATE)))
    return OF_SLIP[of](subject)


def rows_of_detail(subject: RowsSubject, of: str) -> Rows:
    """Raises `KeyError` where there are no such rows."""
    return OF_CRM[of](subject)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a slip with the rows it was reckoned from (`of`; empty where only its steps tell) and their address."""

    line: PayLine
    of: str
    href: str
    steps: list[dict[str, Any]]


def shown_lines(lines: Iterable[PayLine], address: Callable[[str], str]) -> list[ShownLine]:
    found = []
    for line in lines:
        of = f"{LATE}{line.for_month:%Y-%m}" if line.for_month else OF_COMPONENT.get(line.component, "")
        found.append(ShownLine(line, of, address(of) if of else "", linked(line.lines, address)))
    return found


def linked(lines: Iterable[Mapping[str, Any]], address: Callable[[str], str]) -> list[dict[str, Any]]:
    """Steps of an explanation, each with the address of the rows it speaks of."""
    return [{**line, "href": address(of)} if (of := _behind_step(line)) else dict(line) for line in lines]


def _behind_step(line: Mapping[str, Any]) -> str:
    if "rows" in line:
        return str(line["rows"])
    measure = dict(line.get("inputs", [])).get("measure", "")
    return OF_MEASURE.get(measure, "") or BEFORE_NAMED.get(line.get("label", ""), "")


__all__ = [
    "Rows",
    "RowsSubject",
    "ShownLine",
    "linked",
    "of_detail",
    "of_slip",
    "rows_of_detail",
    "rows_of_slip",
    "shown_lines",
]
