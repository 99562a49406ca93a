"""Rankings over any range of 250 days, from the results that imports keep, beside the same sums over the rows themselves.

Everybody opens something on a tenth of the days. Keeping the summaries is timed with a day of 30,000 openings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from benchmarks.firm import company, empty
from benchmarks.measuring import Result, in_turn

FIRST, LAST, DAYS = date(2026, 2, 2), date(2026, 9, 30), 250
OPENED = """INSERT INTO crm_opening (open_date, branch_id, client_no, fund_account, client_name, developer_id, share, open_assets,
        channel, status, unit_id, source_id)
    SELECT %(first)s::date + d, split_part(u.path, '/', 3)::bigint, 'N' || p.person_id || '-' || d, 'N' || p.person_id || '-' || d,
           '王**', p.person_id, 1, 0, '', 'normal', p.unit_id, %(source)s
    FROM teams_posting p JOIN teams_unit u ON u.id = p.unit_id CROSS JOIN generate_series(0, %(days)s - 1) d
    WHERE (p.person_id + d * 7) %% 10 = 0"""
A_DAY = """INSERT INTO crm_opening (open_date, branch_id, client_no, fund_account, client_name, developer_id, share, open_assets,
        channel, status, unit_id, source_id)
    SELECT %(day)s, split_part(u.path, '/', 3)::bigint, 'D' || p.person_id, 'D' || p.person_id, '王**', p.person_id, 1, 0, '',
           'normal', p.unit_id, %(source)s FROM teams_posting p JOIN teams_unit u ON u.id = p.unit_id"""
TOUCH = "CREATE TEMP TABLE crm_touched ON COMMIT DROP AS SELECT developer_id AS person_id, open_date AS day FROM crm_opening"
BY_UNIT = """SELECT u.id, count(o.id) FROM teams_unit u JOIN teams_unit t ON t.path LIKE u.path || '%%'
    JOIN crm_opening o ON o.unit_id = t.id AND o.open_date BETWEEN %(first)s AND %(last)s WHERE u.kind = %(kind)s GROUP BY 1"""
BY_PERSON = "SELECT developer_id, sum(share) FROM crm_opening WHERE open_date BETWEEN %(first)s AND %(last)s GROUP BY 1"


def opened() -> int:
    """Makes the openings of all days and counts the results of people and units from them; the id of their import."""
    from django.db import connection, transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from crm.models import Import, ImportKind  # noqa: PLC0415
    from crm.services.results import recount  # noqa: PLC0415

    top = company()
    empty("crm_opening", "crm_dailyresult", "crm_unitresult")
    source = Import.objects.create(
        kind=ImportKind.OPENINGS, unit=top, state=Import.State.TAKEN, file_name="x", file_sha256="0" * 64, covers_from=FIRST,
        covers_to=FIRST + timedelta(days=DAYS), checked_at=timezone.now(), taken_at=timezone.now(),
    )  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OPENED, {"first": FIRST, "days": DAYS, "source": source.pk})
        cursor.execute(TOUCH)
        recount()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return source.pk


# These holds are times, not ratios: what a page may take.
PAGES = (
    ("branches", 0.015, "ranking 500 branches over months, beside the rows"),
    ("teams", 0.015, "ranking 3,000 departments over months, beside the rows"),
    ("people", 0.2, "ranking 30,000 people over months, beside the rows"),
)


def _must_agree(jobs: dict[str, Callable[[], Any]]) -> None:
    def whole(counts: Any) -> dict[int, int]:
        return {key: int(value) for key, value in (counts or {}).items() if value}

    for what, _, _ in PAGES:
        if whole(jobs[f"{what}, ours"]()) != whole(jobs[f"{what}, rows"]()):
            raise SystemExit(f"The ranking of {what} differs")


def run(*, rows: int, rounds: int) -> Iterator[Result]:
    from django.db import connection, transaction  # noqa: PLC0415

    from core.periods import Period  # noqa: PLC0415
    from crm import selectors  # noqa: PLC0415
    from crm.services.results import recount  # noqa: PLC0415

    source, period = opened(), Period(FIRST + timedelta(days=30), LAST)
    day = FIRST + timedelta(days=DAYS)

    def asked(question: str, **more: object) -> dict[int, int]:
        with connection.cursor() as cursor:
            cursor.execute(question, {"first": period.first, "last": period.last, **more})
            return dict(cursor.fetchall())

    def a_day(*, counted: bool) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(A_DAY, {"day": day, "source": source})
            if counted:
                cursor.execute(f"{TOUCH} WHERE open_date = %s", [day])
                recount()
            transaction.set_rollback(True)

    jobs = {
        "branches, ours": lambda: selectors.openings_by_unit("branch", period=period),
        "branches, rows": lambda: asked(BY_UNIT, kind="branch"),
        "teams, ours": lambda: selectors.openings_by_unit("market_department", period=period),
        "teams, rows": lambda: asked(BY_UNIT, kind="market_department"),
        "people, ours": lambda: selectors.openings_by_person(period=period),
        "people, rows": lambda: asked(BY_PERSON),
        "a day, ours": lambda: a_day(counted=True),
        "a day, rows": lambda: a_day(counted=False),
    }
    _must_agree(jobs)
    best = in_turn(jobs, rounds=rounds, before=lambda name: None)
    for what, most, named in PAGES:
        mine, theirs = best[f"{what}, ours"], best[f"{what}, rows"]
        yield Result(named, mine, theirs, most / theirs, f"{mine * 1000:.0f} ms, may take {most * 1000:.0f} ms")
    kept, written = best["a day, ours"] - best["a day, rows"], best["a day, rows"]
    yield Result("keeping the results of a day of 30,000 openings, beside writing them", kept, written, 1 / written)
