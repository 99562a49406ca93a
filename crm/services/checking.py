"""Which rows of a file cannot be taken, which are taken but shown, and what its amounts add up to.

Every question is asked of all rows at once, in the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.explain import N_
from core.tables import Refusal
from crm.models import Kind
from crm.reading.columns import TABLES
from crm.services.staging import WORDS_OF_MONTHS, WORDS_OF_OPENINGS, Asked, asked_rows, run

ELSEWHERE = N_("belongs to another branch than yours; the whole file is refused")
UNKNOWN_BRANCH = N_("no branch has this code or name")
TWO_BRANCHES = N_("several branches have this name; use the code")
UNKNOWN_PERSON = N_("nobody has this employee number")
NOT_POSTED = N_("was posted nowhere on that day")
NEVER_POSTED = N_("had no post by then")
UNKNOWN_OUTLET = N_("no outlet has this code or name")
TWO_OUTLETS = N_("several outlets have this name; use the code")
TWICE = N_("is there more than once")
OVER_WHOLE = N_("the shares of this account are above 100 % together")
NEGATIVE = N_("is below zero")
NET_OVER_GROSS = N_("is more than the commission it is part of")
WITH_ITS_ACCOUNT = N_("another row of this account is refused")
TOTAL_DIFFERS = N_("the total row says %(said)s, the rows sum to %(sum)s; the whole file is refused")

Check = tuple[str, str, str, str, bool]  # from the rows `r`, column, value, rule, whether the whole file falls

CHECKS_OF_OPENINGS: tuple[Check, ...] = (
    ("JOIN crm_branches b ON b.word = r.branch WHERE b.matches = 0", "branch", "r.branch", UNKNOWN_BRANCH, False),
    ("JOIN crm_branches b ON b.word = r.branch WHERE b.matches > 1", "branch", "r.branch", TWO_BRANCHES, False),
    (
        "JOIN crm_branches b ON b.word = r.branch WHERE b.matches = 1 AND NOT starts_with(b.path, %(scope)s)",
        "branch",
        "r.branch",
        ELSEWHERE,
        True,
    ),
    ("JOIN crm_outlets o ON o.word = r.outlet WHERE o.matches = 0", "outlet", "r.outlet", UNKNOWN_OUTLET, False),
    ("JOIN crm_outlets o ON o.word = r.outlet WHERE o.matches > 1", "outlet", "r.outlet", TWO_OUTLETS, False),
    ("JOIN crm_servicers s ON s.word = r.servicer WHERE s.id IS NULL", "servicer", "r.servicer", UNKNOWN_PERSON, False),
    (
        "JOIN (SELECT DISTINCT word FROM crm_who WHERE id IS NULL) w ON w.word = r.developer",
        "developer",
        "r.developer",
        UNKNOWN_PERSON,
        False,
    ),
    (
        "JOIN crm_who w ON w.word = r.developer AND w.day = r.open_date WHERE w.id IS NOT NULL AND w.unit_id IS NULL",
        "developer",
        "r.developer",
        NOT_POSTED,
        False,
    ),
    (
        "JOIN crm_who w ON w.word = r.developer AND w.day = r.open_date WHERE NOT starts_with(w.path, %(scope)s)",
        "developer",
        "r.developer",
        ELSEWHERE,
        True,
    ),
    (
        """JOIN (SELECT fund_account, client_no, developer, min("row") AS first FROM crm_several WHERE NOT bad
        GROUP BY 1, 2, 3 HAVING count(*) > 1) d USING (fund_account, client_no, developer) WHERE r.row > d.first""",
        "fund_account",
        "r.fund_account",
        TWICE,
        False,
    ),
    (
        """JOIN (SELECT fund_account, client_no FROM crm_several WHERE NOT bad GROUP BY 1, 2 HAVING sum(share) > 1
        AND count(DISTINCT developer) > 1) d USING (fund_account, client_no)""",
        "share",
        "round(r.share * 100, 2)::text || ' %%'",
        OVER_WHOLE,
        False,
    ),
    (
        """JOIN crm_opening o ON o.fund_account = r.fund_account AND o.client_no = r.client_no
        JOIN teams_unit k ON k.id = o.branch_id JOIN teams_unit c ON c.id = o.unit_id
        WHERE NOT %(whole_company)s AND NOT (starts_with(k.path, %(scope)s) AND starts_with(c.path, %(scope)s))""",
        "fund_account",
        "r.fund_account",
        ELSEWHERE,
        True,
    ),
)
CHECKS_OF_MONTHS: tuple[Check, ...] = (
    (
        "JOIN (SELECT DISTINCT word FROM crm_who WHERE id IS NULL) w ON w.word = r.employee_no",
        "employee_no",
        "r.employee_no",
        UNKNOWN_PERSON,
        False,
    ),
    (
        "JOIN crm_who w ON w.word = r.employee_no AND w.day = r.month WHERE w.id IS NOT NULL AND w.unit_id IS NULL",
        "employee_no",
        "r.employee_no",
        NEVER_POSTED,
        False,
    ),
    (
        "JOIN crm_who w ON w.word = r.employee_no AND w.day = r.month WHERE NOT starts_with(w.path, %(scope)s)",
        "employee_no",
        "r.employee_no",
        ELSEWHERE,
        True,
    ),
    (
        """JOIN crm_who w ON w.word = r.employee_no AND w.day = r.month
        JOIN crm_accountmonth o ON o.month = r.month AND o.fund_account = r.fund_account AND o.relation = r.relation
            AND o.person_id = w.id
        JOIN teams_unit c ON c.id = o.unit_id WHERE NOT %(whole_company)s AND NOT starts_with(c.path, %(scope)s)""",
        "fund_account",
        "r.fund_account",
        ELSEWHERE,
        True,
    ),
    ("WHERE r.turnover < 0", "turnover", "r.turnover::text", NEGATIVE, False),
    (
        """WHERE r.net_commission > r.gross_commission AND r.gross_commission >= 0
        OR r.net_commission < r.gross_commission AND r.gross_commission < 0""",
        "net_commission",
        "r.net_commission::text",
        NET_OVER_GROSS,
        False,
    ),
    (
        """JOIN (SELECT month, fund_account, relation, employee_no, min("row") AS first FROM crm_rows WHERE NOT bad
        GROUP BY 1, 2, 3, 4 HAVING count(*) > 1) d USING (month, fund_account, relation, employee_no)
        WHERE r.row > d.first""",
        "fund_account",
        "r.fund_account",
        TWICE,
        False,
    ),
)
CHECKS = {Kind.OPENINGS: CHECKS_OF_OPENINGS, Kind.ACCOUNT_MONTH: CHECKS_OF_MONTHS}
POISON = """
INSERT INTO crm_bad
SELECT r.row, 'fund_account', r.fund_account, %(rule)s, false FROM crm_several r
JOIN (SELECT DISTINCT s.fund_account, s.client_no FROM crm_several s LEFT JOIN crm_bad b USING ("row")
      WHERE s.bad OR b.rule <> %(twice)s) f USING (fund_account, client_no)
WHERE NOT r.bad AND r.row NOT IN (SELECT "row" FROM crm_bad)
"""


@dataclass(frozen=True, slots=True)
class Checked:
    refusals: list[Refusal]
    refusal_count: int
    refused_rows: int
    falls_whole: bool


def check(asked: Asked, report: dict[str, Any]) -> Checked:
    """Find the rows that cannot be taken; they stand in `crm_bad` afterwards."""
    scope = {"scope": asked.unit.path, "whole_company": asked.unit.parent_id is None}
    if asked.kind == Kind.OPENINGS:
        run(WORDS_OF_OPENINGS)
    else:
        run(WORDS_OF_MONTHS, scope)
    for joined, column, value, rule, whole in CHECKS[Kind(asked.kind)]:
        run(
            f"INSERT INTO crm_bad SELECT r.row, %(column)s, {value}, %(rule)s, %(whole)s FROM crm_rows r {joined}",  # noqa: S608
            {**scope, "column": column, "rule": rule, "whole": whole},
        )
    if asked.kind == Kind.OPENINGS:
        run(POISON, {"rule": WITH_ITS_ACCOUNT, "twice": TWICE})
    found = asked_rows(
        'SELECT "row", "column", value, rule FROM crm_bad ORDER BY "row", "column", rule LIMIT %(most)s',
        {"most": asked.most},
    )
    ((count, whole, refused_rows),) = asked_rows(
        """SELECT (SELECT count(*) FROM crm_bad), (SELECT coalesce(bool_or(whole), false) FROM crm_bad),
        (SELECT count(*) FROM crm_rows r WHERE r.bad OR r.row IN (SELECT "row" FROM crm_bad))"""
    )
    headers = report["headers"]
    differing = differing_totals(asked, report)
    refusals = [
        *(Refusal.read(refusal) for refusal in report["refusals"]),
        *(
            Refusal(report["sheet"], row, headers.get(column, column), value or "", rule)
            for row, column, value, rule in found
        ),
        *differing,
    ]
    refusals.sort(key=lambda refusal: refusal.row)
    total = report["refusal_count"] + count + len(differing)
    return Checked(refusals[: asked.most], total, refused_rows, whole or bool(differing))


def differing_totals(asked: Asked, report: dict[str, Any]) -> list[Refusal]:
    """Total rows of the file that are not the sum of its rows (to a cent; in 万元, to what rounding can explain).

    A column in which an amount could not be read has no sum to compare with.
    """
    if not report["totals"]:
        return []
    names = sorted({name for total in report["totals"] for name in total["amounts"]})
    sums = ", ".join(
        f"""CASE WHEN count(*) FILTER (WHERE bad AND "{name}" IS NULL) = 0 THEN coalesce(sum("{name}"), 0) END"""
        for name in names
    )
    ((*summed,),) = asked_rows(f"SELECT {sums} FROM crm_rows")  # noqa: S608 (names are our own columns)
    by_name = dict(zip(names, summed, strict=True))
    problems = []
    for total in report["totals"]:
        for name, said in total["amounts"].items():
            if by_name[name] is None:
                continue
            factor = report["factors"].get(name, 1)
            slack = (factor - 1) * (total["rows"] + 1) * 0.005
            if abs(float(by_name[name]) - float(said)) > slack + 0.005:
                values = {"said": said, "sum": f"{by_name[name]:.2f}"}
                column = report["headers"][name]
                problems.append(Refusal(report["sheet"], total["row"], column, said, TOTAL_DIFFERS, values))
    return problems


# --- what is taken, but shown ------------------------------------------------------------------------------------------

NO_LICENCE = N_("has no valid licence on that day")
CLOSED_ACCOUNT = N_("the account is closed")
OTHER_BRANCH = N_("the account is kept by another branch than the developer's")
NOT_A_TRADING_DAY = N_("the exchanges are shut on that day")
LEFT_BEFORE = N_("had no post any more in that month; counted for the last one")

Warned = tuple[str, str, str, str]
WARNINGS_OF_OPENINGS: tuple[Warned, ...] = (
    (
        "JOIN crm_who w ON w.word = r.developer AND w.day = r.open_date WHERE w.unit_id IS NOT NULL AND NOT w.licensed",
        "developer",
        "r.developer",
        NO_LICENCE,
    ),
    ("WHERE r.status = 'closed'", "status", "r.status", CLOSED_ACCOUNT),
    (
        """JOIN crm_who w ON w.word = r.developer AND w.day = r.open_date JOIN crm_branches b ON b.word = r.branch
        WHERE b.matches = 1 AND NOT starts_with(w.path, b.path)""",
        "branch",
        "r.branch",
        OTHER_BRANCH,
    ),
    ("WHERE r.open_date = ANY(%(shut)s)", "open_date", "r.open_date::text", NOT_A_TRADING_DAY),
)
WARNINGS_OF_MONTHS: tuple[Warned, ...] = (
    (
        "JOIN crm_who w ON w.word = r.employee_no AND w.day = r.month WHERE w.unit_id IS NOT NULL AND NOT w.licensed",
        "employee_no",
        "r.employee_no",
        LEFT_BEFORE,
    ),
)


def warnings(asked: Asked, report: dict[str, Any], shut: Sequence[date]) -> list[dict[str, Any]]:
    """What is taken all the same: by rule, the number of rows and the first ones. `shut` are days without trading."""
    found = []
    for joined, column, value, rule in WARNINGS_OF_OPENINGS if asked.kind == Kind.OPENINGS else WARNINGS_OF_MONTHS:
        rows = asked_rows(
            f"SELECT r.row, {value}, count(*) OVER () FROM crm_rows r {joined} ORDER BY r.row LIMIT 20",  # noqa: S608
            {"shut": list(shut)},
        )
        if rows:
            found.append(
                {
                    "rule": rule,
                    "column": report["headers"].get(column, column),
                    "count": rows[0][2],
                    "rows": [[row, word] for row, word, _ in rows],
                }
            )
    return found


def sums(asked: Asked) -> dict[str, str]:
    """What the file's amounts add up to, for the preview and for comparing with the source."""
    names = [column.name for column in TABLES[asked.kind] if column.kind in {"amount", "count"}]
    listed = ", ".join(f'sum("{name}")::text' for name in names)
    ((*values,),) = asked_rows(f"SELECT {listed} FROM crm_rows")  # noqa: S608 (names are our own columns)
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}
