"""A branch's account figures of a month, summed where they lie: a row a person, relation and way of being held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from compensation.rules.facts import AccountGroup
from core.money import ZERO
from core.periods import Month
from teams.models import Unit

RELATIONS = ("developed", "serviced", "maintained", "introduced")
# `held` counts who else has the account, in other branches too: the whole of it is paid once. Of an account that one person
# has by two relations the first one tells the assets.
SUMS = """
WITH own AS MATERIALIZED (
    SELECT m.* FROM crm_accountmonth m JOIN teams_unit u ON u.id = m.unit_id
    WHERE m.month = %(first)s AND u.path LIKE %(below)s AND m.ended_by_id IS NULL
), others AS (
    SELECT m.* FROM (SELECT DISTINCT fund_account FROM own WHERE NOT %(alone)s) a JOIN crm_accountmonth m
        ON m.fund_account = a.fund_account
    JOIN teams_unit u ON u.id = m.unit_id
    WHERE m.month = %(first)s AND u.path NOT LIKE %(below)s AND m.ended_by_id IS NULL
)
SELECT person_id, relation, developed, serviced, maintained, introduced, count(*), sum(gross), sum(passed),
       sum(coalesce(net, gross - passed)), coalesce(sum(inflow), 0), count(*) FILTER (WHERE is_first),
       coalesce(sum(assets) FILTER (WHERE is_first), 0), coalesce(sum(products) FILTER (WHERE is_first), 0),
       count(*) FILTER (WHERE gross < 0), count(*) FILTER (WHERE net > gross),
       coalesce(sum(gross) FILTER (WHERE relation = 'developed' AND is_new), 0)
FROM (
    SELECT m.person_id, m.relation, m.gross_commission AS gross, coalesce(m.pass_through, 0) AS passed,
           m.net_commission AS net, m.net_inflow AS inflow, m.end_assets AS assets, m.product_sales AS products,
           count(*) FILTER (WHERE m.relation = 'developed') OVER account AS developed,
           count(*) FILTER (WHERE m.relation = 'serviced') OVER account AS serviced,
           count(*) FILTER (WHERE m.relation = 'maintained') OVER account AS maintained,
           count(*) FILTER (WHERE m.relation = 'introduced') OVER account AS introduced,
           row_number() OVER (PARTITION BY m.fund_account, m.person_id ORDER BY m.relation) = 1 AS is_first,
           (m.fund_account, m.person_id) IN (
               SELECT o.fund_account, o.developer_id FROM crm_opening o
               WHERE o.open_date >= %(first)s AND o.open_date < %(end)s AND o.ended_by_id IS NULL) AS is_new,
           m.is_own
    FROM (SELECT *, true AS is_own FROM own UNION ALL SELECT *, false FROM others) m
    WINDOW account AS (PARTITION BY m.fund_account)
) AS rows WHERE is_own
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""


@dataclass(frozen=True, slots=True)
class AccountSum:
    """Accounts of one person by one relation, held alike. `firsts` counts accounts once, whatever the relations."""

    person_id: int
    relation: str
    held: tuple[tuple[str, int], ...]
    rows: int
    gross: Decimal
    passed: Decimal
    net: Decimal
    inflow: Decimal
    firsts: int
    end_assets: Decimal
    products: Decimal
    negative: int
    net_above_gross: int
    new_gross: Decimal


def account_sums(branch: Unit, month: Month, *, alone: bool = False) -> dict[int, list[AccountSum]]:
    """The account figures of a branch's people by person id. `alone` is how runs of the first edition counted: as if no
    other branch had a part in an account."""
    found: dict[int, list[AccountSum]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(SUMS, {"below": f"{branch.path}%", "alone": alone, "first": month.first, "end": month.end})
        for person, relation, *rest in cursor.fetchall():
            held = tuple((name, count) for name, count in zip(RELATIONS, rest[:4], strict=True) if count)
            found[person].append(AccountSum(person, relation, held, *rest[4:]))
    return dict(found)


def groups_of(accounts: Iterable[list[AccountSum]]) -> Iterable[AccountGroup]:
    for sums in accounts:
        for one in sums:
            yield AccountGroup(one.person_id, one.relation, one.held, one.rows, one.gross, one.passed, one.net)


def total(sums: Iterable[AccountSum], name: str) -> Decimal:
    return sum((getattr(one, name) for one in sums), ZERO)
