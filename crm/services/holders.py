"""Who holds what a file speaks of: other branches' accounts, other clients' accounts, identifiers that look like known ones.

Asked of all rows at once, before anything is merged. What stands in the tables afterwards:

`crm_held`          rows of a branch's file that would credit what another branch holds, with that branch's name
`crm_other_client`  rows that give a known fund account to another client number, in the table or in the same file
`crm_alike`         words that nobody knows yet but that look like a known one, and are not told apart (reading 48)
`crm_before`        who had a relation to an account before the file, for months: the last month that knows of one
"""

from __future__ import annotations

from core.identifiers import LIKENESS_IN_SQL
from crm.models import ImportKind
from crm.services.staging import THEIRS, ImportAsked, run

WORD = """
    SELECT '{what}' AS what, {what} AS word, {likeness} AS alike, min("row") AS first FROM crm_rows
    WHERE {what} IS NOT NULL GROUP BY 2"""
KNOWN = """
    SELECT '{what}' AS what, w.word AS known, {likeness} AS alike FROM (
        SELECT DISTINCT {what} AS word FROM {table} WHERE ended_by_id IS NULL) w"""
ALIKE = """
DROP TABLE IF EXISTS crm_words, crm_alike;
CREATE TEMPORARY TABLE crm_words ON COMMIT DROP AS {words};
CREATE TEMPORARY TABLE crm_alike ON COMMIT DROP AS
    WITH fresh AS MATERIALIZED (
        SELECT w.* FROM crm_words w WHERE {unknown}
    ), known AS ({known}),
    pairs AS (
        SELECT f.what, f.word, k.known, true AS stored FROM fresh f JOIN known k USING (what, alike)
        UNION ALL
        SELECT f.what, f.word, e.word, false
        FROM (SELECT what, alike FROM crm_words GROUP BY 1, 2 HAVING count(*) > 1) d
        JOIN fresh f USING (what, alike) JOIN crm_words e USING (what, alike) WHERE e.first < f.first
    )
    SELECT DISTINCT ON (what, word) what, word, known, stored FROM pairs p
    WHERE NOT EXISTS (SELECT FROM core_toldapart t WHERE t."table" = p.what
        AND ((t.code, t.other) = (p.word, p.known) OR (t.code, t.other) = (p.known, p.word)))
    ORDER BY what, word, stored DESC, known;
"""
UNKNOWN = "(w.what <> '{what}' OR NOT EXISTS (SELECT FROM {table} o WHERE o.{what} = w.word AND o.ended_by_id IS NULL))"
PLACES = {
    ImportKind.OPENINGS: (
        ("client_no", "crm_opening"),
        ("fund_account", "crm_opening"),
        ("fund_account", "crm_accountmonth"),
    ),
    ImportKind.ACCOUNT_MONTH: (("fund_account", "crm_opening"), ("fund_account", "crm_accountmonth")),
}
OTHER_CLIENT = """
DROP TABLE IF EXISTS crm_other_client;
CREATE TEMPORARY TABLE crm_other_client ON COMMIT DROP AS
    WITH pairs AS (
        SELECT r.row, r.client_no, o.client_no AS known, true AS stored FROM crm_rows r
        JOIN crm_opening o ON o.fund_account = r.fund_account AND o.client_no <> r.client_no AND o.ended_by_id IS NULL
        WHERE NOT EXISTS (SELECT FROM crm_opening s WHERE s.fund_account = r.fund_account AND s.client_no = r.client_no
            AND s.ended_by_id IS NULL)
        UNION ALL
        SELECT r.row, r.client_no, first.client_no, false FROM crm_rows r
        JOIN (SELECT fund_account, (array_agg(client_no ORDER BY "row"))[1] AS client_no FROM crm_rows
              WHERE fund_account IS NOT NULL GROUP BY 1 HAVING count(*) > 1 AND min(client_no) <> max(client_no)) first
            ON first.fund_account = r.fund_account AND first.client_no <> r.client_no
    )
    SELECT DISTINCT ON ("row") "row", client_no, known, stored FROM pairs p
    WHERE NOT EXISTS (SELECT FROM core_toldapart t WHERE t."table" = 'client_no'
        AND ((t.code, t.other) = (p.client_no, p.known) OR (t.code, t.other) = (p.known, p.client_no)))
    ORDER BY "row", stored DESC, known;
"""
NO_OTHER_CLIENT = """
DROP TABLE IF EXISTS crm_other_client;
CREATE TEMPORARY TABLE crm_other_client ("row" integer, client_no text, known text, stored boolean) ON COMMIT DROP;
"""
NOTHING_HELD = 'CREATE TEMPORARY TABLE crm_held ("row" integer, holder text) ON COMMIT DROP;'
HOLDER = "(SELECT k.name FROM teams_unit k WHERE k.kind = 'branch' AND starts_with({path}, k.path))"
# An opening is held by the branch that keeps it and by the one it counts for; a client by those of any of its accounts.
HELD_OPENINGS = f"""
CREATE TEMPORARY TABLE crm_held ON COMMIT DROP AS
    WITH held AS (
        SELECT r.row, k.path AS kept, c.path AS counted
        FROM crm_rows r JOIN crm_opening o ON o.fund_account = r.fund_account AND o.ended_by_id IS NULL
        JOIN teams_unit k ON k.id = o.branch_id JOIN teams_unit c ON c.id = o.unit_id
        UNION ALL
        SELECT r.row, k.path, c.path
        FROM crm_rows r JOIN crm_opening o ON o.client_no = r.client_no AND o.ended_by_id IS NULL
        JOIN teams_unit k ON k.id = o.branch_id JOIN teams_unit c ON c.id = o.unit_id
        WHERE NOT EXISTS (SELECT FROM crm_opening p JOIN teams_unit x ON x.id = p.branch_id WHERE p.client_no = r.client_no
            AND p.ended_by_id IS NULL AND starts_with(x.path, %(scope)s))
        UNION ALL
        SELECT r.row, c.path, c.path
        FROM crm_rows r JOIN crm_accountmonth m ON m.fund_account = r.fund_account AND m.ended_by_id IS NULL
        JOIN teams_unit c ON c.id = m.unit_id
        WHERE NOT EXISTS (SELECT FROM crm_opening p WHERE p.fund_account = r.fund_account AND p.ended_by_id IS NULL)
    )
    SELECT "row", min({HOLDER.format(path="CASE WHEN starts_with(kept, %(scope)s) THEN counted ELSE kept END")}) AS holder
    FROM held WHERE NOT (starts_with(kept, %(scope)s) AND starts_with(counted, %(scope)s))
    GROUP BY "row"
"""  # noqa: S608 (constants of this module)
# Who had each relation to an account by the row's month, in the last month that knows of one; the developer as the opening
# names her where no month does.
BEFORE = """
DROP TABLE IF EXISTS crm_before;
CREATE TEMPORARY TABLE crm_before ON COMMIT DROP AS
    WITH asked AS MATERIALIZED (SELECT DISTINCT fund_account, month FROM crm_rows WHERE month IS NOT NULL AND NOT bad),
    months AS MATERIALIZED (
        SELECT a.fund_account, a.month, m.relation, m.person_id, m.unit_id FROM asked a
        JOIN crm_accountmonth m ON m.fund_account = a.fund_account AND m.ended_by_id IS NULL AND m.month = (
            SELECT coalesce(max(x.month) FILTER (WHERE x.month <= a.month), min(x.month)) FROM crm_accountmonth x
            WHERE x.fund_account = a.fund_account AND x.relation = m.relation AND x.ended_by_id IS NULL)
    )
    SELECT h.*, u.path FROM (
        SELECT * FROM months
        UNION ALL
        SELECT a.fund_account, a.month, 'developed', o.developer_id, o.unit_id FROM asked a
        JOIN crm_opening o ON o.fund_account = a.fund_account AND o.ended_by_id IS NULL
        WHERE NOT EXISTS (SELECT FROM months m WHERE m.fund_account = a.fund_account AND m.month = a.month
            AND m.relation = 'developed')
        UNION ALL
        SELECT a.fund_account, a.month, 'kept', NULL, o.branch_id FROM asked a
        JOIN crm_opening o ON o.fund_account = a.fund_account AND o.ended_by_id IS NULL
    ) h JOIN teams_unit u ON u.id = h.unit_id;
CREATE INDEX ON crm_before (fund_account, month, relation);
ANALYZE crm_before;
"""
# A relation that two branches share is not given to more people by one of them.
HELD_MONTHS = f"""
CREATE TEMPORARY TABLE crm_held ON COMMIT DROP AS
    SELECT r.row, min({HOLDER.format(path="b.path")}) AS holder
    FROM crm_rows r JOIN crm_before b ON b.fund_account = r.fund_account AND b.month = r.month
    LEFT JOIN crm_who w ON {THEIRS}
    WHERE NOT starts_with(b.path, %(scope)s) AND NOT EXISTS (
        SELECT FROM crm_before o WHERE o.fund_account = r.fund_account AND o.month = r.month AND o.relation = r.relation
            AND starts_with(o.path, %(scope)s) AND (b.relation <> r.relation OR o.person_id = w.id))
    GROUP BY r.row
"""  # noqa: S608


def look_up(asked: ImportAsked) -> None:
    """Fill the tables for the rows in `crm_rows`."""
    places = PLACES[ImportKind(asked.kind)]
    run(
        ALIKE.format(
            words=" UNION ALL ".join(
                WORD.format(what=what, likeness=LIKENESS_IN_SQL.format(what)) for what in dict(places)
            ),
            known=" UNION ".join(
                KNOWN.format(what=what, table=table, likeness=LIKENESS_IN_SQL.format("w.word"))
                for what, table in places
            ),
            unknown=" AND ".join(UNKNOWN.format(what=what, table=table) for what, table in places),
        )
    )
    run("DROP TABLE IF EXISTS crm_held")
    whole_company = asked.unit.parent_id is None
    scope = {"scope": asked.unit.path}
    run(OTHER_CLIENT if asked.kind == ImportKind.OPENINGS else NO_OTHER_CLIENT)
    if asked.kind == ImportKind.ACCOUNT_MONTH:
        run(BEFORE)
    if whole_company:
        run(NOTHING_HELD)
    else:
        run(HELD_OPENINGS if asked.kind == ImportKind.OPENINGS else HELD_MONTHS, scope)
