"""Every model × save, update, bulk, raw SQL: one audit entry each, with its actor. Made from the model registry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, connection, models, transaction

from core import audit
from core.models import AuditEntry
from tests.builders import Builder

MODELS = {model._meta.label: model for model in audit.audited_models()}
# Rows of these are never changed once written: the database refuses, and the tests of their app show it.
NEVER_CHANGED = {
    label for label, model in MODELS.items() if model._meta.auto_created or getattr(model, "appended_only", False)
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def acting(cast) -> Iterator[int]:
    with audit.acting(actor_id=cast.auditor.pk, source="test", reason="so that it is known"):
        yield cast.auditor.pk


class Trail:
    """The entries about one table, counted from where one started looking."""

    def __init__(self, model: type[models.Model]) -> None:
        self.entries = AuditEntry.objects.filter(table=model._meta.db_table)
        self.seen = self.entries.count()

    def new(self) -> list[tuple[str, Any, str]]:
        found = list(self.entries.order_by("id").values_list("operation", "actor_id", "source"))[self.seen :]
        self.seen += len(found)
        return found


def another(field: models.Field[Any, Any], value: Any) -> Any:
    """A different value of the same kind, or None where there is none to be made up."""
    match value:
        case bool():
            return not value
        case Decimal() | int():
            return value + 1
        case date() if field.name == "month":
            return value.replace(year=value.year + 10)
        case datetime() | date():
            return value + timedelta(weeks=520)
        case str() if not field.choices:
            return f"{value}~"[-(field.max_length or 200) :]
        case str():
            return next((choice for choice, _ in field.flatchoices if choice != value), None)
    return None


def change(row: models.Model, write: Any) -> bool:
    """Change one column of `row` by `write(field, value)`; whether the database accepted any."""
    ignored = getattr(row, "audit_ignores", ())
    for field in row._meta.concrete_fields:
        if field.primary_key or field.is_relation or field.name in ignored:
            continue
        value = another(field, getattr(row, field.attname))
        if value is None:
            continue
        try:
            with transaction.atomic():
                write(field, value)
        except Error:
            continue
        return True
    return False


@pytest.mark.parametrize("label", MODELS)
def test_save_update_bulk_and_raw_sql_leave_one_entry_each_with_its_actor(label, cast, acting):
    model, make = MODELS[label], Builder(cast)
    by_batch = getattr(model, "audited_by", "row") == "batch"
    table = connection.ops.quote_name(model._meta.db_table)
    rows = [make.build(model) for _ in range(3)]
    trail = Trail(model)

    def one(operation: str) -> list[tuple[str, int, str]]:
        return [("B" if by_batch else operation, acting, "test")]

    rows[0].save()
    assert trail.new() == one("I"), "save"

    model._base_manager.bulk_create(rows[1:])
    assert trail.new() == one("I") * (1 if by_batch else 2), "bulk_create"

    def by_update(field: models.Field[Any, Any], value: Any) -> None:
        model._base_manager.filter(pk=rows[1].pk).update(**{field.name: value})

    def by_sql(field: models.Field[Any, Any], value: Any) -> None:
        prepared = field.get_db_prep_save(value, connection)
        with connection.cursor() as cursor:
            key = model._meta.pk.column
            cursor.execute(f'UPDATE {table} SET "{field.column}" = %s WHERE "{key}" = %s', [prepared, rows[2].pk])

    for row, write in ((rows[1], by_update), (rows[2], by_sql)):
        has_changed = change(row, write)
        assert has_changed == (label not in NEVER_CHANGED), f"{write.__name__}: {label}"
        assert trail.new() == (one("U") if has_changed else []), write.__name__


def test_the_trail_covers_every_model_of_the_project():
    from django.apps import apps
    from django.conf import settings

    uncovered = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in settings.OWN_APPS and model._meta.managed and not model._meta.proxy
    } - set(MODELS)
    trail = {"core.AuditEntry", "core.AuditSeal", "core.AuditTransaction", "core.AuditCount"}
    assert uncovered == trail | {"accounts.SecurityEvent"}, "logs themselves"
