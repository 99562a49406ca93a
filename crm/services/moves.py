"""Which relations to clients an import moves, from whom to whom; and what the figures it touches do to pay.

Asked after the merge, while `crm_there` and `crm_before` still stand: every relation that has another holder than it had, or
another part, the old and the new ones with their branches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from core.money import ZERO
from core.periods import Month
from crm.models import Import, ImportKind
from crm.services import merging
from crm.services.staging import asked_rows, run
from teams.models import Person, Unit, UnitKind

SHOWN = 200
MONTHS_ASKED = 6  # branches × months of which pay is computed before and after; more would keep the person waiting

PayOf = Callable[[Unit, Month], dict[str, Decimal]]
_pay_of: list[PayOf] = []


def register_pay(pay_of: PayOf) -> PayOf:
    """`pay_of(branch, month)` gives what each person would be paid as the figures stand; nothing where it is closed."""
    if pay_of not in _pay_of:
        _pay_of.append(pay_of)
    return pay_of


# A holder is written `person:unit:part`, any of which may be missing; a part is said where it is not the whole.
BRANCH = "(SELECT k.id FROM teams_unit k JOIN teams_unit u ON starts_with(u.path, k.path) WHERE k.kind = 'branch' AND u.id = {0})"
MOVED_MONTHS = f"""
DROP TABLE IF EXISTS crm_moved;
CREATE TEMPORARY TABLE crm_moved ON COMMIT DROP AS
    WITH moved AS (
        SELECT m.fund_account, m.month, m.relation FROM crm_accountmonth m
        WHERE m.source_id = %(source)s AND m.ended_by_id IS NULL
            AND EXISTS (SELECT FROM crm_before b WHERE b.fund_account = m.fund_account AND b.month = m.month
                AND b.relation = m.relation)
            AND NOT EXISTS (SELECT FROM crm_before b WHERE b.fund_account = m.fund_account AND b.month = m.month
                AND b.relation = m.relation AND b.person_id = m.person_id)
        UNION
        SELECT m.fund_account, m.month, m.relation FROM crm_accountmonth m
        JOIN crm_accountmonth o USING (fund_account, month, relation, person_id)
        WHERE m.source_id = %(source)s AND m.ended_by_id IS NULL AND o.ended_by_id = %(source)s AND o.unit_id <> m.unit_id
            AND {BRANCH.format("o.unit_id")} IS DISTINCT FROM {BRANCH.format("m.unit_id")}
    )
    SELECT fund_account, relation, to_char(month, 'YYYY-MM') AS month,
           (SELECT array_agg(DISTINCT b.person_id || ':' || b.unit_id || ':') FROM crm_before b
            WHERE b.fund_account = moved.fund_account AND b.month = moved.month AND b.relation = moved.relation) AS was,
           (SELECT array_agg(DISTINCT m.person_id || ':' || m.unit_id || ':') FROM crm_accountmonth m
            WHERE m.fund_account = moved.fund_account AND m.month = moved.month AND m.relation = moved.relation
                AND m.ended_by_id IS NULL) AS now
    FROM moved;
"""  # noqa: S608 (constants of this module)
MOVED_OPENINGS = """
DROP TABLE IF EXISTS crm_moved;
CREATE TEMPORARY TABLE crm_moved ON COMMIT DROP AS
    WITH pairs AS MATERIALIZED (
        SELECT DISTINCT o.fund_account, o.client_no FROM crm_there t JOIN crm_opening o USING (id)
        WHERE NOT t.same OR t.differs
    ), holders AS (
        SELECT o.*, r.relation, r.holder FROM pairs JOIN crm_opening o USING (fund_account, client_no)
        CROSS JOIN LATERAL (VALUES
            ('developed', o.developer_id || ':' || o.unit_id || ':'
                || CASE WHEN o.share < 1 THEN trim_scale(round(o.share * 100, 2)) || ' %%' ELSE '' END),
            ('serviced', o.servicer_id || '::'), ('kept', ':' || o.branch_id || ':')) AS r (relation, holder)
        WHERE r.holder IS NOT NULL
    ), was AS (
        SELECT fund_account, client_no, relation, array_agg(DISTINCT holder) AS held FROM holders
        WHERE ended_by_id = %(source)s AND source_id <> %(source)s OR ended_by_id IS NULL AND source_id <> %(source)s
        GROUP BY 1, 2, 3
    ), now AS (
        SELECT fund_account, client_no, relation, array_agg(DISTINCT holder) AS held FROM holders WHERE ended_by_id IS NULL
        GROUP BY 1, 2, 3
    )
    SELECT fund_account, relation, '' AS month, was.held AS was, coalesce(now.held, '{}') AS now
    FROM was LEFT JOIN now USING (fund_account, client_no, relation) WHERE was.held IS DISTINCT FROM now.held;
"""
MOVED = {ImportKind.OPENINGS: MOVED_OPENINGS, ImportKind.ACCOUNT_MONTH: MOVED_MONTHS}
TOUCHED_MONTHS = """
SELECT DISTINCT date_trunc('month', v.{day})::date, b.id
FROM {table} v JOIN teams_unit u ON u.id = v.unit_id JOIN teams_unit b ON b.kind = 'branch' AND starts_with(u.path, b.path)
WHERE v.ended_by_id = %(source)s
    OR v.source_id = %(source)s AND v.fund_account IN (SELECT fund_account FROM crm_moved)
ORDER BY 1, 2
"""


def moves_of(imported: Import) -> tuple[list[dict[str, Any]], int]:
    """Relations that got another holder or other parts, old → new, up to a number; and how many there are."""
    run(MOVED[ImportKind(imported.kind)], {"source": imported.pk})
    found = asked_rows("SELECT *, count(*) OVER () FROM crm_moved ORDER BY 1, 2, 3 LIMIT %(most)s", {"most": SHOWN})
    names = named(holder for _, _, _, was, now, _ in found for holder in (*was, *now))
    moves = [
        {
            "account": account,
            "relation": relation,
            "month": month,
            "before": [names[holder] for holder in was],
            "after": [names[holder] for holder in now],
        }
        for account, relation, month, was, now, _ in found
    ]
    return moves, found[0][-1] if found else 0


def named(holders: Iterable[str]) -> dict[str, str]:
    """Person, branch and part of each `person:unit:part`."""
    parts = {holder: holder.split(":") for holder in holders}
    people = Person.objects.select_related("user").in_bulk([int(one) for one, _, _ in parts.values() if one])
    units = Unit.objects.in_bulk([int(one) for _, one, _ in parts.values() if one])
    branches = {unit.path: unit.name for unit in Unit.objects.filter(kind=UnitKind.BRANCH)} if units else {}
    names = {}
    for holder, (person, unit, part) in parts.items():
        path = units[int(unit)].path if unit else ""
        branch = next((name for top, name in branches.items() if path.startswith(top)), "")
        who = people.get(int(person)) if person else None
        names[holder] = " · ".join(filter(None, (f"{who.name} {who.employee_no}" if who else "", branch, part)))
    return names


@dataclass(frozen=True, slots=True)
class PayEffect:
    """Per branch, month and person the pay before and after; and how many branch-months and people are not shown."""

    changes: list[dict[str, str]] = field(default_factory=list)
    months_left_out: int = 0
    people_left_out: int = 0


def effect_on_pay(imported: Import, *, moved: int, cleared: bool) -> PayEffect:
    """What moved relations and cleared figures do to pay.

    What was before is asked while the import is taken back, and all of that undone.
    """
    if not _pay_of or not (moved or cleared):
        return PayEffect()
    table, _person, day = merging.TABLES_OF_FACTS[ImportKind(imported.kind)]
    touched = asked_rows(TOUCHED_MONTHS.format(table=table, day=day), {"source": imported.pk})
    branches = Unit.objects.in_bulk([branch for _, branch in touched])
    months = [(branches[branch], month) for month, branch in touched[:MONTHS_ASKED]]
    after = pay_in(months)
    with transaction.atomic():
        merging.take_back(imported)
        before = pay_in(months)
        transaction.set_rollback(True)
    changes = [
        {
            **dict(zip(("code", "branch", "month", "person"), whose, strict=True)),
            "before": f"{before.get(whose, ZERO):.2f}",
            "after": f"{after.get(whose, ZERO):.2f}",
        }
        for whose in sorted({*before, *after})
        if before.get(whose, ZERO) != after.get(whose, ZERO)
    ]
    return PayEffect(changes[:SHOWN], len(touched) - len(months), max(0, len(changes) - SHOWN))


def pay_in(months: Iterable[tuple[Unit, date]]) -> dict[tuple[str, str, str, str], Decimal]:
    """What people would be paid, by code and name of the branch, month and person."""
    return {
        (branch.code, branch.name, f"{month:%Y-%m}", person): amount
        for branch, month in months
        for pay_of in _pay_of
        for person, amount in pay_of(branch, Month(month)).items()
    }
