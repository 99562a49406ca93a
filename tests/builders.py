"""A valid row of any model, filled from its fields: for tests generated from the model registry.

What a model needs beyond its field types (a check constraint, two dates in order) stands in `SHAPES`.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields import NOT_PROVIDED

from tests.cast import TODAY, Cast

NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC)
MONDAY = TODAY - timedelta(days=TODAY.weekday())
Shape = Mapping[str, Any] | Callable[[Cast, int], Mapping[str, Any]]

# Model label → values that its fields alone do not tell; a function gets the cast and a running number.
SHAPES: dict[str, Shape] = {
    "approvals.Delegation": lambda cast, n: {"giver": cast.manager, "taker": cast.deputy},
    "crm.Opening": {"share": Decimal(1)},
    "worklogs.Contact": lambda cast, n: {"phone": f"139{n:08}"},
    "messaging.PhoneTask": {"result": "", "done_by": None, "done_at": None},
    "supervision.ReminderRun": {"state": "not_known"},
    "supervision.LaggardEntry": {"rank": 1, "of": 1},
    "teams.Posting": lambda cast, n: {"from_on": date(2001, 1, n), "to_on": date(2001, 1, n + 1)},
    "teams.Target": lambda cast, n: {"unit": cast.unit["B1"]},
}

VALUES: dict[type[models.Field[Any, Any]], Callable[[int], Any]] = {
    models.BooleanField: lambda n: False,
    models.DecimalField: lambda n: Decimal(n % 10),
    models.IntegerField: lambda n: n % 20_000 + 1,
    models.DateTimeField: lambda n: NOON + timedelta(minutes=n),
    models.DateField: lambda n: TODAY - timedelta(days=n % 300),
    models.TimeField: lambda n: time(9),
    models.UUIDField: lambda n: uuid.UUID(int=n),
    models.JSONField: lambda n: {},
    models.EmailField: lambda n: f"n{n}@example.com",
    models.BinaryField: lambda n: b"x",
    ArrayField: lambda n: [],
}


class Builder:
    """Builds rows for one cast; every call gives another one."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.numbers = itertools.count(1)

    def build(self, model: type[models.Model], **given: Any) -> models.Model:
        """An unsaved row whose required fields are filled; rows it points to are saved."""
        number = next(self.numbers)
        shape = SHAPES.get(model._meta.label, {})
        values = dict(shape(self.cast, number) if callable(shape) else shape) | given
        for field in model._meta.concrete_fields:
            if field.name in values or not self.is_required(field):
                continue
            values[field.name] = self.value(field, number)
        return model(**values)

    def is_required(self, field: models.Field[Any, Any]) -> bool:
        if field.primary_key and isinstance(field, models.AutoField):
            return False
        if isinstance(field, models.GeneratedField):
            return False
        has_value = field.default is not NOT_PROVIDED or field.db_default is not NOT_PROVIDED
        has_value = has_value or (field.blank and field.empty_strings_allowed and not field.is_relation)
        return field.unique or not (has_value or field.null or getattr(field, "auto_now_add", False))

    def value(self, field: models.Field[Any, Any], number: int) -> Any:
        if isinstance(field, models.ForeignKey):
            return self.target(field)
        if field.choices and not field.unique:
            return field.flatchoices[0][0]
        if isinstance(field, models.UUIDField) and field.default is not NOT_PROVIDED:
            return field.get_default()
        if field.name == "month":
            return date(2020 + number // 12, number % 12 + 1, 1)
        if field.name == "week":
            return MONDAY - timedelta(weeks=number)
        for kind, make in VALUES.items():
            if isinstance(field, kind):
                return make(number)
        return f"{field.name}-{number}"[-(field.max_length or 200) :]

    def target(self, field: models.ForeignKey[Any, Any]) -> models.Model:
        """What the row points to: one of the cast, else another built row."""
        model = field.related_model
        if not field.unique:
            known = {"accounts.User": self.cast.cm, "teams.Unit": self.cast.unit["B1"]}
            if model._meta.label == "teams.Person":
                return self.cast.person("cm")
            if model._meta.label in known:
                return known[model._meta.label]
        row = self.build(model)
        row.save()
        return row
