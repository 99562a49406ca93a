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
    """Imports are merged one after the other; the lock ends with the transaction, and so does the room to join in."""
    run("SELECT pg_advisory_xact_lock(hashtext('crm.import')), set_config('work_mem', '64MB', true)")


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
    SELECT DISTINCT ON (r.n) r.word, r.day, p.id, u.id AS unit_id, u.path,
           p.licence_no <> '' AND (p.licence_until IS NULL OR p.licence_until >= r.day) AS licensed
    FROM (SELECT row_number() OVER () AS n, d.* FROM (SELECT DISTINCT developer AS word, open_date AS day FROM crm_rows
          WHERE developer IS NOT NULL) d) r
    LEFT JOIN accounts_user a ON a.employee_no = r.word
    LEFT JOIN teams_person p ON p.user_id = a.id
    LEFT JOIN teams_posting t ON t.person_id = p.id AND t.from_on <= r.day AND (t.to_on IS NULL OR t.to_on > r.day)
    LEFT JOIN teams_unit u ON u.id = t.unit_id
    ORDER BY r.n, t.role = 'customer_manager' DESC, t.acting_for_id IS NULL DESC, length(u.path) DESC, t.id;
CREATE TEMPORARY TABLE crm_bad ("row" integer, "column" text, value text, rule text, whole boolean) ON COMMIT DROP;
ANALYZE crm_who;
"""
# A person who moved within the month counts, in a branch's file, for the last post held in that branch.
WORDS_OF_MONTHS = """
DROP TABLE IF EXISTS crm_who, crm_bad;
CREATE TEMPORARY TABLE crm_who ON COMMIT DROP AS
    SELECT DISTINCT ON (r.n) r.word, r.day, p.id, u.id AS unit_id, u.path,
           t.to_on IS NULL OR t.to_on > r.day AS licensed
    FROM (SELECT row_number() OVER () AS n, d.* FROM (SELECT DISTINCT employee_no AS word, month AS day FROM crm_rows
          WHERE employee_no IS NOT NULL) d) r
    LEFT JOIN accounts_user a ON a.employee_no = r.word
    LEFT JOIN teams_person p ON p.user_id = a.id
    LEFT JOIN teams_posting t ON t.person_id = p.id AND t.from_on < r.day + interval '1 month'
    LEFT JOIN teams_unit u ON u.id = t.unit_id
    ORDER BY r.n, starts_with(u.path, %(scope)s) AND (t.to_on IS NULL OR t.to_on > r.day) DESC NULLS LAST,
             least(coalesce(t.to_on, 'infinity'), r.day + interval '1 month') DESC,
             t.role = 'customer_manager' DESC, t.acting_for_id IS NULL DESC, length(u.path) DESC, t.id;
CREATE TEMPORARY TABLE crm_bad ("row" integer, "column" text, value text, rule text, whole boolean) ON COMMIT DROP;
ANALYZE crm_who;
"""
