"""How the good rows come in: what differs gets a new version, what is new is added, the rest is not touched.

No row is changed: the version that goes is ended by the import. Who and which day was touched goes to `crm_touched`, for
the results; which earlier imports brought rows that are sent again unchanged to `crm_confirmed`. Of a column that the
file does not have, what is there stays.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from crm.models import Import, ImportKind
from crm.services.staging import THEIRS, asked_rows, run

TOUCHED = """
DROP TABLE IF EXISTS crm_touched, crm_confirmed;
CREATE TEMPORARY TABLE crm_confirmed (source_id bigint) ON COMMIT DROP;
CREATE TEMPORARY TABLE crm_touched (what text, person_id bigint, day date, rows bigint) ON COMMIT DROP;
"""
OPENING_COLUMNS = {  # column of the table → column of the file
    "open_date": "open_date",
    "branch_id": "branch",
    "client_name": "client_name",
    "servicer_id": "servicer",
    "share": "",
    "outlet_id": "outlet",
    "open_assets": "open_assets",
    "channel": "channel",
    "status": "status",
    "unit_id": "",
}
MONTH_COLUMNS = {
    "branch_id": "branch",
    "unit_id": "",
    "turnover": "turnover",
    "gross_commission": "gross_commission",
    "pass_through": "pass_through",
    "net_commission": "net_commission",
    "avg_assets": "avg_assets",
    "end_assets": "end_assets",
    "net_inflow": "net_inflow",
    "trades": "trades",
    "product_sales": "product_sales",
}


@dataclass(frozen=True, slots=True)
class Merge:
    """How a kind of rows comes into its table. `rows` selects `row`, key and values as they shall be; `pair` is the part of
    the key by which rows belong together: what the table has under a pair that is sent, and the file has not, goes.
    `given` are the columns of the file."""

    table: str
    key: tuple[str, ...]
    values: dict[str, str]
    pair: tuple[str, ...]
    person: str
    day: str
    rows: str
    measures: tuple[str, ...]

    def wanted(self, given: Collection[str]) -> dict[str, str]:
        """Every value as it shall be, from the row that was sent and the one that is there, `o`."""
        wanted = {}
        for value, column in self.values.items():
            kept = bool(column) and column not in given
            wanted[value] = f"CASE WHEN o.id IS NULL THEN sent.{value} ELSE o.{value} END" if kept else f"sent.{value}"
        if self.table == "crm_accountmonth":  # a row stays with the branch it once named until it names another
            wanted["branch_id"] = "coalesce(sent.branch_id, o.branch_id)"
            wanted["unit_id"] = (
                "CASE WHEN sent.branch_id IS NULL AND o.branch_id IS NOT NULL THEN o.unit_id ELSE sent.unit_id END"
            )
        return wanted

    def find(self, given: Collection[str]) -> str:
        """What is there already under the pairs that are sent."""
        wanted = self.wanted(given)
        differing = [value for value, text in wanted.items() if not text.endswith(f"ELSE o.{value} END")]
        values, sent = ", ".join(f"o.{value}" for value in differing), ", ".join(wanted[value] for value in differing)
        same = " AND ".join(f"o.{part} = sent.{part}" for part in self.key)
        pair = " AND ".join(f"o.{part} = sent.{part}" for part in self.pair)
        return f"""
        DROP TABLE IF EXISTS crm_there;
        CREATE TEMPORARY TABLE crm_there ON COMMIT DROP AS
            WITH sent AS MATERIALIZED ({self.rows})
            SELECT sent.row, o.id, o.source_id, o.{self.person} AS person_id, o.{self.day} AS day, {same} AS same,
                   ({values}) IS DISTINCT FROM ({sent}) AS differs
            FROM sent JOIN {self.table} o ON {pair} AND o.ended_by_id IS NULL;
        DROP TABLE IF EXISTS crm_gone;
        CREATE TEMPORARY TABLE crm_gone ON COMMIT DROP AS
            SELECT id FROM crm_there GROUP BY id HAVING NOT bool_or(same);
        """  # noqa: S608 (every name in these statements is a constant of this module)

    def change(self, given: Collection[str]) -> str:
        """End what is no more and what differs; what differs gets its next version."""
        wanted = self.wanted(given)
        return f"""
        INSERT INTO crm_confirmed
            SELECT DISTINCT source_id FROM crm_there WHERE same AND NOT differs AND source_id <> %(source)s;
        UPDATE {self.table} o SET ended_by_id = %(source)s
            WHERE o.id IN (SELECT id FROM crm_gone UNION ALL SELECT id FROM crm_there WHERE same AND differs);
        INSERT INTO crm_touched SELECT 'removed', o.{self.person}, o.{self.day}, count(*)
            FROM crm_gone JOIN {self.table} o USING (id) GROUP BY 2, 3;
        WITH updated AS (
            INSERT INTO {self.table} ({", ".join((*self.key, *wanted))}, source_id)
            SELECT {", ".join(f"sent.{part}" for part in self.key)}, {", ".join(wanted.values())}, %(source)s
            FROM ({self.rows}) sent JOIN crm_there t ON t.row = sent.row AND t.same AND t.differs
            JOIN {self.table} o ON o.id = t.id
            RETURNING {self.person} AS person_id, {self.day} AS day
        )
        INSERT INTO crm_touched SELECT 'updated', person_id, day, count(*) FROM updated GROUP BY 2, 3;
        INSERT INTO crm_touched SELECT DISTINCT 'before', person_id, day, 0 FROM crm_there WHERE same AND differs;
        """  # noqa: S608

    def add(self, given: Collection[str], *, found: bool) -> str:
        """Bring in what is new; under a pair of which a row went it counts as changed, and what the file does not tell of
        the account is as it was."""
        wanted = {value: f"sent.{value}" for value in self.values}
        before = ""
        if found and self.pair != self.key:
            wanted = self.wanted(given)
            before = f"""LEFT JOIN LATERAL (SELECT o.* FROM crm_there t JOIN {self.table} o USING (id) WHERE t.row = sent.row
                ORDER BY t.id IN (SELECT id FROM crm_gone) DESC, t.id LIMIT 1) o ON true"""  # noqa: S608
        return f"""
        WITH created AS (
            INSERT INTO {self.table} ({", ".join((*self.key, *wanted))}, source_id)
            SELECT {", ".join(f"sent.{part}" for part in self.key)}, {", ".join(wanted.values())}, %(source)s
            FROM ({self.rows}) sent {before}
            WHERE NOT EXISTS (SELECT FROM crm_there t WHERE t.row = sent.row AND t.same)
            RETURNING {self.person} AS person_id, {self.day} AS day
        )
        INSERT INTO crm_touched SELECT 'created', person_id, day, count(*) FROM created GROUP BY 2, 3
        """  # noqa: S608


KEEP_SHARES = """
UPDATE crm_rows r SET share = o.share FROM crm_opening o
    JOIN teams_person p ON p.id = o.developer_id JOIN accounts_user a ON a.id = p.user_id
WHERE o.fund_account = r.fund_account AND o.client_no = r.client_no AND a.employee_no = r.developer AND o.ended_by_id IS NULL
    AND o.share < 1
"""  # of a file without the column
MANY = 10_000
INSTEAD = """
SELECT count(DISTINCT t.row)::bigint FROM crm_there t JOIN crm_gone USING (id)
WHERE NOT EXISTS (SELECT FROM crm_there s WHERE s.row = t.row AND s.same)
"""
MERGE_OPENINGS = Merge(
    table="crm_opening",
    key=("fund_account", "client_no", "developer_id"),
    values=OPENING_COLUMNS,
    pair=("fund_account", "client_no"),
    day="open_date",
    person="developer_id",
    measures=("open_assets",),
    rows="""
    SELECT r.row, r.fund_account, r.client_no, w.id AS developer_id, r.open_date, b.id AS branch_id,
           coalesce(r.client_name, '') AS client_name, s.id AS servicer_id, r.share, t.id AS outlet_id,
           r.open_assets, coalesce(r.channel, '') AS channel, r.status, w.unit_id
    FROM crm_rows r
    JOIN crm_branches b ON b.word = r.branch
    JOIN crm_who w ON w.word = r.developer AND w.day = r.open_date
    LEFT JOIN crm_servicers s ON s.word = r.servicer
    LEFT JOIN crm_outlets t ON t.word = r.outlet
    WHERE NOT r.bad AND NOT EXISTS (SELECT FROM crm_bad x WHERE x.row = r.row)
    """,
)
MERGE_MONTHS = Merge(
    table="crm_accountmonth",
    key=("month", "fund_account", "relation", "person_id"),
    values=MONTH_COLUMNS,
    pair=("month", "fund_account", "relation", "person_id"),
    day="month",
    person="person_id",
    measures=(
        "turnover",
        "pass_through",
        "net_commission",
        "avg_assets",
        "end_assets",
        "net_inflow",
        "trades",
        "product_sales",
    ),
    rows=f"""
    SELECT r.row, r.month, r.fund_account, r.relation, w.id AS person_id, w.branch_id, w.unit_id, r.turnover,
           r.gross_commission, r.pass_through, r.net_commission, r.avg_assets, r.end_assets, r.net_inflow, r.trades,
           r.product_sales
    FROM crm_rows r JOIN crm_who w ON {THEIRS}
    WHERE NOT r.bad AND NOT EXISTS (SELECT FROM crm_bad x WHERE x.row = r.row)
    """,  # noqa: S608
)
MERGES = {ImportKind.OPENINGS: MERGE_OPENINGS, ImportKind.ACCOUNT_MONTH: MERGE_MONTHS}


@dataclass(frozen=True, slots=True)
class Merged:
    created: int
    updated: int
    confirmed: list[int]
    cleared: dict[str, int]


def merge(imported: Import, given: Collection[str]) -> Merged:
    """Bring the good rows of `crm_rows` in, under the name of a stored import. `given` are the columns of the file."""
    statements, params = MERGES[ImportKind(imported.kind)], {"source": imported.pk}
    run(TOUCHED)
    run(statements.find(given))
    ((found, same),) = asked_rows("SELECT count(*), count(*) FILTER (WHERE same) FROM crm_there")
    cleared = cleared_by(statements, given) if found else {}
    if found:
        run(statements.change(given), params)
    if same < imported.accepted:
        run(statements.add(given, found=bool(found)), params)
    if imported.accepted - same >= MANY:  # the next file is compared by a plan that knows of this one
        run(f"ANALYZE {statements.table} ({', '.join(statements.pair)})")
    counts: dict[str, Any] = dict(asked_rows("SELECT what, sum(rows)::bigint FROM crm_touched GROUP BY what"))
    ((instead,),) = asked_rows(INSTEAD)
    confirmed = [pk for (pk,) in asked_rows("SELECT source_id FROM crm_confirmed ORDER BY 1")]
    return Merged(counts.get("created", 0) - instead, counts.get("updated", 0) + instead, confirmed, cleared)


def cleared_by(statements: Merge, given: Collection[str]) -> dict[str, int]:
    """How many figures that are there an empty cell clears, by column."""
    measures = [measure for measure in statements.measures if measure in given]
    if not measures:
        return {}
    counts = ", ".join(
        f"count(*) FILTER (WHERE o.{measure} IS NOT NULL AND r.{measure} IS NULL)" for measure in measures
    )
    ((*found,),) = asked_rows(
        f"""SELECT {counts} FROM crm_there t JOIN {statements.table} o USING (id)
        JOIN crm_rows r ON r.row = t.row WHERE t.same AND t.differs"""  # noqa: S608
    )
    return {measure: count for measure, count in zip(measures, found, strict=True) if count}


TABLES_OF_FACTS = {
    ImportKind.OPENINGS: ("crm_opening", "developer_id", "open_date"),
    ImportKind.ACCOUNT_MONTH: ("crm_accountmonth", "person_id", "month"),
}


def take_back(imported: Import) -> None:
    """End what the import brought; what it had ended holds again."""
    run(TOUCHED)
    table, person, day = TABLES_OF_FACTS[ImportKind(imported.kind)]
    params = {"source": imported.pk}
    for what, ended_by, rows in (
        ("removed", "%(source)s", "source_id = %(source)s AND ended_by_id IS NULL"),
        ("created", "NULL", "ended_by_id = %(source)s AND source_id <> %(source)s"),
    ):
        run(
            f"""WITH touched AS (
                UPDATE {table} SET ended_by_id = {ended_by} WHERE {rows} RETURNING {person} AS person_id, {day} AS day)
            INSERT INTO crm_touched SELECT '{what}', person_id, day, count(*) FROM touched GROUP BY 2, 3""",  # noqa: S608
            params,
        )
