"""Closed periods: what one was computed from stays as it is, whoever writes and by whatever way.

A model whose rows are periods declares `closes = Closes("pay", …)`, a model whose rows belong to such a period
`closed_with = Closing("pay", …)`; the two know each other by the name only, so that an app below may declare what an app
above closes. A model whose rows never change at all says `appended_only = True`.

The triggers are installed after each `migrate`, as the audit's are. Whoever writes rows of a period holds it shared until
the transaction ends, whoever closes it waits for them; so a late write either is seen by the closing or is refused.
A migration that must touch guarded rows begins with `migrations.RunSQL(lifted("app_table"))`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.db import IntegrityError, models


@dataclass(frozen=True, slots=True)
class Closes:
    """A row is closed once `at` holds a moment, and from then on never changes. It covers its unit and what lies below it.

    `month` is the first day of the month. `weeks` is a JSON list of the Mondays of the weeks that it has counted.
    """

    name: str
    unit: str
    month: str
    at: str = "closed_at"
    weeks: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """A row is closed with the month of the day in `month`, or with the month that has counted the week of the day in
    `week`. `unit`, `month` and `week` are lookups and may lead through other tables (`run__branch`).

    `further`: rows may be added all the same; a correction is one more row. `free` columns may change all the same.
    """

    name: str
    unit: str
    month: str = ""
    week: str = ""
    further: bool = False
    free: tuple[str, ...] = ()


CLOSED, CLOSES, KEPT = (
    ("muster_closed_insert", "muster_closed_update", "muster_closed_delete"),
    "muster_closes",
    "muster_kept",
)
NAMES = (*CLOSED, CLOSES, KEPT)

# Rows of periods. Making one waits for those who write in its month and saw that there was none to hold.
PERIODS = """
CREATE OR REPLACE FUNCTION muster_closes_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pg_advisory_xact_lock({key}, to_char(NEW.{month}, 'YYYYMM')::int);
        RETURN NEW;
    END IF;
    IF OLD.{at} IS NOT NULL THEN
        RAISE EXCEPTION 'A closed month stays closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'month_is_closed';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER muster_closes BEFORE INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION muster_closes_{name}();

CREATE OR REPLACE FUNCTION muster_must_be_open_{name}(units bigint[], days date[], by_week boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    period record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared({key}, month) FROM (
        SELECT DISTINCT to_char(day + edge, 'YYYYMM')::int AS month
        FROM (SELECT DISTINCT CASE WHEN by_week THEN date_trunc('week', day)::date ELSE day END AS day FROM unnest(days) AS day) d,
             unnest(CASE WHEN by_week THEN ARRAY[0, 6] ELSE ARRAY[0] END) AS edge
        ORDER BY month) months;
    -- Closed or open, the period is held: whoever is closing it goes first or waits.
    FOR period IN
        SELECT p.{unit} AS unit, p.{month} AS month, p.{at} AS at
        FROM (
            SELECT DISTINCT s.unit, date_trunc('month', s.day + edge)::date AS month, CASE WHEN by_week THEN s.day END AS week
            FROM (SELECT unit, CASE WHEN by_week THEN date_trunc('week', day)::date ELSE day END AS day
                  FROM unnest(units, days) AS given (unit, day)) s,
                 unnest(CASE WHEN by_week THEN ARRAY[0, 6] ELSE ARRAY[0] END) AS edge
        ) spot
        JOIN {units} u ON u.id = spot.unit
        JOIN {table} p ON p.{unit} = ANY (string_to_array(btrim(u.path, '/'), '/')::bigint[])
            AND p.{month} = spot.month AND (spot.week IS NULL OR p.{at} IS NULL OR {has_week})
        FOR SHARE OF p
    LOOP
        IF period.at IS NOT NULL THEN
            RAISE EXCEPTION 'The month % of unit % was closed at %', to_char(period.month, 'YYYY-MM'), period.unit, period.at
                USING ERRCODE = 'check_violation', CONSTRAINT = 'month_is_closed';
        END IF;
    END LOOP;
END $$;
"""
GUARD = """
CREATE OR REPLACE FUNCTION muster_closed_{bare}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    units bigint[];
    days date[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg({unit}), array_agg({day}) INTO units, days FROM new_rows changed {joins};
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg({unit}), array_agg({day}) INTO units, days FROM old_rows changed {joins};
    ELSE
        SELECT array_agg({unit}), array_agg({day}) INTO units, days FROM ({changed}) changed {joins};
    END IF;
    PERFORM muster_must_be_open_{name}(units, days, {by_week});
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER muster_closed_update AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION muster_closed_{bare}();
CREATE OR REPLACE TRIGGER muster_closed_delete AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION muster_closed_{bare}();
"""
GUARD_NEW = """
CREATE OR REPLACE TRIGGER muster_closed_insert AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION muster_closed_{bare}();
"""
ANY_CHANGE = "TABLE old_rows UNION ALL TABLE new_rows"
BUT_FREE = """
    SELECT * FROM old_rows o WHERE NOT EXISTS (
        SELECT FROM new_rows n WHERE n.{key} = o.{key} AND to_jsonb(n) - {free} = to_jsonb(o) - {free})
    UNION ALL SELECT * FROM new_rows n WHERE NOT EXISTS (
        SELECT FROM old_rows o WHERE o.{key} = n.{key} AND to_jsonb(n) - {free} = to_jsonb(o) - {free})"""
KEEPING = """
CREATE OR REPLACE FUNCTION muster_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What stands in % is never changed (%)', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'rows_are_kept';
END $$;
"""
KEEP = """
CREATE OR REPLACE TRIGGER muster_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION muster_kept();
"""
INSTALLED = """
SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgname = ANY (%s) AND relnamespace = 'public'::regnamespace
"""


def is_closed(problem: IntegrityError) -> bool:
    """Whether a guard has refused a write: the rows belong to what is closed, or are never changed."""
    diagnosis = getattr(problem.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) in {"month_is_closed", "rows_are_kept"}


def kept_models() -> list[type[models.Model]]:
    """Models whose rows are only ever added."""
    return [model for model in apps.get_models() if getattr(model, "appended_only", False)]


def lifted(*tables: str) -> str:
    """SQL that takes the guards off these tables until the end of `migrate`, which puts them back."""
    return "".join(f'DROP TRIGGER IF EXISTS {name} ON "{table}";\n' for table in tables for name in NAMES)


def install_guards(using: str = "default", **_: Any) -> None:
    """Put the guards on every table that declares one and take them off those that no longer do; after each `migrate`."""
    from django.db import connections  # noqa: PLC0415

    connection = connections[using]
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        closing = {
            closes.name: model
            for model in apps.get_models()
            if isinstance(closes := getattr(model, "closes", None), Closes) and model._meta.db_table in existing
        }
        wanted = [guard for guard in _guards(closing) if guard[0] in existing]
        cursor.execute(KEEPING + "".join(statement for _, _, statement in wanted))
        cursor.execute(INSTALLED, [list(NAMES)])
        stale = set(cursor.fetchall()) - {(name, table) for table, names, _ in wanted for name in names}
        cursor.execute("".join(f'DROP TRIGGER {name} ON "{table}";\n' for name, table in sorted(stale)) or "SELECT")


def _guards(closing: dict[str, type[models.Model]]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """For each table that is guarded: its name, its triggers, and the statements that make them. Periods come first."""
    for model in closing.values():
        yield model._meta.db_table, (CLOSES,), _periods(model)
    for model in apps.get_models():
        declared: Closing | None = getattr(model, "closed_with", None)
        if declared and declared.name in closing:
            names = CLOSED[1:] if declared.further else CLOSED
            yield model._meta.db_table, names, _guard(model, declared)
    for model in kept_models():
        yield model._meta.db_table, (KEPT,), KEEP.format(table=f'"{model._meta.db_table}"')


def _periods(model: type[models.Model]) -> str:
    closes = cast("Closes", model.closes)  # type: ignore[attr-defined]
    columns = {part: f'"{_column(model, getattr(closes, part))}"' for part in ("unit", "month", "at")}
    units = cast("type[models.Model]", model._meta.get_field(closes.unit).related_model)
    has_week = f"p.\"{closes.weeks}\" ? to_char(spot.week, 'YYYY-MM-DD')" if closes.weeks else "false"
    return PERIODS.format(
        name=closes.name,
        key=zlib.crc32(closes.name.encode()) % 2**31,
        table=f'"{model._meta.db_table}"',
        units=f'"{units._meta.db_table}"',
        has_week=has_week,
        **columns,
    )


def _guard(model: type[models.Model], declared: Closing) -> str:
    unit, to_unit = _reached(model, declared.unit)
    day, to_day = _reached(model, declared.week or declared.month)
    free = f"ARRAY[{', '.join(repr(_column(model, name)) for name in declared.free)}]"
    changed = BUT_FREE.format(key=f'"{_column(model, "pk")}"', free=free) if declared.free else ANY_CHANGE
    statement = GUARD if declared.further else GUARD + GUARD_NEW
    return statement.format(
        bare=model._meta.db_table,
        table=f'"{model._meta.db_table}"',
        name=declared.name,
        unit=unit,
        day=day,
        joins=" ".join(dict.fromkeys([*to_unit, *to_day])),
        changed=changed,
        by_week="true" if declared.week else "false",
    )


def _reached(model: type[models.Model], lookup: str) -> tuple[str, list[str]]:
    """The column at the end of a lookup from a changed row, and the joins on the way."""
    *way, last = lookup.split("__")
    at, joins = "changed", []
    for step in way:
        column, model = _column(model, step), cast("type[models.Model]", model._meta.get_field(step).related_model)
        key = _column(model, "pk")
        joins.append(f'JOIN "{model._meta.db_table}" {at}_{step} ON {at}_{step}."{key}" = {at}."{column}"')
        at = f"{at}_{step}"
    return f'{at}."{_column(model, last)}"', joins


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return str(cast("models.Field[Any, Any]", field).column)
