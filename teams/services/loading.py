"""What the tables of `load_company` have in common: what is known already, what changes, what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from accounts.models import User
from core.tables import Filled, Refusal, Row
from teams.models import Outlet, PartnerBank, Person, Unit


@dataclass
class Known:
    """Everything by its code: what the database holds, and what the file adds to it."""

    units: dict[str, Unit]
    people: dict[str, Person]
    banks: dict[str, PartnerBank]
    outlets: dict[str, Outlet]

    @classmethod
    def now(cls) -> Known:
        return cls(
            units={unit.code: unit for unit in Unit.objects.select_for_update()},
            people={person.user.employee_no: person for person in Person.objects.select_related("user")},
            banks={bank.code: bank for bank in PartnerBank.objects.all()},
            outlets={outlet.code: outlet for outlet in Outlet.objects.all()},
        )


@dataclass
class Changes:
    """What one table adds and alters. A row that says what is known already alters nothing."""

    filled: Filled
    new: list[models.Model] = field(default_factory=list)
    altered: dict[int, models.Model] = field(default_factory=dict)
    fields: dict[type[models.Model], set[str]] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def created(self) -> int:
        """New rows; a person and her user are one."""
        return sum(not isinstance(row, User) for row in self.new)

    @property
    def updated(self) -> int:
        return len(self.touched)

    def refuse(self, row: Row, column: str, rule: str, **values: Any) -> None:
        texts = {key: str(value) for key, value in values.items()}
        self.refusals.append(self.filled.refusal(row, column, rule, **texts))

    def alter(self, row: models.Model, *, of: models.Model | None = None, **values: Any) -> None:
        """Note new values of a known row; None was not said and leaves what is there. `of`: what it counts as."""
        changed = {name for name, value in values.items() if value is not None and getattr(row, name) != value}
        for name in changed:
            setattr(row, name, values[name])
        if changed and row.pk is not None:
            self.altered[id(row)] = row
            self.touched.add(id(of or row))
            self.fields.setdefault(type(row), set()).update(changed)

    def write(self) -> None:
        """Alterations first: a posting that ends makes room for the one that follows it."""
        for model, fields in self.fields.items():
            rows = [row for row in self.altered.values() if isinstance(row, model)]
            model._default_manager.bulk_update(rows, sorted(fields), batch_size=2000)
        for model in dict.fromkeys(map(type, self.new)):
            rows = [row for row in self.new if type(row) is model and row.pk is None]
            model._default_manager.bulk_create(rows, batch_size=2000)


def said(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The values that were filled in, for a new row."""
    return {name: values[name] for name in names if values[name] is not None}
