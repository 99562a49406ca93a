"""Results follow the organisation: a unit that moved, a posting that was changed for days that are past.

Where the units hang and who was posted where is asked of the tables as they stand; only what differs is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.db import transaction

from crm.selectors import EXPECTED_UNIT_RESULTS
from crm.services import results
from crm.services.merging import TOUCHED
from crm.services.staging import LAST_POST, POSTS, one_at_a_time, run

ClosedMonths = Callable[[], Sequence[tuple[str, date]]]
_closed_months: list[ClosedMonths] = []


def register_closed_months(closed: ClosedMonths) -> ClosedMonths:
    """`closed()` gives path and first day of every month that an app above has closed: its openings stay where they were
    counted, whatever becomes known of the organisation later."""
    if closed not in _closed_months:
        _closed_months.append(closed)
    return closed


# The same choice among several posts as an import makes. Whoever was posted nowhere stays where the import counted her.
MOVE_OPENINGS = """
WITH credited AS (SELECT DISTINCT developer_id, open_date AS day FROM crm_opening WHERE ended_by_id IS NULL),
placed AS (
    SELECT DISTINCT ON (c.developer_id, c.day) c.developer_id, c.day, t.unit_id
    FROM credited c
    JOIN teams_posting t ON t.person_id = c.developer_id AND t.from_on <= c.day AND (t.to_on IS NULL OR t.to_on > c.day)
    JOIN teams_unit u ON u.id = t.unit_id
    ORDER BY c.developer_id, c.day, t.role = 'customer_manager' DESC, t.acting_for_id IS NULL DESC, length(u.path) DESC, t.id
),
closed AS (SELECT * FROM unnest(%(paths)s::text[], %(months)s::date[]) AS c (path, month)),
moved AS (
    UPDATE crm_opening o SET unit_id = p.unit_id FROM placed p
    WHERE o.developer_id = p.developer_id AND o.open_date = p.day AND o.unit_id <> p.unit_id AND o.ended_by_id IS NULL
        AND NOT EXISTS (SELECT FROM closed c JOIN teams_unit u ON u.id IN (o.unit_id, p.unit_id) AND starts_with(u.path, c.path)
                        WHERE date_trunc('month', o.open_date) = c.month)
    RETURNING o.developer_id, o.open_date
)
INSERT INTO crm_touched SELECT DISTINCT 'moved', developer_id, open_date, 0 FROM moved
"""
# The same choice of a post as an import of account months makes (reading 40); whoever had none stays where she was counted.
MOVE_MONTHS = f"""
WITH credited AS (SELECT DISTINCT person_id, month, branch_id FROM crm_accountmonth WHERE ended_by_id IS NULL),
placed AS (
    SELECT DISTINCT ON (c.person_id, c.month, c.branch_id) c.person_id, c.month, c.branch_id, t.unit_id
    FROM credited c LEFT JOIN teams_unit b ON b.id = c.branch_id
    JOIN {POSTS} t ON t.person_id = c.person_id AND t.from_on < c.month + interval '1 month'
        AND (b.id IS NULL OR starts_with(t.path, b.path))
    ORDER BY c.person_id, c.month, c.branch_id, {LAST_POST.format("c.month")}
),
closed AS (SELECT * FROM unnest(%(paths)s::text[], %(months)s::date[]) AS c (path, month))
UPDATE crm_accountmonth m SET unit_id = p.unit_id FROM placed p
WHERE m.person_id = p.person_id AND m.month = p.month AND m.branch_id IS NOT DISTINCT FROM p.branch_id
    AND m.unit_id <> p.unit_id AND m.ended_by_id IS NULL
    AND NOT EXISTS (SELECT FROM closed c JOIN teams_unit u ON u.id IN (m.unit_id, p.unit_id) AND starts_with(u.path, c.path)
                    WHERE c.month = m.month)
"""  # noqa: S608 (constants of this project)
SETTLE_UNITS = f"""
WITH {EXPECTED_UNIT_RESULTS},
gone AS (
    DELETE FROM crm_unitresult r WHERE NOT EXISTS (SELECT FROM expected e WHERE e.unit_id = r.unit_id AND e.day = r.day)
)
INSERT INTO crm_unitresult AS r (unit_id, day, openings, running)
SELECT e.unit_id, e.day, e.openings, e.running FROM expected e LEFT JOIN crm_unitresult k USING (unit_id, day)
WHERE (k.openings, k.running) IS DISTINCT FROM (e.openings, e.running)
ON CONFLICT (unit_id, day) DO UPDATE SET openings = excluded.openings, running = excluded.running
"""  # noqa: S608 (a constant of this project)


@transaction.atomic
def follow_company() -> None:
    """Bring openings, account months, daily results and running totals to where people and units stand now."""
    one_at_a_time()
    run(TOUCHED)
    closed = [month for closed in _closed_months for month in closed()]
    stays = {"paths": [path for path, _ in closed], "months": [month for _, month in closed]}
    if run(MOVE_OPENINGS, stays):
        results.recount()
    run(MOVE_MONTHS, stays)
    run(SETTLE_UNITS)
