"""Daily results of people and units, kept by the write: only what an import touched is counted again."""

from __future__ import annotations

from typing import Any

from core.money import ZERO
from core.periods import Period
from crm import selectors
from crm.rules import ranked
from crm.services.staging import asked_rows, run
from teams.models import Unit, UnitKind

RECOUNT_PEOPLE = """
DROP TABLE IF EXISTS crm_delta, crm_unit_delta;
CREATE TEMPORARY TABLE crm_delta ON COMMIT DROP AS
    WITH touched AS MATERIALIZED (SELECT DISTINCT person_id, day FROM crm_touched),
    fresh AS (
        SELECT t.person_id, t.day, max(o.unit_id) AS unit_id, sum(o.share) AS openings,
               round(sum(coalesce(o.open_assets, 0) * o.share), 2) AS open_assets
        FROM touched t JOIN crm_opening o ON o.developer_id = t.person_id AND o.open_date = t.day AND o.ended_by_id IS NULL
        GROUP BY t.person_id, t.day
    )
    SELECT t.person_id, t.day, d.id AS old_id, d.unit_id AS old_unit, d.openings AS old_openings,
           d.open_assets AS old_assets, f.unit_id, f.openings, f.open_assets
    FROM touched t LEFT JOIN crm_dailyresult d USING (person_id, day) LEFT JOIN fresh f USING (person_id, day)
    WHERE (d.unit_id, d.openings, d.open_assets) IS DISTINCT FROM (f.unit_id, f.openings, f.open_assets);
DELETE FROM crm_dailyresult d USING crm_delta x WHERE d.id = x.old_id AND x.openings IS NULL;
UPDATE crm_dailyresult d SET unit_id = x.unit_id, openings = x.openings, open_assets = x.open_assets
    FROM crm_delta x WHERE d.id = x.old_id AND x.openings IS NOT NULL;
INSERT INTO crm_dailyresult (person_id, day, unit_id, openings, open_assets)
    SELECT person_id, day, unit_id, openings, open_assets FROM crm_delta WHERE old_id IS NULL;
"""
RECOUNT_UNITS = """
CREATE TEMPORARY TABLE crm_unit_delta ON COMMIT DROP AS
    SELECT line.id::bigint AS unit_id, x.day, sum(x.openings) AS openings
    FROM (SELECT unit_id, day, sum(openings) AS openings FROM (
              SELECT old_unit AS unit_id, day, -old_openings AS openings FROM crm_delta WHERE old_unit IS NOT NULL
              UNION ALL SELECT unit_id, day, openings FROM crm_delta WHERE unit_id IS NOT NULL) both_sides
          GROUP BY unit_id, day) x
    JOIN teams_unit u ON u.id = x.unit_id
    CROSS JOIN LATERAL unnest(string_to_array(trim(BOTH '/' FROM u.path), '/')) AS line(id)
    GROUP BY 1, 2 HAVING sum(x.openings) <> 0;
INSERT INTO crm_unitresult AS r (unit_id, day, openings, running) SELECT unit_id, day, openings, 0 FROM crm_unit_delta
    ON CONFLICT (unit_id, day) DO UPDATE SET openings = r.openings + excluded.openings;
DELETE FROM crm_unitresult r USING crm_unit_delta d
    WHERE r.unit_id = d.unit_id AND r.day = d.day AND r.openings = 0;
WITH start AS (SELECT unit_id, min(day) AS day FROM crm_unit_delta GROUP BY unit_id),
base AS (
    SELECT s.unit_id, s.day, coalesce((SELECT r.running FROM crm_unitresult r
        WHERE r.unit_id = s.unit_id AND r.day < s.day ORDER BY r.day DESC LIMIT 1), 0) AS before FROM start s
),
fresh AS (
    SELECT r.id, b.before + sum(r.openings) OVER (PARTITION BY r.unit_id ORDER BY r.day) AS running
    FROM base b JOIN crm_unitresult r ON r.unit_id = b.unit_id AND r.day >= b.day
)
UPDATE crm_unitresult r SET running = f.running FROM fresh f WHERE r.id = f.id AND r.running <> f.running;
"""


def recount() -> None:
    """Count again what `crm_touched` names, for people and for every unit above them."""
    run(RECOUNT_PEOPLE)
    run(RECOUNT_UNITS)


SHOWN_UNITS = 200


def effect_on_openings(period: Period, unit: Unit) -> list[dict[str, Any]]:
    """What the recount changed in the covered days: per unit openings and rank before and after, best first.

    Branches of the company, or the market departments of the branch the import is limited to.
    """
    kind = UnitKind.BRANCH if unit.kind != UnitKind.BRANCH else UnitKind.MARKET_DEPARTMENT
    after = selectors.openings_by_unit(kind, period=period, within=unit)
    begun = Unit.objects.filter(pk__in=after, started_on__lt=period.end).values_list("pk", flat=True)
    after = {pk: value for pk, value in after.items() if value or pk in set(begun)}  # in preparation: not ranked
    deltas = dict(
        asked_rows(
            "SELECT unit_id, sum(openings) FROM crm_unit_delta WHERE day >= %(first)s AND day < %(end)s GROUP BY unit_id",
            {"first": period.first, "end": period.end},
        )
    )
    before = {pk: selectors.plain(value - deltas.get(pk, ZERO)) for pk, value in after.items()}
    was = {place.key: place.rank for place in ranked(before)}
    named = {unit.pk: unit for unit in Unit.objects.filter(pk__in=after)}
    return [
        {
            "code": named[place.key].code,
            "name": named[place.key].name,
            "before": str(before[place.key]),
            "after": str(place.value),
            "rank_before": was[place.key],
            "rank_after": place.rank,
            "of": place.of,
        }
        for place in ranked(after)
        if before[place.key] != place.value or was[place.key] != place.rank
    ][:SHOWN_UNITS]


def effect_on_months(before: dict[Any, Any]) -> list[dict[str, Any]]:
    """Gross commission per branch and month before and after, where it changed; `before` as `gross_by_branch` gave it."""
    after = gross_by_branch()
    changed = sorted(key for key in {*before, *after} if before.get(key, ZERO) != after.get(key, ZERO))
    return [
        {
            "code": code,
            "name": name,
            "month": f"{month:%Y-%m}",
            "before": f"{before.get((code, name, month), ZERO):.2f}",
            "after": f"{after.get((code, name, month), ZERO):.2f}",
        }
        for code, name, month in changed
    ][:SHOWN_UNITS]


def gross_by_branch() -> dict[Any, Any]:
    """Gross commission by branch code, name and month, of the months in `crm_rows`."""
    rows = asked_rows(
        """
        SELECT coalesce(b.code, u.code), coalesce(b.name, u.name), m.month, sum(m.gross)
        FROM (SELECT month, unit_id, sum(gross_commission) AS gross FROM crm_accountmonth
              WHERE ended_by_id IS NULL AND month IN (SELECT DISTINCT month FROM crm_rows WHERE month IS NOT NULL)
              GROUP BY 1, 2) m
        JOIN teams_unit u ON u.id = m.unit_id
        LEFT JOIN teams_unit b ON b.kind = 'branch' AND starts_with(u.path, b.path)
        GROUP BY 1, 2, 3
        """
    )
    return {(code, name, month): gross for code, name, month, gross in rows}
