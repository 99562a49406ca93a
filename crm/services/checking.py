"""Which rows of a file cannot be taken, which are taken but shown, and what its amounts add up to.

Every question is asked of all rows at once, in the database.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.explain import N_
from core.identifiers import LIKENESS_IN_SQL
from core.tables import Refusal
from crm.models import ImportKind
from crm.reading.columns import TABLES
from crm.services import holders
from crm.services.staging import THEIRS, WORDS_OF_MONTHS, WORDS_OF_OPENINGS, ImportAsked, asked_rows, run

ELSEWHERE = N_("belongs to another branch than yours, %(known)s; the whole file is refused")
HELD = N_("is held by another branch, %(known)s; only a file taken by head office moves it, and this one is refused")
OTHER_CLIENT = N_("this fund account is known under the client number %(known)s")
TWO_CLIENTS = N_("this fund account stands in the file under the client number %(known)s, too")
LIKE_KNOWN = N_("is unknown, but differs from the known %(known)s only in leading zeros or capitals")
LIKE_ANOTHER = N_("differs from %(known)s, which this file names, too, only in leading zeros or capitals")
UNKNOWN_BRANCH = N_("no branch has this code or name")
LIKE_BRANCH = N_("no branch has this code or name; %(known)s looks like it")
TWO_BRANCHES = N_("several branches have this name; use the code")
UNKNOWN_PERSON = N_("nobody has this employee number")
LIKE_PERSON = N_("nobody has this employee number; %(known)s looks like it")
NOT_POSTED = N_("was posted nowhere on that day")
NEVER_POSTED = N_("had no post by then, or none in the branch that the row names")
UNKNOWN_OUTLET = N_("no outlet has this code or name")
TWO_OUTLETS = N_("several outlets have this name; use the code")
TWICE = N_("is there more than once")
OVER_WHOLE = N_("the shares of this account are above 100 % together")
NEGATIVE = N_("is below zero")
NET_OVER_GROSS = N_("is more than the commission it is part of")
WITH_ITS_ACCOUNT = N_("another row of this account is refused")
TOTAL_DIFFERS = N_("the total row says %(said)s, the rows sum to %(sum)s; the whole file is refused")


@dataclass(frozen=True, slots=True)
class Check:
    """Rows that cannot be taken: which of the rows `r`, by which column, with what value, by what rule. `whole` lets the
    file fall; `named` is what the rule names, `likely` the rule where there is something to name."""

    rows: str
    column: str
    rule: str
    value: str = ""
    whole: bool = False
    named: str = "NULL"
    likely: str = ""


BRANCH_OF = "(SELECT k.name FROM teams_unit k WHERE k.kind = 'branch' AND starts_with({path}, k.path))"
ALIKE = f"{LIKENESS_IN_SQL.format('{0}')} = {LIKENESS_IN_SQL.format('{1}')}"
SAME_PERSON = f"(SELECT min(a.employee_no) FROM accounts_user a WHERE {ALIKE.format('a.employee_no', '{word}')})"  # noqa: S608 (constants)
SAME_BRANCH = f"(SELECT min(k.code) FROM teams_unit k WHERE k.kind = 'branch' AND {ALIKE.format('k.code', 'r.branch')})"  # noqa: S608 (constants)


def nobody(column: str, words: str) -> Check:
    word = f"r.{column}"
    return Check(words, column, UNKNOWN_PERSON, named=SAME_PERSON.format(word=word), likely=LIKE_PERSON)


def alike(column: str) -> tuple[Check, ...]:
    """Identifiers that nobody knows yet, but one like them; within one file likewise."""
    rows = f"JOIN crm_alike a ON a.what = '{column}' AND a.word = r.{column}"
    return (
        Check(f"{rows} WHERE a.stored", column, LIKE_KNOWN, named="a.known"),
        Check(f"{rows} WHERE NOT a.stored", column, LIKE_ANOTHER, named="a.known"),
    )


BRANCHES_ARE_ONE = (
    Check(
        "JOIN crm_branches b ON b.word = r.branch WHERE b.matches = 0",
        "branch",
        UNKNOWN_BRANCH,
        named=SAME_BRANCH,
        likely=LIKE_BRANCH,
    ),
    Check("JOIN crm_branches b ON b.word = r.branch WHERE b.matches > 1", "branch", TWO_BRANCHES),
    Check(
        "JOIN crm_branches b ON b.word = r.branch WHERE b.matches = 1 AND NOT starts_with(b.path, %(scope)s)",
        "branch",
        ELSEWHERE,
        whole=True,
        named="b.name",
    ),
)
CHECKS_OF_OPENINGS: tuple[Check, ...] = (
    *BRANCHES_ARE_ONE,
    Check("JOIN crm_outlets o ON o.word = r.outlet WHERE o.matches = 0", "outlet", UNKNOWN_OUTLET),
    Check("JOIN crm_outlets o ON o.word = r.outlet WHERE o.matches > 1", "outlet", TWO_OUTLETS),
    nobody("servicer", "JOIN crm_servicers s ON s.word = r.servicer WHERE s.id IS NULL"),
    nobody("developer", "JOIN (SELECT DISTINCT word FROM crm_who WHERE id IS NULL) w ON w.word = r.developer"),
    Check(
        "JOIN crm_who w ON w.word = r.developer AND w.day = r.open_date WHERE w.id IS NOT NULL AND w.unit_id IS NULL",
        "developer",
        NOT_POSTED,
    ),
    Check(
        "JOIN crm_who w ON w.word = r.developer AND w.day = r.open_date WHERE NOT starts_with(w.path, %(scope)s)",
        "developer",
        ELSEWHERE,
        whole=True,
        named=BRANCH_OF.format(path="w.path"),
    ),
    Check(
        """JOIN (SELECT fund_account, client_no, developer, min("row") AS first FROM crm_several WHERE NOT bad
        GROUP BY 1, 2, 3 HAVING count(*) > 1) d USING (fund_account, client_no, developer) WHERE r.row > d.first""",
        "fund_account",
        TWICE,
    ),
    Check(
        """JOIN (SELECT fund_account, client_no FROM crm_several WHERE NOT bad GROUP BY 1, 2
        HAVING round(sum(share), 12) > 1 AND count(DISTINCT developer) > 1) d USING (fund_account, client_no)""",
        "share",
        OVER_WHOLE,
        value="round(r.share * 100, 2)::text || ' %%'",
    ),
    Check("JOIN crm_held h ON h.row = r.row", "fund_account", HELD, whole=True, named="h.holder"),
    Check(
        "JOIN crm_other_client c ON c.row = r.row WHERE c.stored AND NOT EXISTS (SELECT FROM crm_held h WHERE h.row = r.row)",
        "client_no",
        OTHER_CLIENT,
        named="c.known",
    ),
    Check("JOIN crm_other_client c ON c.row = r.row WHERE NOT c.stored", "client_no", TWO_CLIENTS, named="c.known"),
    *alike("client_no"),
    *alike("fund_account"),
)
CHECKS_OF_MONTHS: tuple[Check, ...] = (
    *BRANCHES_ARE_ONE,
    nobody("employee_no", "JOIN (SELECT DISTINCT word FROM crm_who WHERE id IS NULL) w ON w.word = r.employee_no"),
    Check(
        f"JOIN crm_who w ON {THEIRS} WHERE w.id IS NOT NULL AND w.unit_id IS NULL",
        "employee_no",
        NEVER_POSTED,
    ),
    Check(
        f"JOIN crm_who w ON {THEIRS} WHERE NOT starts_with(w.path, %(scope)s)",
        "employee_no",
        ELSEWHERE,
        whole=True,
        named=BRANCH_OF.format(path="w.path"),
    ),
    Check("JOIN crm_held h ON h.row = r.row", "fund_account", HELD, whole=True, named="h.holder"),
    Check("WHERE r.turnover < 0", "turnover", NEGATIVE, value="r.turnover::text"),
    Check(
        """WHERE r.net_commission > r.gross_commission AND r.gross_commission >= 0
        OR r.net_commission < r.gross_commission AND r.gross_commission < 0""",
        "net_commission",
        NET_OVER_GROSS,
        value="r.net_commission::text",
    ),
    Check(
        """JOIN (SELECT month, fund_account, relation, employee_no, min("row") AS first FROM crm_rows WHERE NOT bad
        GROUP BY 1, 2, 3, 4 HAVING count(*) > 1) d USING (month, fund_account, relation, employee_no)
        WHERE r.row > d.first""",
        "fund_account",
        TWICE,
    ),
    *alike("fund_account"),
)
CHECKS = {ImportKind.OPENINGS: CHECKS_OF_OPENINGS, ImportKind.ACCOUNT_MONTH: CHECKS_OF_MONTHS}
POISON = """
INSERT INTO crm_bad
SELECT r.row, 'fund_account', r.fund_account, %(rule)s, false, NULL FROM crm_several r
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


def check(asked: ImportAsked, report: dict[str, Any]) -> Checked:
    """Find the rows that cannot be taken; they stand in `crm_bad` afterwards."""
    scope = {"scope": asked.unit.path}
    if asked.kind == ImportKind.OPENINGS:
        run(WORDS_OF_OPENINGS)
    else:
        run(WORDS_OF_MONTHS, scope)
    holders.look_up(asked)
    for one in CHECKS[ImportKind(asked.kind)]:
        run(
            f"""INSERT INTO crm_bad SELECT "row", %(column)s, value, CASE WHEN named <> '' AND %(likely)s <> '' THEN %(likely)s
            ELSE %(rule)s END, %(whole)s, named
            FROM (SELECT r.row, {one.value or f"r.{one.column}"} AS value, {one.named} AS named FROM crm_rows r {one.rows}) found""",  # noqa: S608
            {**scope, "column": one.column, "rule": one.rule, "whole": one.whole, "likely": one.likely},
        )
    if asked.kind == ImportKind.OPENINGS:
        run(POISON, {"rule": WITH_ITS_ACCOUNT, "twice": TWICE})
    found = asked_rows(
        'SELECT "row", "column", value, rule, named FROM crm_bad ORDER BY "row", "column", rule LIMIT %(most)s',
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
            Refusal(
                report["sheet"], row, headers.get(column, column), value or "", rule, {"known": named} if named else {}
            )
            for row, column, value, rule, named in found
        ),
        *differing,
    ]
    refusals.sort(key=lambda refusal: refusal.row)
    total = report["refusal_count"] + count + len(differing)
    return Checked(refusals[: asked.most], total, refused_rows, whole or bool(differing))


def differing_totals(asked: ImportAsked, report: dict[str, Any]) -> list[Refusal]:
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
            rounded = report["rounded"].get(name, [0])[0] + 1
            slack = (factor - 1) * (total["rows"] + 1) * 0.005 + (rounded if rounded > 1 else 0) * 0.005
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
UNDER_WHOLE = N_("the shares of this account are below 100 % together; the rest is credited to nobody")
FORMER_NAME = N_("is an earlier name of the branch and taken as it")
ROUNDED = N_("has more places than money has; rounded to cents")
THOUSANDFOLD = N_("is a thousand times last month's figure, or a thousandth: are these yuan?")
LEFT_BEFORE = N_("had no post any more in that month; counted for the last one")

Warned = tuple[str, str, str, str]
BY_FORMER_NAME: Warned = (
    "JOIN crm_branches b ON b.word = r.branch WHERE b.matches = 1 AND b.by_former_name",
    "branch",
    "r.branch",
    FORMER_NAME,
)
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
    (
        """JOIN (SELECT fund_account, client_no FROM crm_rows WHERE NOT bad AND share < 1 GROUP BY 1, 2
        HAVING round(sum(share), 12) < 1) p USING (fund_account, client_no) WHERE NOT r.bad""",
        "share",
        "round(r.share * 100, 2)::text || ' %%'",
        UNDER_WHOLE,
    ),
    BY_FORMER_NAME,
)
WARNINGS_OF_MONTHS: tuple[Warned, ...] = (
    BY_FORMER_NAME,
    (
        f"JOIN crm_who w ON {THEIRS} WHERE w.unit_id IS NOT NULL AND NOT w.licensed",
        "employee_no",
        "r.employee_no",
        LEFT_BEFORE,
    ),
)


def warnings(asked: ImportAsked, report: dict[str, Any], shut: Sequence[date]) -> list[dict[str, Any]]:
    """What is taken all the same: by rule, the number of rows and the first ones. `shut` are days without trading."""
    found = []

    def warn(column: str, rule: str, count: int, rows: list[list[Any]]) -> None:
        heading = report["headers"].get(column, column)
        found.append({"rule": rule, "column": heading, "count": count, "rows": rows})

    for joined, column, value, rule in (
        WARNINGS_OF_OPENINGS if asked.kind == ImportKind.OPENINGS else WARNINGS_OF_MONTHS
    ):
        rows = asked_rows(
            f"SELECT r.row, {value}, count(*) OVER () FROM crm_rows r {joined} ORDER BY r.row LIMIT 20",  # noqa: S608
            {"shut": list(shut)},
        )
        if rows:
            warn(column, rule, rows[0][2], [[row, word] for row, word, _ in rows])
    for column, (count, *first) in report["rounded"].items():
        warn(column, ROUNDED, count, first)
    if asked.kind == ImportKind.ACCOUNT_MONTH:
        for column, count, first in thousandfold(report["headers"]):
            warn(column, THOUSANDFOLD, count, first)
    return found


def thousandfold(given: Collection[str]) -> list[tuple[str, int, list[list[Any]]]]:
    """Columns with figures a thousand times off those of the month before: how many, and the first."""
    measures = [
        column.name for column in TABLES[ImportKind.ACCOUNT_MONTH] if column.kind == "amount" and column.name in given
    ]
    pairs = ", ".join(f"('{measure}', r.{measure}, p.{measure})" for measure in measures)
    found = asked_rows(
        f"""SELECT v.name, count(*), (array_agg(r.row ORDER BY r.row))[1:20], (array_agg(v.now::text ORDER BY r.row))[1:20]
        FROM crm_rows r JOIN crm_who w ON {THEIRS}
        JOIN crm_accountmonth p ON p.month = r.month - interval '1 month' AND p.fund_account = r.fund_account
            AND p.relation = r.relation AND p.person_id = w.id AND p.ended_by_id IS NULL
        CROSS JOIN LATERAL (VALUES {pairs}) AS v (name, now, before)
        WHERE v.now <> 0 AND v.before <> 0
            AND (abs(v.now) >= 1000 * abs(v.before) OR abs(v.before) >= 1000 * abs(v.now))
        GROUP BY 1 ORDER BY 1"""  # noqa: S608 (names are our own columns)
    )
    return [(name, count, [list(pair) for pair in zip(rows, words, strict=True)]) for name, count, rows, words in found]


def to_be_told_apart(most: int = 50) -> list[list[str]]:
    """Words of the file that a person may tell apart from known ones: what they are, the word, the known one."""
    return [
        list(row)
        for row in asked_rows(
            """SELECT what, word, known FROM crm_alike
            UNION SELECT 'client_no', client_no, known FROM crm_other_client
            ORDER BY 1, 2 LIMIT %(most)s""",
            {"most": most},
        )
    ]


def sums(asked: ImportAsked) -> dict[str, str]:
    """What the file's amounts add up to, for the preview and for comparing with the source."""
    names = [column.name for column in TABLES[asked.kind] if column.kind in {"amount", "count"}]
    listed = ", ".join(f'sum("{name}")::text' for name in names)
    ((*values,),) = asked_rows(f"SELECT {listed} FROM crm_rows")  # noqa: S608 (names are our own columns)
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}
