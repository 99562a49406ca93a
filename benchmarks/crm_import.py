"""Account openings by our import beside raw `COPY` and one merge, on our own tables.

The first anchor brings the file's bytes in and merges them by one
statement; the second also counts the results of people and units anew, which our import does for what it touched.
"""

from __future__ import annotations

import random
import resource
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.firm import BRANCHES, PEOPLE, company, empty
from benchmarks.measuring import Result, in_turn

DAY = date(2026, 11, 17)
NOW = datetime(2026, 11, 18, tzinfo=UTC)
HEAD = ("open_date", "branch", "client_no", "fund_account", "client_name", "developer", "open_assets")
STAGE = """CREATE TEMP TABLE anchor (open_date date, branch text, client_no text, fund_account text, client_name text,
    developer text, open_assets numeric) ON COMMIT DROP"""
MERGE = """INSERT INTO crm_opening (open_date, branch_id, client_no, fund_account, client_name, developer_id, share, open_assets,
        channel, status, unit_id, source_id)
    SELECT s.open_date, b.id, s.client_no, s.fund_account, left(s.client_name, 1) || '**', p.id, 1, s.open_assets, '',
           'normal', t.unit_id, 0
    FROM anchor s JOIN teams_unit b ON b.code = s.branch JOIN accounts_user a ON a.employee_no = s.developer
    JOIN teams_person p ON p.user_id = a.id JOIN teams_posting t ON t.person_id = p.id
    ON CONFLICT (fund_account, client_no, developer_id) WHERE ended_by_id IS NULL DO UPDATE SET open_date = excluded.open_date,
        open_assets = excluded.open_assets, branch_id = excluded.branch_id"""
COUNT = """
INSERT INTO crm_dailyresult (person_id, day, unit_id, openings, open_assets)
    SELECT developer_id, open_date, max(unit_id), sum(share), sum(coalesce(open_assets, 0) * share) FROM crm_opening GROUP BY 1, 2;
INSERT INTO crm_unitresult (unit_id, day, openings, running)
    SELECT unit_id, day, openings, sum(openings) OVER (PARTITION BY unit_id ORDER BY day) FROM (
        SELECT line.id::bigint AS unit_id, d.day, sum(d.openings) AS openings
        FROM crm_dailyresult d JOIN teams_unit u ON u.id = d.unit_id
        CROSS JOIN LATERAL unnest(string_to_array(trim(BOTH '/' FROM u.path), '/')) AS line(id) GROUP BY 1, 2) counted;
"""
EMPTIED = ("crm_opening", "crm_dailyresult", "crm_unitresult")


def lines(rows: int) -> Iterator[tuple[date, str, str, str, str, str, float]]:
    chance = random.Random(1)
    for n in range(rows):
        person = chance.randrange(PEOPLE)
        day = DAY - timedelta(days=chance.randrange(5))
        yield (
            day,
            f"B{person % (BRANCHES * 6) // 6:04}",
            f"C{n:09}",
            f"F{n:09}",
            f"客户{n}",
            f"E{person:06}",
            chance.randrange(10**8) / 100,
        )


def write_csv(path: Path, rows: int) -> None:
    with path.open("w") as file:
        file.write(",".join(HEAD) + "\n")
        file.writelines(",".join(map(str, line)) + "\n" for line in lines(rows))


def write_xlsx(path: Path, rows: int) -> None:
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("openings")
    sheet.append(HEAD)
    for line in lines(rows):
        sheet.append(line)
    book.save(path)


def anchor(path: Path, *, results: bool) -> None:
    from django.db import connection, transaction  # noqa: PLC0415

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.cursor.copy("COPY anchor FROM STDIN (FORMAT csv, HEADER)") as copy, path.open("rb") as file:
            while chunk := file.read(1 << 18):
                copy.write(chunk)
        cursor.execute("ANALYZE anchor")
        cursor.execute(MERGE)
        if results:
            cursor.execute(COUNT)


def run(*, rows: int, rounds: int) -> Iterator[Result]:
    from crm.models import ImportKind  # noqa: PLC0415
    from crm.services.importing import COMMAND_LIMITS, import_file  # noqa: PLC0415
    from crm.services.staging import ImportAsked  # noqa: PLC0415

    top = company()
    with tempfile.TemporaryDirectory() as folder:
        text, book = Path(folder) / "openings.csv", Path(folder) / "openings.xlsx"
        write_csv(text, rows)
        write_xlsx(book, rows)

        def ours(path: Path) -> None:
            asked = ImportAsked(
                kind=ImportKind.OPENINGS, path=path, name=path.name, unit=top, today=NOW.date(), limits=COMMAND_LIMITS
            )
            import_file(asked=asked, good_rows_only=False, actor=None, now=NOW)

        best = in_turn(
            {
                "anchor": lambda: anchor(text, results=False),
                "counted": lambda: anchor(text, results=True),
                "xlsx": lambda: ours(book),
                "csv": lambda: ours(text),
                "again": lambda: ours(text),
            },
            rounds=rounds,
            before=lambda name: empty(*EMPTIED) if name != "again" else None,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    note = f"{rows / best['csv']:,.0f} rows/s, this process at most {peak:.0f} MB"
    yield Result("CRM import, CSV, beside COPY and merge", best["csv"], best["anchor"], 1 / 0.75, note)
    yield Result("CRM import, CSV, beside COPY, merge and results", best["csv"], best["counted"], 1 / 0.75)
    yield Result("CRM import, XLSX, beside CSV", best["xlsx"], best["csv"], 2.0)
    yield Result("the same CRM file again, beside the first time", best["again"], best["csv"], 0.4)
