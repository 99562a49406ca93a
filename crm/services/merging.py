"""One statement that brings the good rows in: what differs is changed, what is new is added, the rest is not touched.

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


def merge_statement(
    *, table: str, key: tuple[str, ...], values: tuple[str, ...], rows: str, gone: str, day: str, person: str
) -> str:
    """`rows` selects key and values as they shall be; `gone` the ids of rows that are no more."""
    both = (*key, *values)
    return f"""
WITH sent AS MATERIALIZED ({rows}),
judged AS MATERIALIZED (
    SELECT sent.*, old.id AS old_id, old.{day} AS old_day, old.source_id AS old_source,
           old.id IS NOT NULL AND ({", ".join(f"old.{v}" for v in values)}) IS DISTINCT FROM ({", ".join(f"sent.{v}" for v in values)})
           AS differs
    FROM sent LEFT JOIN {table} old ON {" AND ".join(f"old.{k} = sent.{k}" for k in key)}
),
gone AS MATERIALIZED ({gone}),
confirmed AS (
    INSERT INTO crm_confirmed SELECT DISTINCT old_source FROM judged WHERE NOT differs AND old_source <> %(source)s
),
kept AS (
    INSERT INTO crm_superseded (source_id, kind, "row", removed, old)
    SELECT %(source)s, %(kind)s, o.id, false, to_jsonb(o) FROM judged j JOIN {table} o ON o.id = j.old_id WHERE j.differs
    UNION ALL SELECT %(source)s, %(kind)s, o.id, true, to_jsonb(o) FROM gone g JOIN {table} o ON o.id = g.id
),
removed AS (DELETE FROM {table} o USING gone g WHERE o.id = g.id RETURNING o.*),
updated AS (
    UPDATE {table} o SET {", ".join(f"{v} = j.{v}" for v in values)}, source_id = %(source)s
    FROM judged j WHERE o.id = j.old_id AND j.differs RETURNING o.{person} AS person_id, o.{day} AS day, j.old_day
),
created AS (
    INSERT INTO {table} ({", ".join(both)}, source_id)
    SELECT {", ".join(both)}, %(source)s FROM judged WHERE old_id IS NULL
    RETURNING {person} AS person_id, {day} AS day, {key[0]}, {key[1]}
)
INSERT INTO crm_touched
SELECT CASE WHEN r.{key[0]} IS NULL THEN 'created' ELSE 'updated' END, c.person_id, c.day, count(*)
    FROM created c LEFT JOIN (SELECT DISTINCT {key[0]}, {key[1]} FROM removed) r USING ({key[0]}, {key[1]}) GROUP BY 1, 2, 3
UNION ALL SELECT 'updated', person_id, day, count(*) FROM updated GROUP BY 2, 3
UNION ALL SELECT 'before', person_id, old_day, 0 FROM updated WHERE old_day <> day GROUP BY 2, 3
UNION ALL SELECT 'removed', {person}, {day}, count(*) FROM removed GROUP BY 2, 3
"""  # noqa: S608 (every name in it is a constant of this module)


MERGE_OPENINGS = merge_statement(
    table="crm_opening",
    key=("fund_account", "client_no", "developer_id"),
    values=OPENING_COLUMNS,
    day="open_date",
    person="developer_id",
    rows="""
    SELECT r.fund_account, r.client_no, w.id AS developer_id, r.open_date, b.id AS branch_id,
           coalesce(r.client_name, '') AS client_name, s.id AS servicer_id, round(r.share, 4) AS share, t.id AS outlet_id,
           r.open_assets, coalesce(r.channel, '') AS channel, r.status, w.unit_id
    FROM crm_rows r
    JOIN crm_branches b ON b.word = r.branch
    JOIN crm_who w ON w.word = r.developer AND w.day = r.open_date
    LEFT JOIN crm_servicers s ON s.word = r.servicer
    LEFT JOIN crm_outlets t ON t.word = r.outlet
    WHERE NOT r.bad AND NOT EXISTS (SELECT FROM crm_bad x WHERE x.row = r.row)
    """,
    gone="""
    SELECT o.id FROM crm_opening o
    WHERE EXISTS (SELECT FROM judged j WHERE j.fund_account = o.fund_account AND j.client_no = o.client_no)
      AND NOT EXISTS (SELECT FROM judged j WHERE j.old_id = o.id)
    """,
)
MERGE_MONTHS = merge_statement(
    table="crm_accountmonth",
    key=("month", "fund_account", "relation", "person_id"),
    values=MONTH_COLUMNS,
    day="month",
    person="person_id",
    rows="""
    SELECT r.month, r.fund_account, r.relation, w.id AS person_id, w.unit_id, r.turnover, r.gross_commission, r.pass_through,
           r.net_commission, r.avg_assets, r.end_assets, r.net_inflow, r.trades, r.product_sales
    FROM crm_rows r JOIN crm_who w ON w.word = r.employee_no AND w.day = r.month
    WHERE NOT r.bad AND NOT EXISTS (SELECT FROM crm_bad x WHERE x.row = r.row)
    """,
    gone="SELECT o.id FROM crm_accountmonth o WHERE false",
)
MERGES = {Kind.OPENINGS: MERGE_OPENINGS, Kind.ACCOUNT_MONTH: MERGE_MONTHS}


@dataclass(frozen=True, slots=True)
class Merged:
    created: int
    updated: int
    confirmed: list[int]


def merge(imported: Import) -> Merged:
    """Bring the good rows of `crm_rows` in, under the name of a stored import."""
    run(TOUCHED)
    run(MERGES[Kind(imported.kind)], {"source": imported.pk, "kind": imported.kind})
    counts: dict[str, Any] = dict(asked_rows("SELECT what, sum(rows)::bigint FROM crm_touched GROUP BY what"))
    confirmed = [pk for (pk,) in asked_rows("SELECT source_id FROM crm_confirmed ORDER BY 1")]
    return Merged(counts.get("created", 0), counts.get("updated", 0), confirmed)


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
