"""Which relations to clients an import moves, from whom to whom; and what the figures it touches do to pay.

Asked after the merge, while `crm_there`, `crm_gone` and `crm_before` still stand: every relation that gets a holder it did
not have, the old and the new ones with their branches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from core.money import ZERO
from core.periods import Month
from crm.models import Import, Kind
from crm.services import merging
from crm.services.staging import asked_rows
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


MOVED_MONTHS = """
WITH moved AS MATERIALIZED (
    SELECT DISTINCT m.fund_account, m.month, m.relation FROM crm_accountmonth m
    WHERE m.source_id = %(source)s AND m.ended_by_id IS NULL
        AND EXISTS (SELECT FROM crm_before b WHERE b.fund_account = m.fund_account AND b.month = m.month
            AND b.relation = m.relation)
        AND NOT EXISTS (SELECT FROM crm_before b WHERE b.fund_account = m.fund_account AND b.month = m.month
            AND b.relation = m.relation AND b.person_id = m.person_id)
)
SELECT fund_account, relation, to_char(month, 'YYYY-MM'),
       (SELECT array_agg(DISTINCT b.person_id || ':' || b.unit_id) FROM crm_before b
        WHERE b.fund_account = moved.fund_account AND b.month = moved.month AND b.relation = moved.relation),
       (SELECT array_agg(DISTINCT m.person_id || ':' || m.unit_id) FROM crm_accountmonth m
        WHERE m.fund_account = moved.fund_account AND m.month = moved.month AND m.relation = moved.relation
            AND m.ended_by_id IS NULL),
       count(*) OVER ()
FROM moved ORDER BY 1, 2, 3 LIMIT %(most)s
"""
MOVED_OPENINGS = """
WITH pairs AS MATERIALIZED (
    SELECT DISTINCT o.fund_account, o.client_no FROM crm_there t JOIN crm_opening o USING (id)
    WHERE NOT t.same OR t.differs
), holders AS (
    SELECT o.*, r.relation, r.holder FROM pairs JOIN crm_opening o USING (fund_account, client_no)
    CROSS JOIN LATERAL (VALUES ('developed', o.developer_id || ':' || o.unit_id), ('serviced', o.servicer_id || ':'),
        ('kept', ':' || o.branch_id)) AS r (relation, holder)
    WHERE r.holder IS NOT NULL
), was AS (
    SELECT fund_account, client_no, relation, array_agg(DISTINCT holder) AS held FROM holders
    WHERE ended_by_id = %(source)s AND source_id <> %(source)s OR ended_by_id IS NULL AND source_id <> %(source)s
    GROUP BY 1, 2, 3
), now AS (
    SELECT fund_account, client_no, relation, array_agg(DISTINCT holder) AS held FROM holders WHERE ended_by_id IS NULL
    GROUP BY 1, 2, 3
)
SELECT fund_account, relation, '', was.held, coalesce(now.held, '{}'), count(*) OVER ()
FROM was LEFT JOIN now USING (fund_account, client_no, relation)
WHERE NOT coalesce(now.held, '{}') <@ was.held OR now.held IS NULL
ORDER BY 1, 2 LIMIT %(most)s
"""
TOUCHED_MONTHS = """
SELECT DISTINCT b.id, date_trunc('month', v.{day})::date
FROM {table} v JOIN teams_unit u ON u.id = v.unit_id JOIN teams_unit b ON b.kind = 'branch' AND starts_with(u.path, b.path)
WHERE v.ended_by_id = %(source)s OR v.source_id = %(source)s AND v.fund_account = ANY(%(accounts)s)
ORDER BY 2, 1 LIMIT %(most)s
"""


def moves_of(imported: Import) -> tuple[list[dict[str, Any]], int]:
    """Relations that got another holder, old → new, up to a number; and how many there are."""
    found = asked_rows(
        MOVED_OPENINGS if imported.kind == Kind.OPENINGS else MOVED_MONTHS, {"source": imported.pk, "most": SHOWN}
    )
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
    """Person and branch of each `person:unit`, either of which may be missing."""
    pairs = {holder: holder.split(":") for holder in holders}
    people = Person.objects.select_related("user").in_bulk([int(one) for one, _ in pairs.values() if one])
    units = Unit.objects.in_bulk([int(one) for _, one in pairs.values() if one])
    branches = {unit.path: unit.name for unit in Unit.objects.filter(kind=UnitKind.BRANCH)} if units else {}
    names = {}
    for holder, (person, unit) in pairs.items():
        path = units[int(unit)].path if unit else ""
        branch = next((name for top, name in branches.items() if path.startswith(top)), "")
        who = people.get(int(person)) if person else None
        parts = (f"{who.name} {who.employee_no}" if who else "", branch)
        names[holder] = " · ".join(part for part in parts if part)
    return names


def effect_on_pay(imported: Import, moves: list[dict[str, Any]], *, cleared: bool) -> list[dict[str, str]]:
    """What moved relations and cleared figures do to pay: per branch, month and person before and after the file.

    What was before is asked while the import is taken back, and all of that undone.
    """
    if not _pay_of or not (moves or cleared):
        return []
    table, _person, day = merging.TABLES_OF_FACTS[Kind(imported.kind)]
    accounts = [move["account"] for move in moves]
    touched = asked_rows(
        TOUCHED_MONTHS.format(table=table, day=day),
        {"source": imported.pk, "accounts": accounts, "most": MONTHS_ASKED},
    )
    branches = Unit.objects.in_bulk([branch for branch, _ in touched])
    months = [(branches[branch], month) for branch, month in touched]
    after = pay_in(months)
    with transaction.atomic():
        merging.take_back(imported)
        before = pay_in(months)
        transaction.set_rollback(True)
    return [
        {
            "branch": branch,
            "month": month,
            "person": person,
            "before": f"{before.get((branch, month, person), ZERO):.2f}",
            "after": f"{after.get((branch, month, person), ZERO):.2f}",
        }
        for branch, month, person in sorted({*before, *after})
        if before.get((branch, month, person), ZERO) != after.get((branch, month, person), ZERO)
    ][:SHOWN]


def pay_in(months: Iterable[tuple[Unit, date]]) -> dict[tuple[str, str, str], Decimal]:
    """What people would be paid, by branch, month and person."""
    return {
        (branch.name, f"{month:%Y-%m}", person): amount
        for branch, month in months
        for pay_of in _pay_of
        for person, amount in pay_of(branch, Month(month)).items()
    }
