"""Questions to what the CRM brought: openings of units and people, which days are known, what pay is computed from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, DecimalField, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from core.fields import Likeness
from core.identifiers import LIKENESS_IN_SQL
from core.money import ZERO
from core.periods import Month, Period
from crm.models import AccountMonth, DailyResult, Import, ImportKind, Opening, UnitResult
from teams.models import Unit, UnitKind, below


def openings_by_unit(kind: str, *, period: Period, within: Unit | None = None) -> dict[int, Decimal]:
    """Openings of every unit of a kind by unit id, zero where there are none (readings 29, 34).

    Each unit counts what was credited to people posted in it or below it on the day. Whether a unit is ranked, and
    whether the days are known at all, is for the caller to ask.
    """

    def running_before(day: date) -> Coalesce:
        rows = UnitResult.objects.filter(unit=OuterRef("pk"), day__lt=day).order_by("-day").values("running")[:1]
        return Coalesce(Subquery(rows), Value(ZERO), output_field=DecimalField())

    units = Unit.objects.filter(kind=kind)
    if within is not None:
        units = units.within(within)
    total = running_before(period.end) - running_before(period.first)
    return {pk: plain(value) for pk, value in units.annotate(total=total).order_by().values_list("pk", "total")}


def openings_by_person(*, period: Period, within: Unit | None = None) -> dict[int, Decimal]:
    """Openings by person id; somebody without any is not in it. `within` counts only what was credited there."""
    rows = DailyResult.objects.filter(day__gte=period.first, day__lt=period.end)
    if within is not None:
        rows = rows.filter(below(within, path="unit__path"))
    return {pk: plain(value) for pk, value in rows.values_list("person").annotate(total=Sum("openings")).order_by()}


EXACT = 12  # places to which counts are compared: far finer than any two shares differ, far coarser than a kept third


def plain(value: Decimal) -> Decimal:
    """3.0000 as 3, 2.5000 as 2.5, three thirds as 1: so that equal counts are and look equal."""
    value = round(value, EXACT)
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def known_days(period: Period, *, within: Unit | None = None, kind: str = ImportKind.OPENINGS) -> dict[date, datetime]:
    """The days of the period whose data has arrived, with the moment it was complete.

    Company-wide without `within`. A day is known when an import of the unit or of one above it covers it, or when
    each of the unit's branches then open is covered.
    """
    imports = list(
        Import.objects.taken(kind)
        .filter(covers_from__lt=period.end, covers_to__gte=period.first)
        .values_list("covers_from", "covers_to", "unit__path", "taken_at")
    )
    if not imports:
        return {}
    branches: list[tuple[str, date | None, date | None]] = []
    if within is None or within.kind != UnitKind.BRANCH:  # what covers a branch covers the whole of it
        leaves = Unit.objects.filter(kind=UnitKind.BRANCH, path__startswith=within.path if within else "/")
        branches = list(leaves.values_list("path", "started_on", "closed_on"))
    company = None if within else Unit.objects.filter(parent=None).first()
    top = within or company
    known = {day: _complete_at(day, imports, top.path if top else "/", branches) for day in period.days()}
    return {day: moment for day, moment in known.items() if moment}


def _complete_at(
    day: date,
    imports: Sequence[tuple[date | None, date | None, str, datetime | None]],
    top: str,
    branches: Sequence[tuple[str, date | None, date | None]],
) -> datetime | None:
    """When a day was first covered whole from `top`, or the last of its branches then open was; `None`: not yet."""
    covering = [
        (path, taken) for first, last, path, taken in imports if first and last and taken and first <= day <= last
    ]
    if whole := [taken for path, taken in covering if top.startswith(path)]:
        return min(whole)
    open_then = [path for path, start, end in branches if start and start <= day and (end is None or end > day)]
    moments = [[taken for path, taken in covering if leaf.startswith(path)] for leaf in open_then]
    return max(map(min, moments)) if moments and all(moments) else None


@dataclass(frozen=True, slots=True)
class DayState:
    """What is known of a day's openings: `since` when, None where they have not come. No day is missed before its end."""

    on: date
    since: datetime | None
    is_trading: bool
    is_over: bool


def days_lately(within: Unit, lately: Period, trading: Collection[date]) -> list[DayState]:
    """The days up to today, the newest first; every page that says what has come asks here. Two queries."""
    known = known_days(lately, within=within)
    return [DayState(on, known.get(on), on in trading, on < lately.last) for on in reversed(list(lately.days()))]


def days_not_known(period: Period, calendar_days: Iterable[date], *, within: Unit | None = None) -> list[date]:
    """Those of `calendar_days` in the period on which no statement can be made: their openings have not arrived."""
    known = known_days(period, within=within)
    return sorted(day for day in calendar_days if day in period and day not in known)


EXPECTED_UNIT_RESULTS = """
counted AS (
    SELECT line.id::bigint AS unit_id, d.day, sum(d.openings) AS openings
    FROM (SELECT unit_id, day, sum(openings) AS openings FROM crm_dailyresult GROUP BY unit_id, day) d
    JOIN teams_unit u ON u.id = d.unit_id
    CROSS JOIN LATERAL unnest(string_to_array(trim(BOTH '/' FROM u.path), '/')) AS line(id)
    GROUP BY 1, 2 HAVING sum(d.openings) <> 0
),
expected AS (
    SELECT unit_id, day, openings, sum(openings) OVER (PARTITION BY unit_id ORDER BY day) AS running FROM counted
)"""
STALE_UNIT_RESULTS = f"""
WITH {EXPECTED_UNIT_RESULTS}
SELECT coalesce(r.id, 0), u.code, day, coalesce(r.openings, 0), coalesce(e.openings, 0), coalesce(r.running, 0),
       coalesce(e.running, 0)
FROM crm_unitresult r FULL JOIN expected e USING (unit_id, day) LEFT JOIN teams_unit u ON u.id = unit_id
WHERE (r.openings, r.running) IS DISTINCT FROM (e.openings, e.running) ORDER BY day, u.path LIMIT %s
"""  # noqa: S608 (a constant of this module)
STALE_DAILY_RESULTS = """
WITH counted AS (
    SELECT developer_id AS person_id, open_date AS day, sum(share) AS openings FROM crm_opening
    WHERE ended_by_id IS NULL GROUP BY 1, 2
)
SELECT coalesce(d.id, 0), person_id, day, coalesce(d.openings, 0), coalesce(c.openings, 0)
FROM crm_dailyresult d FULL JOIN counted c USING (person_id, day)
WHERE d.openings IS DISTINCT FROM c.openings ORDER BY day, person_id LIMIT %s
"""


SPELT = r"regexp_replace(normalize(word, NFKC), '[^0-9A-Za-z_-]', '', 'g')"
ALIKE_NUMBERS = f"""
WITH words AS (
    SELECT 'client_no' AS what, client_no AS word FROM crm_opening WHERE ended_by_id IS NULL
    UNION SELECT 'fund_account', fund_account FROM crm_opening WHERE ended_by_id IS NULL
    UNION SELECT 'fund_account', fund_account FROM crm_accountmonth WHERE ended_by_id IS NULL
), alike AS (SELECT what, word, {LIKENESS_IN_SQL.format(SPELT)} AS alike FROM words)
SELECT a.what, a.word, b.word
FROM (SELECT what, alike FROM alike GROUP BY 1, 2 HAVING count(*) > 1) d
JOIN alike a USING (what, alike) JOIN alike b USING (what, alike)
WHERE a.word < b.word AND NOT EXISTS (SELECT FROM core_toldapart t WHERE t."table" = a.what
    AND ((t.code, t.other) = (a.word, b.word) OR (t.code, t.other) = (b.word, a.word)))
ORDER BY 1, 2, 3 LIMIT %s
"""  # noqa: S608 (a constant of this module)


def alike_numbers(most: int = 20) -> list[tuple[str, str, str]]:
    """Stored numbers of clients and accounts that differ only in their spelling, and that nobody has told apart."""
    return stale_rows(ALIKE_NUMBERS, most)


def stale_rows(question: str, most: int = 20) -> list[tuple[Any, ...]]:
    """The first results that are not what the rows below them sum to, by one of the `STALE_…` questions."""
    with connection.cursor() as cursor:
        cursor.execute(question, [most])
        return list(cursor.fetchall())


def versions_of(kind: str) -> Any:
    """Everything that was ever brought, what was replaced and removed with it."""
    return (Opening if kind == ImportKind.OPENINGS else AccountMonth).versions


KEYS = {
    ImportKind.OPENINGS: ("fund_account", "client_no", "developer_id"),
    ImportKind.ACCOUNT_MONTH: ("month", "fund_account", "relation", "person_id"),
}
WITHOUT_A_WORD = {"id", "source", "ended_by"}


@dataclass(frozen=True, slots=True)
class RowChange:
    """What an import did to a row that was there: by field the value before and after; `after` is `None` once removed."""

    before: Opening | AccountMonth
    after: Opening | AccountMonth | None
    fields: dict[str, tuple[Any, Any]]


def changes_of(imported: Import, most: int | None = None) -> list[RowChange]:
    """Old → new of what an import changed or removed, in the order of the rows that were there."""
    versions, key = versions_of(imported.kind), KEYS[ImportKind(imported.kind)]
    ended = list(versions.filter(ended_by=imported).exclude(source=imported).order_by("pk")[:most])
    accounts = {row.fund_account for row in ended}
    brought = {
        tuple(getattr(row, part) for part in key): row
        for row in versions.filter(source=imported, fund_account__in=accounts)
    }
    names = [field.attname for field in versions.model._meta.concrete_fields if field.name not in WITHOUT_A_WORD]
    changes = []
    for old in ended:
        new = brought.get(tuple(getattr(old, part) for part in key))
        pairs = {name: (getattr(old, name), getattr(new, name) if new else None) for name in names}
        changes.append(RowChange(old, new, {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}))
    return changes


def client_numbers_known(numbers: Collection[str]) -> set[str]:
    """Those of the client numbers under which an account has been opened; one query, none for none."""
    if not numbers:
        return set()
    return set(Opening.objects.filter(client_no__in=numbers).values_list("client_no", flat=True))


def numbers_of_clients_like(alike: Collection[str]) -> set[str]:
    """The client numbers of which `core.identifiers.likeness` makes one of these."""
    like = Opening.objects.annotate(alike=Likeness("client_no")).filter(alike__in=alike)
    return set(like.values_list("client_no", flat=True))


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A credited opening of a month with what the account did in it, for judging whether it is valid."""

    person_id: int
    open_date: date
    fund_account: str
    share: Decimal
    status: str
    open_assets: Decimal | None
    end_assets: Decimal | None
    trades: int | None


def new_accounts(branch: Unit, month: Month) -> dict[int, list[NewAccount]]:
    """Openings credited to a branch's people in a month by person id, with what is known of the account at the month's end:
    from the developer's row where she has one, else from whoever's row names it (reading 46)."""
    own = Case(When(relation="developed", person=OuterRef("developer"), then=0), default=1)

    def named(column: str) -> Subquery:
        known = AccountMonth.objects.filter(month=month.first, fund_account=OuterRef("fund_account"))
        known = known.filter(**{f"{column}__isnull": False})
        return Subquery(known.annotate(place=own).order_by("place", "relation", "person").values(column)[:1])

    rows = (
        Opening.objects.filter(below(branch, path="unit__path"), open_date__gte=month.first, open_date__lt=month.end)
        .annotate(end_assets=named("end_assets"), trades=named("trades"))
        .order_by("developer", "open_date", "fund_account")
        .values_list("developer", "open_date", "fund_account", "share", "status", "open_assets", "end_assets", "trades")
    )
    grouped: dict[int, list[NewAccount]] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(NewAccount(*row))
    return dict(grouped)


# --- as it stood at a moment, or with certain imports ------------------------------------------------------------------
STOOD = """
WITH late AS MATERIALIZED (
    SELECT id FROM crm_import WHERE kind = %(kind)s AND state = 'taken'
        AND CASE WHEN %(known)s::bigint[] IS NULL THEN taken_at > %(at)s ELSE id <> ALL (%(known)s::bigint[]) END
)
SELECT r.* FROM {table} r
WHERE r.source_id NOT IN (SELECT id FROM late) AND (r.ended_by_id IS NULL OR r.ended_by_id IN (SELECT id FROM late))
    AND {where} ORDER BY {order}
"""


WITHIN = " AND r.unit_id IN (SELECT id FROM teams_unit WHERE path LIKE %(within)s)"


def account_months_then(
    *,
    at: datetime,
    first: Month,
    last: Month,
    within: Unit | None = None,
    known: list[int] | None = None,
    **of: int | list[str],
) -> list[AccountMonth]:
    """Account months as imports had left them at a moment: what came later is not in it, what it changed is as before.

    `known`, ids of imports, says what had come instead of the moment. `of` is `person`, an id, or `accounts`, fund
    accounts; `within` leaves only what counts there.
    """
    where = "r.month BETWEEN %(first)s AND %(last)s"
    where += " AND r.person_id = %(person)s" if "person" in of else " AND r.fund_account = ANY(%(accounts)s)"
    where += WITHIN if within else ""
    statement = STOOD.format(table="crm_accountmonth", where=where, order="r.month, r.fund_account, r.relation")
    params = {"first": first.first, "last": last.first, "within": f"{within.path}%" if within else "", **of}
    return list(
        AccountMonth.objects.raw(
            statement, {"kind": ImportKind.ACCOUNT_MONTH.value, "at": at, "known": known, **params}
        )
    )


def openings_then(
    *, at: datetime, first: date, end: date, person: int, within: Unit, known: list[int] | None = None
) -> list[Opening]:
    """Openings credited to a person from `first` to before `end`, as imports had left them (`account_months_then`)."""
    where = "r.open_date >= %(first)s AND r.open_date < %(end)s AND r.developer_id = %(person)s" + WITHIN
    statement = STOOD.format(table="crm_opening", where=where, order="r.open_date, r.fund_account")
    params = {"first": first, "end": end, "person": person, "within": f"{within.path}%"}
    return list(Opening.objects.raw(statement, {"kind": ImportKind.OPENINGS.value, "at": at, "known": known, **params}))


def clients_of(accounts: Collection[str]) -> dict[str, str]:
    """The names of accounts' clients, as far as they are kept, by fund account."""
    rows = Opening.objects.filter(fund_account__in=list(accounts)).exclude(client_name="").order_by("pk")
    return dict(rows.values_list("fund_account", "client_name"))
