"""Account openings by our import beside raw `COPY` and one merge, on our own tables, in one run.

    DATABASE_URL=… python -m benchmarks.crm_import [ROWS] [ROUNDS]

Makes a company of 30,000 people in a database that must be named `bench…`, writes a file, then times in turn: the anchor
(the file's bytes straight into COPY, one statement that resolves the codes and inserts), our import, and the same file
again. Prints rows per second and ratios, best of the rounds.
"""

# ruff: noqa: E402 (Django is set up before its models are imported)
from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from crm.models import Kind
from crm.services import COMMAND_LIMITS, Asked, import_file
from teams.models import Person, Posting, Role, Unit, UnitKind

SINCE, DAY = date(2025, 1, 1), date(2026, 11, 17)
NOW = datetime(2026, 11, 18, tzinfo=UTC)
HEAD = "open_date,branch,client_no,fund_account,client_name,developer,open_assets\n"
STAGE = """CREATE TEMP TABLE anchor (open_date date, branch text, client_no text, fund_account text, client_name text,
    developer text, open_assets numeric) ON COMMIT DROP"""
MERGE = """INSERT INTO crm_opening (open_date, branch_id, client_no, fund_account, client_name, developer_id, share, open_assets,
        channel, status, unit_id, source_id)
    SELECT s.open_date, b.id, s.client_no, s.fund_account, left(s.client_name, 1) || '**', p.id, 1, s.open_assets, '',
           'normal', t.unit_id, 0
    FROM anchor s JOIN teams_unit b ON b.code = s.branch JOIN accounts_user a ON a.employee_no = s.developer
    JOIN teams_person p ON p.user_id = a.id JOIN teams_posting t ON t.person_id = p.id
    ON CONFLICT (fund_account, client_no, developer_id) DO UPDATE SET open_date = excluded.open_date,
        open_assets = excluded.open_assets, branch_id = excluded.branch_id"""


def company(people: int = 30_000, branches: int = 500) -> Unit:
    """A company, its branches with six teams each, and the people in them."""
    found = Unit.objects.filter(parent=None).first()
    if found:
        return found

    def unit(code: str, kind: str, parent: Unit | None) -> Unit:
        made = Unit.objects.create(code=code, name=code, kind=kind, parent=parent, started_on=SINCE)
        made.path = f"{parent.path if parent else '/'}{made.pk}/"
        made.save(update_fields=["path"])
        return made

    with transaction.atomic():
        top = unit("C", UnitKind.COMPANY, None)
        teams = []
        for b in range(branches):
            branch = unit(f"B{b:04}", UnitKind.BRANCH, top)
            teams += [unit(f"B{b:04}T{t}", UnitKind.MARKET_DEPARTMENT, branch) for t in range(6)]
        users = User.objects.bulk_create(
            User(employee_no=f"E{n:06}", name=f"E{n}", password="!") for n in range(people)
        )
        persons = Person.objects.bulk_create(Person(user=user, joined_on=SINCE, licence_no="S") for user in users)
        Posting.objects.bulk_create(
            Posting(person=p, unit=teams[n % len(teams)], role=Role.CUSTOMER_MANAGER, from_on=SINCE)
            for n, p in enumerate(persons)
        )
    return top


def write(path: Path, rows: int) -> None:
    chance = random.Random(1)
    with path.open("w") as file:
        file.write(HEAD)
        for n in range(rows):
            person = chance.randrange(30_000)
            day = DAY - timedelta(days=chance.randrange(5))
            branch = person % 3000 // 6
            file.write(f"{day},B{branch:04},C{n:09},F{n:09},客户{n},E{person:06},{chance.randrange(10**8) / 100}\n")


def anchor(path: Path) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.cursor.copy("COPY anchor FROM STDIN (FORMAT csv, HEADER)") as copy, path.open("rb") as file:
            while chunk := file.read(1 << 18):
                copy.write(chunk)
        cursor.execute("ANALYZE anchor")
        cursor.execute(MERGE)


def empty() -> None:
    with connection.cursor() as cursor:
        for table in ("crm_opening", "crm_superseded", "crm_dailyresult", "crm_unitresult"):
            cursor.execute(
                f"ALTER TABLE {table} DISABLE TRIGGER USER; TRUNCATE {table}; ALTER TABLE {table} ENABLE TRIGGER USER"
            )


def timed(work: object, *args: object) -> float:
    began = time.perf_counter()
    work(*args)  # type: ignore[operator]
    return time.perf_counter() - began


def main() -> None:
    rows, rounds = (int(text) for text in (sys.argv[1:] + ["100000", "3"][len(sys.argv) - 1 :])[:2])
    if "bench" not in settings.DATABASES["default"]["NAME"]:
        sys.exit("DATABASE_URL must name a database called bench…; it is emptied")
    call_command("migrate", verbosity=0)
    top = company()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openings.csv"
        write(path, rows)
        asked = Asked(kind=Kind.OPENINGS, path=path, name=path.name, unit=top, today=NOW.date(), limits=COMMAND_LIMITS)

        def ours() -> None:
            import_file(asked=asked, good_rows_only=False, actor=None, now=NOW)

        times: dict[str, list[float]] = {"anchor": [], "import": [], "again": []}
        for _ in range(rounds):
            empty()
            times["anchor"].append(timed(anchor, path))
            empty()
            times["import"].append(timed(ours))
            times["again"].append(timed(ours))
    best = {name: min(values) for name, values in times.items()}
    for name, seconds in best.items():
        print(f"{name:8} {seconds:8.2f} s {rows / seconds:10,.0f} rows/s")
    print(
        f"import: {best['anchor'] / best['import']:.2f} × the anchor's rate; again: {best['again'] / best['import']:.2f} × its time"
    )


if __name__ == "__main__":
    main()
