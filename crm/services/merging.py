"""How the good rows come in: what differs is changed, what is new is added, the rest is not touched.

What a row was before goes to `crm_superseded`; who and which day was touched to `crm_touched`, for the results; which
earlier imports brought rows that are sent again unchanged to `crm_confirmed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crm.models import Import, Kind
from crm.services.staging import asked_rows, run

TOUCHED = """
DROP TABLE IF EXISTS crm_touched, crm_confirmed;
CREATE TEMPORARY TABLE crm_confirmed (source_id bigint) ON COMMIT DROP;
CREATE TEMPORARY TABLE crm_touched (what text, person_id bigint, day date, rows bigint) ON COMMIT DROP;
"""
OPENING_COLUMNS = (
    "open_date",
    "branch_id",
    "client_name",
    "servicer_id",
    "share",
    "outlet_id",
    "open_assets",
    "channel",
    "status",
    "unit_id",
)
MONTH_COLUMNS = (
    "unit_id",
    "turnover",
    "gross_commission",
    "pass_through",
    "net_commission",
    "avg_assets",
    "end_assets",
    "net_inflow",
    "trades",
    "product_sales",
)


@dataclass(frozen=True, slots=True)
class Merge:
    """How a kind of rows comes into its table. `rows` selects `row`, key and values as they shall be; `pair` is the part of
    the key by which rows belong together: what the table has under a pair that is sent, and the file has not, goes."""

    table: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    pair: tuple[str, ...]
    person: str
    day: str
    rows: str

    @property
    def find(self) -> str:
        """What is there already under the pairs that are sent."""
        values = ", ".join(f"o.{value}" for value in self.values)
        sent = ", ".join(f"sent.{value}" for value in self.values)
        same = " AND ".join(f"o.{part} = sent.{part}" for part in self.key)
        pair = " AND ".join(f"o.{part} = sent.{part}" for part in self.pair)
        return f"""
        DROP TABLE IF EXISTS crm_there;
        CREATE TEMPORARY TABLE crm_there ON COMMIT DROP AS
            WITH sent AS MATERIALIZED ({self.rows})
            SELECT sent.row, o.id, o.source_id, o.{self.person} AS person_id, o.{self.day} AS day, {same} AS same,
                   ({values}) IS DISTINCT FROM ({sent}) AS differs
            FROM sent JOIN {self.table} o ON {pair};
        DROP TABLE IF EXISTS crm_gone;
        CREATE TEMPORARY TABLE crm_gone ON COMMIT DROP AS
            SELECT id FROM crm_there GROUP BY id HAVING NOT bool_or(same);
        """  # noqa: S608 (every name in these statements is a constant of this module)

    @property
    def change(self) -> str:
        """Keep what was, take away what is no more, change what differs."""
        return f"""
        INSERT INTO crm_confirmed
            SELECT DISTINCT source_id FROM crm_there WHERE same AND NOT differs AND source_id <> %(source)s;
        INSERT INTO crm_superseded (source_id, kind, "row", removed, old)
            SELECT %(source)s, %(kind)s, o.id, false, to_jsonb(o) FROM crm_there t JOIN {self.table} o USING (id)
                WHERE t.same AND t.differs
            UNION ALL SELECT %(source)s, %(kind)s, o.id, true, to_jsonb(o) FROM crm_gone g JOIN {self.table} o USING (id);
        WITH removed AS (DELETE FROM {self.table} o USING crm_gone g WHERE o.id = g.id RETURNING o.*)
        INSERT INTO crm_touched SELECT 'removed', {self.person}, {self.day}, count(*) FROM removed GROUP BY 2, 3;
        WITH updated AS (
            UPDATE {self.table} o SET {", ".join(f"{v} = sent.{v}" for v in self.values)}, source_id = %(source)s
            FROM ({self.rows}) sent JOIN crm_there t ON t.row = sent.row AND t.same AND t.differs WHERE o.id = t.id
            RETURNING o.{self.person} AS person_id, o.{self.day} AS day, t.day AS day_before
        )
        INSERT INTO crm_touched SELECT 'updated', person_id, day, count(*) FROM updated GROUP BY 2, 3
            UNION ALL SELECT 'before', person_id, day_before, 0 FROM updated WHERE day_before <> day GROUP BY 2, 3;
        """  # noqa: S608

    @property
    def add(self) -> str:
        """Bring in what is new; under a pair of which a row went it counts as changed."""
        both = ", ".join((*self.key, *self.values))
        return f"""
        WITH created AS (
            INSERT INTO {self.table} ({both}, source_id)
            SELECT {both}, %(source)s FROM ({self.rows}) sent
            WHERE NOT EXISTS (SELECT FROM crm_there t WHERE t.row = sent.row AND t.same)
            RETURNING {self.person} AS person_id, {self.day} AS day
        )
        INSERT INTO crm_touched SELECT 'created', person_id, day, count(*) FROM created GROUP BY 2, 3
        """  # noqa: S608


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
    rows="""
    SELECT r.row, r.fund_account, r.client_no, w.id AS developer_id, r.open_date, b.id AS branch_id,
           coalesce(r.client_name, '') AS client_name, s.id AS servicer_id, round(r.share, 4) AS share, t.id AS outlet_id,
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
    rows="""
    SELECT r.row, r.month, r.fund_account, r.relation, w.id AS person_id, w.unit_id, r.turnover, r.gross_commission, r.pass_through,
           r.net_commission, r.avg_assets, r.end_assets, r.net_inflow, r.trades, r.product_sales
    FROM crm_rows r JOIN crm_who w ON w.word = r.employee_no AND w.day = r.month
    WHERE NOT r.bad AND NOT EXISTS (SELECT FROM crm_bad x WHERE x.row = r.row)
    """,
)
MERGES = {Kind.OPENINGS: MERGE_OPENINGS, Kind.ACCOUNT_MONTH: MERGE_MONTHS}


@dataclass(frozen=True, slots=True)
class Merged:
    created: int
    updated: int
    confirmed: list[int]


def merge(imported: Import) -> Merged:
    """Bring the good rows of `crm_rows` in, under the name of a stored import."""
    statements, params = MERGES[Kind(imported.kind)], {"source": imported.pk, "kind": imported.kind}
    run(TOUCHED)
    run(statements.find)
    ((found, same),) = asked_rows("SELECT count(*), count(*) FILTER (WHERE same) FROM crm_there")
    if found:
        run(statements.change, params)
    if same < imported.accepted:
        run(statements.add, params)
    if imported.accepted - same >= MANY:  # the next file is compared by a plan that knows of this one
        run(f"ANALYZE {statements.table} ({', '.join(statements.pair)})")
    counts: dict[str, Any] = dict(asked_rows("SELECT what, sum(rows)::bigint FROM crm_touched GROUP BY what"))
    ((instead,),) = asked_rows(INSTEAD)
    confirmed = [pk for (pk,) in asked_rows("SELECT source_id FROM crm_confirmed ORDER BY 1")]
    return Merged(counts.get("created", 0) - instead, counts.get("updated", 0) + instead, confirmed)


TABLES_OF_FACTS = {
    Kind.OPENINGS: ("crm_opening", "developer_id", "open_date"),
    Kind.ACCOUNT_MONTH: ("crm_accountmonth", "person_id", "month"),
}


def take_back(imported: Import) -> None:
    """Remove what the import brought and put back what it had changed or removed."""
    run(TOUCHED)
    table, person, day = TABLES_OF_FACTS[Kind(imported.kind)]
    params = {"source": imported.pk}
    run(
        f"""WITH gone AS (DELETE FROM {table} WHERE source_id = %(source)s RETURNING {person} AS person_id, {day} AS day)
        INSERT INTO crm_touched SELECT 'removed', person_id, day, count(*) FROM gone GROUP BY 2, 3""",  # noqa: S608
        params,
    )
    run(
        f"""WITH back AS (
            INSERT INTO {table} OVERRIDING SYSTEM VALUE
            SELECT (jsonb_populate_record(NULL::{table}, s.old)).* FROM crm_superseded s WHERE s.source_id = %(source)s
            RETURNING {person} AS person_id, {day} AS day)
        INSERT INTO crm_touched SELECT 'created', person_id, day, count(*) FROM back GROUP BY 2, 3""",  # noqa: S608
        params,
    )
