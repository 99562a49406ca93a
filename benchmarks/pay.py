"""A month of pay by our code beside the same arithmetic in pure SQL, on our own tables, in one run.

    DATABASE_URL=… python -m benchmarks.pay [PEOPLE] [ROUNDS]

Makes one branch of 10,000 customer managers with 100 accounts each in a database that must be named `bench…`, then times
in turn: totals in pure SQL and ours (`computed_run`), pay with its lines in pure SQL and ours (`draft_pay_run`, with every
line explained, the digest, business details and the audit trail). Both come to the same cent for every person, otherwise
it stops. Prints seconds, ratios and people per second, medians of the rounds.
"""

# ruff: noqa: E402 (Django is set up before its models are imported)
from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from compensation.models import PlanVersion
from compensation.selectors.computing import computed_run
from compensation.services.drafting import draft_pay_run
from compensation.services.plans import record_plan_approval
from core.periods import Month
from crm.models import Import, ImportKind
from teams.models import Grading, Person, Posting, Role, Unit, UnitKind

SINCE, OCTOBER = date(2025, 1, 1), Month(date(2026, 10, 1))
NOW = datetime(2026, 11, 2, tzinfo=UTC)
ACCOUNTS = 100  # a tenth of them serviced by somebody else as well, two of them opened in the month

# What the delivered plan pays somebody without targets, posted the whole month: see `compensation/plans`.
PAID = """WITH shared AS (
    SELECT person_id, gross_commission AS gross, coalesce(pass_through, 0) AS passed, relation, net_inflow,
           CASE WHEN relation = 'developed' THEN 1
                WHEN bool_or(relation = 'developed') OVER (PARTITION BY fund_account) THEN 0 ELSE 0.5 END AS share
    FROM crm_accountmonth WHERE month = '2026-10-01'),
summed AS (
    SELECT person_id, round(sum(gross * share), 2) - round(sum(passed * share), 2) AS own,
           greatest(coalesce(sum(net_inflow) FILTER (WHERE relation = 'developed'), 0), 0) AS assets
    FROM shared GROUP BY 1),
opened AS (
    SELECT o.developer_id AS person_id, sum(o.share) FILTER (WHERE m.end_assets >= 5000) AS valid
    FROM crm_opening o JOIN crm_accountmonth m ON m.fund_account = o.fund_account AND m.person_id = o.developer_id
        AND m.month = '2026-10-01' AND m.relation = 'developed'
    WHERE o.open_date >= '2026-10-01' AND o.open_date < '2026-11-01' GROUP BY 1),
based AS (
    SELECT person_id, assets, coalesce(valid, 0) AS valid, w - round((own - w) * 0.12, 2) - round(w * 0.005, 2) AS base
    FROM (SELECT *, round(own / 1.06, 2) AS w FROM summed) s LEFT JOIN opened USING (person_id)),
bands (low, top, rate) AS (
    VALUES (0::numeric, 5000::numeric, 0.15), (5000, 15000, 0.20), (15000, 30000, 0.25), (30000, 1e15, 0.30)),
earned AS (
    SELECT b.*, round((SELECT coalesce(sum((least(b.base, top) - low) * rate), 0) FROM bands WHERE b.base > low), 2)
           AS commission, round(assets * 0.0002, 2) AS asset_bonus FROM based b),
topped AS (SELECT *, round(least(valid * 100, (commission + asset_bonus) * 0.3), 2) AS account_bonus,
           round(commission * 0.2, 2) AS held FROM earned),
paid AS (
    SELECT *, 2500.00 AS base_pay,
           round(held * (0.5 * least(valid / 7, 1) + 0.5 * least(assets / 500000, 1)), 2) AS released FROM topped)
"""
SUMS = "SELECT person_id, base_pay + commission + asset_bonus + account_bonus - held + released AS total FROM paid"
LINES = """SELECT person_id, x.* FROM paid, LATERAL (VALUES
    (1, 'base_pay', 2500.00, NULL, base_pay), (2, 'commission', base, NULL, commission),
    (3, 'asset_bonus', assets, 0.0002, asset_bonus), (4, 'account_bonus', valid, 100, account_bonus),
    (5, 'assessment', commission, 1, 0), (6, 'compliance', commission, 1, 0), (7, 'held_back', commission, -0.2, -held),
    (8, 'released', held, NULL, released)) x (position, component, basis, rate, amount)"""
DATA = """INSERT INTO crm_accountmonth
        (month, fund_account, relation, person_id, unit_id, gross_commission, pass_through, end_assets, net_inflow, trades,
         source_id)
    SELECT date '2026-10-01', 'A' || lpad(i::text, 9, '0'), 'developed', p.id, p.unit, round((random() * 400 - 20)::numeric, 2),
           round(random()::numeric, 2), round((random() * 20000)::numeric, 2), round((random() * 3000 - 500)::numeric, 2), 1,
           %(source)s
    FROM (SELECT person_id AS id, unit_id AS unit, row_number() OVER (ORDER BY person_id) - 1 AS n FROM teams_posting) p
    JOIN generate_series(0, %(rows)s) i ON i %% %(people)s = p.n
    UNION ALL
    SELECT date '2026-10-01', 'A' || lpad(i::text, 9, '0'), 'serviced', p.id, p.unit, round((random() * 400)::numeric, 2), 0, 0, 0, 1,
           %(source)s
    FROM (SELECT person_id AS id, unit_id AS unit, row_number() OVER (ORDER BY person_id) - 1 AS n FROM teams_posting) p
    JOIN generate_series(0, %(rows)s) i ON i %% 10 = 0 AND (i + 1) %% %(people)s = p.n"""
OPENED = """INSERT INTO crm_opening
        (open_date, branch_id, client_no, fund_account, client_name, developer_id, share, open_assets, channel, status,
         unit_id, source_id)
    SELECT '2026-10-12', %(branch)s, fund_account, fund_account, '王**', person_id, 1, 0, '', 'normal', unit_id, %(source)s
    FROM crm_accountmonth WHERE relation = 'developed' AND right(fund_account, 6)::int < %(opened)s"""


def branch_of(people: int) -> Unit:
    """One branch with ten areas and so many customer managers, their accounts and the approved plan."""
    top = Unit(code="HX", name="HX", kind=UnitKind.COMPANY, started_on=SINCE)
    branch = Unit(code="B1", name="B1", kind=UnitKind.BRANCH, parent=top, started_on=SINCE)
    areas = [Unit(code=f"A{n}", name=f"A{n}", kind=UnitKind.AREA, parent=branch, started_on=SINCE) for n in range(10)]
    for unit in (top, branch, *areas):
        if unit.parent:
            unit.parent_id = unit.parent.pk
        unit.save()
        unit.path = f"{unit.parent.path if unit.parent else '/'}{unit.pk}/"
        unit.save(update_fields=["path"])
    users = User.objects.bulk_create(User(employee_no=f"{n:06}", name=f"员工{n}") for n in range(people))
    made = Person.objects.bulk_create(Person(user=user, joined_on=SINCE) for user in users)
    Grading.objects.bulk_create(Grading(person=one, grade="J", from_on=SINCE) for one in made)
    Posting.objects.bulk_create(
        Posting(person=one, unit=areas[n % 10], role=Role.CUSTOMER_MANAGER, from_on=SINCE) for n, one in enumerate(made)
    )
    source = Import.objects.create(
        kind=ImportKind.ACCOUNT_MONTH, unit=top, state=Import.State.TAKEN, file_name="x", file_sha256="0" * 64,
        covers_from=OCTOBER.first, covers_to=OCTOBER.last, checked_at=NOW, taken_at=NOW,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(DATA, {"source": source.pk, "people": people, "rows": people * ACCOUNTS - 1})
        cursor.execute(OPENED, {"branch": branch.pk, "source": source.pk, "opened": people * 2})
        cursor.execute("VACUUM ANALYZE")
    for version in PlanVersion.objects.all():
        record_plan_approval(
            version=version, approved_on=SINCE, approval_ref="1", approved_by="x", actor=None, now=timezone.now()
        )
    return branch


def in_sql(statement: str, into: str) -> dict[int, Decimal]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {into} ON COMMIT DROP AS {PAID}{statement}")
        cursor.execute(f"SELECT person_id, sum({'total' if into == 'sums' else 'amount'}) FROM {into} GROUP BY 1")
        return dict(cursor.fetchall())


def ours(branch: Unit) -> dict[int, Decimal]:
    return {part.who.person_id: part.slip.total for part in computed_run(branch, OCTOBER).parts}


def drafted(branch: Unit) -> dict[int, Decimal]:
    """A whole draft, undone afterwards: the time of the undoing is not part of it."""
    run = draft_pay_run(branch=branch, month=OCTOBER, now=NOW)
    return dict(run.slips.values_list("person", "total"))


def timed(job: Callable[[], dict[int, Decimal]]) -> tuple[float, dict[int, Decimal]]:
    with transaction.atomic():
        began = time.perf_counter()
        found = job()
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return took, found


def main(people: int, rounds: int) -> None:
    if not str(settings.DATABASES["default"]["NAME"]).startswith("bench"):
        sys.exit("DATABASE_URL must name a database bench…")
    call_command("migrate", verbosity=0)
    branch = Unit.objects.filter(kind=UnitKind.BRANCH).first() or branch_of(people)
    jobs: dict[str, Callable[[], dict[int, Decimal]]] = {
        "totals, pure SQL": lambda: in_sql(SUMS, "sums"),
        "totals, ours": lambda: ours(branch),
        "lines, pure SQL": lambda: in_sql(LINES, "lines"),
        "lines, ours": lambda: drafted(branch),
    }
    took: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        known: dict[int, Decimal] = {}
        for name, job in jobs.items():
            seconds, found = timed(job)
            took[name].append(seconds)
            known = known or found
            if {k: v.quantize(Decimal("0.01")) for k, v in found.items()} != known:
                sys.exit(f"{name}: another result than the anchor's")
    middle = {name: statistics.median(times) for name, times in took.items()}
    for name, seconds in middle.items():
        print(f"{name:18} {seconds:8.2f} s  {people / seconds:10,.0f} people/s")
    for what in ("totals", "lines"):
        print(f"{what}: {middle[f'{what}, ours'] / middle[f'{what}, pure SQL']:.2f} × pure SQL")


if __name__ == "__main__":
    main(*(int(text) for text in (sys.argv[1:] + ["10000", "3"][len(sys.argv) - 1 :])))
