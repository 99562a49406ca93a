"""Judging one day of 30,000 logs with six contacts each, beside one INSERT … SELECT of the sums into our own table.

Ours keeps a day and a week of everybody, each with its explanation and digest; the anchor keeps the points of the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from benchmarks.firm import company, empty
from benchmarks.measuring import Result, in_turn

MONDAY = date(2026, 11, 16)
AT = datetime(2026, 11, 16, 10, tzinfo=UTC)
ENTRIES = 6  # of a log: three numbers obtained (one by a person of the firm before), two follow-ups, one appointment
LOGS = """INSERT INTO worklogs_worklog (public_id, person_id, unit_id, "on", state, late, brochures, note, replied)
    SELECT gen_random_uuid(), person_id, unit_id, %(on)s, 'draft', false, 40 + person_id %% 20, '', false FROM teams_posting"""
CONTACTS = """INSERT INTO worklogs_contact (phone, client_no, name, owner_id, unit_id, registered_on, is_client)
    SELECT 'T' || l.id || '-' || n, '', '王女士', l.person_id, l.unit_id, l."on", false
    FROM worklogs_worklog l, generate_series(1, %(entries)s) n"""
WRITTEN = """INSERT INTO worklogs_logentry (public_id, log_id, kind, contact_id, name, known_as, not_in_crm, note, at, awaits_yes)
    SELECT gen_random_uuid(), l.id, (ARRAY['prospect', 'prospect', 'prospect', 'prospect_call', 'prospect_call', 'appointment'])[n],
           c.id, '王女士', CASE WHEN n = 1 AND l.id %% 3 = 0 THEN 'colleague' ELSE '' END, false, '', %(at)s, false
    FROM worklogs_worklog l CROSS JOIN generate_series(1, %(entries)s) n
    JOIN worklogs_contact c ON c.phone = 'T' || l.id || '-' || n"""
ANCHOR = """INSERT INTO worklogs_dayscore
        (person_id, unit_id, "on", due, points, pass_mark, score_pass, quota_met, passed, unmet, lines, digest)
    SELECT l.person_id, l.unit_id, l."on", true, points, 20, points >= 20, false, points >= 20, '{}', '[]', ''
    FROM (SELECT log_id, sum(CASE kind WHEN 'prospect' THEN (known_as = '')::int WHEN 'appointment' THEN 1 ELSE 2 END) AS points
          FROM (SELECT DISTINCT ON (log_id, contact_id) log_id, kind, known_as FROM worklogs_logentry
                ORDER BY log_id, contact_id, id) counted GROUP BY 1) s JOIN worklogs_worklog l ON l.id = s.log_id"""
SCORES = ("worklogs_dayscore", "worklogs_weekscore")


def written() -> None:
    """Everybody's log of the day, in a table of nothing else."""
    from django.db import connection  # noqa: PLC0415

    empty("worklogs_contact", "worklogs_worklog", *SCORES)
    values = {"on": MONDAY, "at": AT, "entries": ENTRIES}
    with connection.cursor() as cursor:
        for statement in (LOGS, CONTACTS, WRITTEN):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")


def run(*, rows: int, rounds: int) -> Iterator[Result]:
    from django.db import connection  # noqa: PLC0415
    from django.db.models import Sum  # noqa: PLC0415

    from core.periods import Day  # noqa: PLC0415
    from worklogs.models import DayScore  # noqa: PLC0415
    from worklogs.services.judging import judge  # noqa: PLC0415

    company()
    written()
    came_to: dict[str, Any] = {}

    def anchor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(ANCHOR)

    def ours() -> None:
        judge(period=Day(MONDAY), until=MONDAY)

    def before(name: str) -> None:
        if name != "again":
            empty(*SCORES)

    for job in (anchor, ours):
        before(job.__name__)
        job()
        came_to[job.__name__] = DayScore.objects.aggregate(points=Sum("points"))["points"]
    if came_to["anchor"] != came_to["ours"]:
        raise SystemExit(f"The points differ: {came_to}")
    best = in_turn({"anchor": anchor, "ours": ours, "again": ours}, rounds=rounds, before=before)
    logs = DayScore.objects.count()
    yield Result(
        "judging a day of 30,000 logs", best["ours"], best["anchor"], 1.5, f"{logs / best['ours']:,.0f} logs/s"
    )
    yield Result("judging it again, nothing changed", best["again"], best["anchor"], 0.6)
