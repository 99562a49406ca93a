"""A file's rows in temporary tables: who and what their words mean, and which rows cannot be taken.

Every question is asked of all rows at once. Words are resolved once each (`crm_who`, `crm_branches` …), so a file that is
right costs little more than its loading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from core import bulk
from core.guard import Limits, reading
from crm.reading.columns import TABLES
from crm.services.progress import Phase, Telling, silent
from teams.models import Unit

TYPES = {
    "date": "date",
    "month": "date",
    "number": "text",
    "identifier": "text",
    "text": "text",
    "name": "text",
    "choice": "text",
    "part": "numeric",
    "amount": "numeric",
    "count": "integer",
}


@dataclass(frozen=True, slots=True)
class ImportAsked:
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
    """Imports are merged one after the other; the lock ends with the transaction, and so does the room to join in."""
    run("SELECT pg_advisory_xact_lock(hashtext('crm.import')), set_config('work_mem', '64MB', true)")


def load(asked: ImportAsked, telling: Telling = silent) -> dict[str, Any]:
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
    run(f"ANALYZE crm_rows ({', '.join(c.name for c in columns if c.required and c.kind != 'amount')})")
    return read.report


def counted(chunks: Iterator[bytes], telling: Telling) -> Iterator[bytes]:
    """The chunks, telling after each how many rows have come."""
    rows = 0
    for chunk in chunks:
        rows += chunk.count(b"\n")
        telling(Phase.READING, rows)
        yield chunk


# --- what the words mean ---------------------------------------------------------------------------------------------

THEIRS = "w.word = r.employee_no AND w.day = r.month AND w.named = coalesce(r.branch, '')"
# A name as `identifier` spells it, for comparing with what a file names.
SPELT = r"lower(regexp_replace(normalize({0}, NFKC), '[\s''`´‘’‛′]', '', 'g'))"
BAD = """
CREATE TEMPORARY TABLE crm_bad ("row" integer, "column" text, value text, rule text, whole boolean, named text)
    ON COMMIT DROP;
ANALYZE crm_who;
"""
BRANCHES = f"""
CREATE TEMPORARY TABLE crm_branches ON COMMIT DROP AS
    SELECT r.word, min(u.id) AS id, count(DISTINCT u.id) AS matches, min(u.path) AS path, min(u.name) AS name,
           bool_and(u.id IS NOT NULL AND r.word <> u.code AND lower(r.word) <> u.spelt) AS by_former_name
    FROM (SELECT DISTINCT branch AS word FROM crm_rows WHERE branch IS NOT NULL) r
    LEFT JOIN (SELECT *, {SPELT.format("name")} AS spelt FROM teams_unit WHERE kind = 'branch') u
        ON r.word = u.code OR lower(r.word) = u.spelt
        OR EXISTS (SELECT FROM teams_formername f WHERE f.unit_id = u.id AND lower(r.word) = {SPELT.format("f.name")})
    GROUP BY r.word;
"""  # noqa: S608 (constants of this module)
WORDS_OF_OPENINGS = f"""
DROP TABLE IF EXISTS crm_branches, crm_outlets, crm_servicers, crm_who, crm_several, crm_bad;
CREATE TEMPORARY TABLE crm_several ON COMMIT DROP AS
    SELECT r.* FROM crm_rows r
    JOIN (SELECT fund_account, client_no FROM crm_rows GROUP BY 1, 2 HAVING count(*) > 1) d USING (fund_account, client_no);
WITH whole AS (
    SELECT min("row") AS first, 1 - sum(share) AS missing FROM crm_several WHERE NOT bad
    GROUP BY fund_account, client_no
    HAVING sum(share) <> 1 AND abs(sum(share) - 1) < sum(('0.5e-' || greatest(2, scale(share)))::numeric)
), filled AS (
    UPDATE crm_several s SET share = s.share + w.missing FROM whole w WHERE s.row = w.first
)
UPDATE crm_rows r SET share = r.share + w.missing FROM whole w WHERE r.row = w.first;
{BRANCHES}
CREATE TEMPORARY TABLE crm_outlets ON COMMIT DROP AS
    SELECT r.word, min(o.id) AS id, count(o.id) AS matches
    FROM (SELECT DISTINCT outlet AS word FROM crm_rows WHERE outlet IS NOT NULL) r
    LEFT JOIN teams_outlet o ON r.word = o.code OR lower(r.word) = {SPELT.format("o.name")}
    GROUP BY r.word;
CREATE TEMPORARY TABLE crm_servicers ON COMMIT DROP AS
    SELECT r.word, p.id
    FROM (SELECT DISTINCT servicer AS word FROM crm_rows WHERE servicer IS NOT NULL) r
    LEFT JOIN accounts_user a ON a.employee_no = r.word
    LEFT JOIN teams_person p ON p.user_id = a.id;
CREATE TEMPORARY TABLE crm_who ON COMMIT DROP AS
    SELECT DISTINCT ON (r.n) r.word, r.day, p.id, u.id AS unit_id, u.path,
           p.licence_no <> '' AND (p.licence_until IS NULL OR p.licence_until >= r.day) AS licensed
    FROM (SELECT row_number() OVER () AS n, d.* FROM (SELECT DISTINCT developer AS word, open_date AS day FROM crm_rows
          WHERE developer IS NOT NULL) d) r
    LEFT JOIN accounts_user a ON a.employee_no = r.word
    LEFT JOIN teams_person p ON p.user_id = a.id
    LEFT JOIN teams_posting t ON t.person_id = p.id AND t.from_on <= r.day AND (t.to_on IS NULL OR t.to_on > r.day)
    LEFT JOIN teams_unit u ON u.id = t.unit_id
    ORDER BY r.n, t.role = 'customer_manager' DESC, t.acting_for_id IS NULL DESC, length(u.path) DESC, t.id;
{BAD}"""  # noqa: S608
POSTS = """(
    SELECT t.*, u.path, EXISTS (SELECT FROM teams_unit k WHERE k.kind = 'branch' AND starts_with(u.path, k.path)) AS within
    FROM teams_posting t JOIN teams_unit u ON u.id = t.unit_id)"""
# The post `t` of the last day of the month `{0}`, or the last one in it, comes first.
LAST_POST = """t.within AND (t.to_on IS NULL OR t.to_on > {0}) DESC NULLS LAST,
    least(coalesce(t.to_on, 'infinity'), {0} + interval '1 month') DESC,
    t.role = 'customer_manager' DESC, t.acting_for_id IS NULL DESC, length(t.path) DESC, t.id"""
# A row counts where its file says, else where the person was posted on the last day of the month, or last in it: never by
# whose file it stands in, so that any order of files gives the same rows (reading 40).
WORDS_OF_MONTHS = f"""
DROP TABLE IF EXISTS crm_branches, crm_who, crm_bad;{BRANCHES}CREATE TEMPORARY TABLE crm_who ON COMMIT DROP AS
    SELECT DISTINCT ON (r.n) r.word, r.day, r.named, p.id, b.id AS branch_id, t.unit_id, t.path,
           t.to_on IS NULL OR t.to_on > r.day AS licensed
    FROM (SELECT row_number() OVER () AS n, d.* FROM (SELECT DISTINCT employee_no AS word, month AS day,
          coalesce(branch, '') AS named FROM crm_rows WHERE employee_no IS NOT NULL) d) r
    LEFT JOIN accounts_user a ON a.employee_no = r.word
    LEFT JOIN teams_person p ON p.user_id = a.id
    LEFT JOIN crm_branches b ON b.word = r.named AND b.matches = 1
    LEFT JOIN {POSTS} t ON t.person_id = p.id AND t.from_on < r.day + interval '1 month' AND (b.id IS NULL OR starts_with(t.path, b.path))
    ORDER BY r.n, {LAST_POST.format("r.day")};
{BAD}"""  # noqa: S608
