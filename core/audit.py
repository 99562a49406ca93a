"""Who did it: the acting person, address, request and reason travel to the database, whose triggers write the entry.

Every write statement is preceded by a `set_config` that tells the session who acts, so `save`, `update`, `bulk_create`
and raw SQL are all seen. The triggers are installed after `migrate` on every table of the project's own apps
(`install_triggers`): a new model cannot be forgotten. Very large fact tables carry `audited_by = "batch"` and get one
entry per statement with the number of rows; the others get one entry per row.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class Acting:
    """Who writes just now. `source` says by which way: `web`, `task:…`, `command:…`."""

    actor_id: int | None = None
    source: str = ""
    address: str = ""
    request_id: str = ""
    reason: str = ""

    def as_setting(self) -> str:
        return "\x1f".join(
            (str(self.actor_id or ""), self.source[:80], self.address[:64], self.request_id[:64], self.reason[:500])
        )


NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)
READING = (
    "select",
    "savepoint",
    "release",
    "rollback",
    "set ",
    "show",
    "explain",
    "fetch",
    "begin",
    "commit",
    "declare",
    "close",
)


def current() -> Acting:
    return _acting.get()


@contextlib.contextmanager
def acting(**changes: Any) -> Iterator[None]:
    """Write the block's changes under this name: `acting(actor_id=…, source=…, reason=…)` on top of what already holds."""
    token = _acting.set(replace(_acting.get(), **changes))
    try:
        yield
    finally:
        _acting.reset(token)


def tell_database(connection: Any) -> None:
    """Say who acts, for the next statement; inside a transaction it ends with it."""
    raw = connection.connection
    with raw.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('muster.acting', %s, %s)", (_acting.get().as_setting(), connection.in_atomic_block)
        )


def _tell_before_writes(
    execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if not str(statement).lstrip(" \n(").lower().startswith(READING):
        tell_database(context["connection"])
    return execute(statement, params, many, context)


def watch_connection(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if _tell_before_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(_tell_before_writes)


def audited_models() -> list[type[models.Model]]:
    """Every concrete model of the project's own apps, except the audit trail itself."""
    own = set(settings.OWN_APPS)
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in own
        and model._meta.managed
        and not model._meta.proxy
        and getattr(model, "audited_by", "row") != "itself"
    ]


TRIGGERS = """
CREATE OR REPLACE TRIGGER muster_audit_insert AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION muster_audit({args});
CREATE OR REPLACE TRIGGER muster_audit_update AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION muster_audit({args});
CREATE OR REPLACE TRIGGER muster_audit_delete AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION muster_audit({args});
CREATE OR REPLACE TRIGGER muster_audit_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION muster_audit_truncate();
"""


def _trigger_arguments(model: type[models.Model]) -> str:
    """How the entry is written (`row` or `batch`), the key column, columns left out, and columns shown as a digest only."""
    parts = (
        getattr(model, "audited_by", "row"),
        model._meta.pk.column if model._meta.pk else "id",
        ",".join(getattr(model, "audit_ignores", ())),
        ",".join(getattr(model, "audit_hides", ())),
    )
    return ", ".join(f"'{part}'" for part in parts)


def install_triggers(using: str = "default", **_: Any) -> None:
    """Put the audit triggers on every audited table that exists; run after each `migrate`."""
    from django.db import connections  # noqa: PLC0415

    connection = connections[using]
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if "core_auditentry" not in existing:
            return
        statements = [
            TRIGGERS.format(table=connection.ops.quote_name(table), args=_trigger_arguments(model))
            for model in audited_models()
            if (table := model._meta.db_table) in existing
        ]
        cursor.execute("".join(statements))
