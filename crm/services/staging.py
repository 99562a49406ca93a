"""A file's rows in temporary tables: who and what their words mean, and which rows cannot be taken.

Every question is asked of all rows at once. Words are resolved once each (`crm_who`, `crm_branches` …), so a file that is
right costs little more than its loading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from core import bulk
from core.explain import N_
from core.guard import Limits, reading
from core.tables import Refusal
from crm.models import Kind
from crm.reading.columns import TABLES
from crm.services.progress import Phase, Telling, silent
from teams.models import Unit

TYPES = {
    "date": "date",
    "month": "date",
    "number": "text",
    "text": "text",
    "name": "text",
    "choice": "text",
    "part": "numeric",
    "amount": "numeric",
    "count": "integer",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read, for whom, and as of which day."""

    kind: str
    path: Path
    name: str
    unit: Unit
    today: date
    covers: tuple[date, date] | None = None
    limits: Limits | None = None
    most: int = 200  # refusals named one by one


def run(statement: str, params: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def asked_rows(statement: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def one_at_a_time() -> None:
    """Imports are merged one after the other; the lock ends with the transaction."""
    run("SELECT pg_advisory_xact_lock(hashtext('crm.import'))")


def load(asked: Asked, telling: Telling = silent) -> dict[str, Any]:
    """Bring the file's rows into `crm_rows`; what the child reports. Raises `TableRefused`."""
    columns = TABLES[asked.kind]
    bulk.staging_table(
        "crm_rows",
        [("row", "integer"), ("bad", "boolean"), *((column.name, TYPES[column.kind]) for column in columns)],
    )
    arguments = {
        "kind": asked.kind,
        "today": asked.today.isoformat(),
        "covers": [day.isoformat() for day in asked.covers or ()],
        "most": asked.most,
    }
    with reading(
        asked.path, name=asked.name, limits=asked.limits, shaper="crm.reading:shape", arguments=arguments
    ) as read:
        bulk.copy_text(
            "crm_rows", ["row", "bad", *(column.name for column in columns)], counted(read.chunks(), telling)
        )
    run("ANALYZE crm_rows")
    return read.report


def counted(chunks: Iterator[bytes], telling: Telling) -> Iterator[bytes]:
    """The chunks, telling after each how many rows have come."""
    rows = 0
    for chunk in chunks:
        rows += chunk.count(b"\n")
        telling(Phase.READING, rows)
        yield chunk


# --- what the words mean ---------------------------------------------------------------------------------------------

WORDS_OF_OPENINGS = """
DROP TABLE IF EXISTS crm_branches, crm_outlets, crm_servicers, crm_who, crm_several, crm_bad;
CREATE TEMPORARY TABLE crm_several ON COMMIT DROP AS
    SELECT r.* FROM crm_rows r
    JOIN (SELECT fund_account, client_no FROM crm_rows GROUP BY 1, 2 HAVING count(*) > 1) d USING (fund_account, client_no);
CREATE TEMPORARY TABLE crm_branches ON COMMIT DROP AS
    SELECT r.word, min(u.id) AS id, count(u.id) AS matches, min(u.path) AS path
    FROM (SELECT DISTINCT branch AS word FROM crm_rows WHERE branch IS NOT NULL) r
    LEFT JOIN teams_unit u ON u.kind = 'branch' AND r.word IN (u.code, u.name)
    GROUP BY r.word;
CREATE TEMPORARY TABLE crm_outlets ON COMMIT DROP AS
    SELECT r.word, min(o.id) AS id, count(o.id) AS matches
    FROM (SELECT DISTINCT outlet AS word FROM crm_rows WHERE outlet IS NOT NULL) r
    LEFT JOIN teams_outlet o ON r.word IN (o.code, o.name)
    GROUP BY r.word;
CREATE TEMPORARY TABLE crm_servicers ON COMMIT DROP AS
    SELECT r.word, p.id
    FROM (SELECT DISTINCT servicer AS word FROM crm_rows WHERE servicer IS NOT NULL) r
    LEFT JOIN accounts_user a ON a.employee_no = r.word
    LEFT JOIN teams_person p ON p.user_id = a.id;
CREATE TEMPORARY TABLE crm_who ON COMMIT DROP AS
    SELECT DISTINCT ON (r.word, r.day) r.word, r.day, p.id, u.id AS unit_id, u.path,
           p.licence_no <> '' AND (p.licence_until IS NULL OR p.licence_until >= r.day) AS licensed
    FROM (SELECT DISTINCT developer AS word, open_date AS day FROM crm_rows WHERE developer IS NOT NULL) r
    LEFT JOIN accounts_user a ON a.employee_no = r.word
    LEFT JOIN teams_person p ON p.user_id = a.id
    LEFT JOIN teams_posting t ON t.person_id = p.id AND t.from_on <= r.day AND (t.to_on IS NULL OR t.to_on > r.day)
    LEFT JOIN teams_unit u ON u.id = t.unit_id
    ORDER BY r.word, r.day, t.role = 'customer_manager' DESC, t.acting_for_id IS NULL DESC, length(u.path) DESC, t.id;
CREATE TEMPORARY TABLE crm_bad ("row" integer, "column" text, value text, rule text, whole boolean) ON COMMIT DROP;
ANALYZE crm_who;
"""
# A person who moved within the month counts, in a branch's file, for the last post held in that branch.
WORDS_OF_MONTHS = """
DROP TABLE IF EXISTS crm_who, crm_bad;
CREATE TEMPORARY TABLE crm_who ON COMMIT DROP AS
    SELECT DISTINCT ON (r.word, r.day) r.word, r.day, p.id, u.id AS unit_id, u.path,
           t.to_on IS NULL OR t.to_on > r.day AS licensed
    FROM (SELECT DISTINCT employee_no AS word, month AS day FROM crm_rows WHERE employee_no IS NOT NULL) r
    LEFT JOIN accounts_user a ON a.employee_no = r.word
    LEFT JOIN teams_person p ON p.user_id = a.id
    LEFT JOIN teams_posting t ON t.person_id = p.id AND t.from_on < r.day + interval '1 month'
    LEFT JOIN teams_unit u ON u.id = t.unit_id
    ORDER BY r.word, r.day, starts_with(u.path, %(scope)s) AND (t.to_on IS NULL OR t.to_on > r.day) DESC NULLS LAST,
             least(coalesce(t.to_on, 'infinity'), r.day + interval '1 month') DESC,
             t.role = 'customer_manager' DESC, t.acting_for_id IS NULL DESC, length(u.path) DESC, t.id;
CREATE TEMPORARY TABLE crm_bad ("row" integer, "column" text, value text, rule text, whole boolean) ON COMMIT DROP;
ANALYZE crm_who;
"""

# --- which rows cannot be taken ----------------------------------------------------------------------------------------

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
