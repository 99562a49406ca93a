"""What the tables of `load_company` have in common: what is known already, what changes, what is refused or remarked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models

from accounts.models import User
from core.cells import CLEARED, folded
from core.explain import N_
from core.identifiers import likeness
from core.models import ToldApart
from core.tables import Filled, Refusal, Row
from teams.models import FormerName, Outlet, OutletPosting, PartnerBank, Person, Posting, Unit
from teams.rules import ABOVE


@dataclass
class Known:
    """Everything by its code: what the database holds, and what the file adds to it.

    `different` are the new codes that a person has confirmed as other things than the known ones they look like, for
    the reason `because`. `ended` are those who come back in this file, with the day on which they had left; `back` the
    same by number, with the day they come back.
    """

    units: dict[str, Unit]
    people: dict[str, Person]
    banks: dict[str, PartnerBank]
    outlets: dict[str, Outlet]
    today: date
    different: frozenset[str] = frozenset()
    because: str = ""
    ended: dict[int, date] = field(default_factory=dict)
    back: list[tuple[str, date, date]] = field(default_factory=list)

    @classmethod
    def now(cls, today: date, different: Iterable[str] = (), because: str = "") -> Known:
        known = cls(
            units={unit.code: unit for unit in Unit.objects.select_for_update()},
            people={person.user.employee_no: person for person in Person.objects.select_related("user")},
            banks={bank.code: bank for bank in PartnerBank.objects.all()},
            outlets={outlet.code: outlet for outlet in Outlet.objects.all()},
            today=today,
            different=frozenset(different),
            because=because,
        )
        by_id = {unit.pk: unit for unit in known.units.values()}
        for unit in by_id.values():
            unit.parent = by_id.get(unit.parent_id) if unit.parent_id else None
        known._names = _by_name(known.units)
        return known

    _names: dict[str, tuple[Unit, bool]] = field(default_factory=dict)
    _alike: dict[int, dict[str, str]] = field(default_factory=dict)

    def alike(self, codes: Mapping[str, Any], code: str) -> str:
        """The known code that differs from this one in leading zeros or capitals only; "" where there is none."""
        like = self._alike.get(id(codes))
        if like is None:
            like = self._alike[id(codes)] = {likeness(one): one for one in sorted(codes, reverse=True)}
        found = like.setdefault(likeness(code), code)
        return "" if found == code or code in codes else found

    def upwards(self, unit: Unit) -> Iterator[Unit]:
        """The unit and those above it, as the file leaves them."""
        above: Unit | None = unit
        for _ in ABOVE:
            if above is None:
                return
            yield above
            above = above.parent

    def end_of(self, posting: Posting | OutletPosting) -> date | None:
        """Where a place ends that is known already: whoever comes back in this file had left it."""
        left_on = self.ended.get(posting.person_id)
        if left_on is None or posting.from_on >= left_on:
            return posting.to_on
        return min(posting.to_on or left_on, left_on)

    def unit(self, code: str | None, changes: Changes | None = None, row: Row | None = None) -> Unit | None:
        """By its code, by its name, or by a name it had before: then the report says so (reading 51)."""
        if code is None or code in self.units:
            return self.units.get(code or "")
        unit, is_former = self._names.get(folded(code), (None, False))
        if unit is not None and is_former and changes is not None and row is not None:
            rule = N_("“%(name)s” is an earlier name of %(unit)s (%(code)s): taken as that.")
            changes.remark(row, rule, name=code, unit=unit.name, code=unit.code)
        return unit


def _by_name(units: Mapping[str, Unit]) -> dict[str, tuple[Unit, bool]]:
    """Units by the names that only one of them has, and by those that only one had."""
    found: dict[str, set[tuple[int, bool]]] = {}
    for unit in units.values():
        found.setdefault(folded(unit.name), set()).add((unit.pk, False))
    for name, unit_id in FormerName.objects.values_list("name", "unit"):
        if not any(not former for _, former in found.get(folded(name), ())):
            found.setdefault(folded(name), set()).add((unit_id, True))
    by_id = {unit.pk: unit for unit in units.values()}
    return {name: (by_id[pk], former) for name, ((pk, former), *more) in found.items() if not more}


@dataclass
class Changes:
    """What one table adds and alters. A row that says what is known already alters nothing."""

    filled: Filled
    new: list[models.Model] = field(default_factory=list)
    altered: dict[int, models.Model] = field(default_factory=dict)
    fields: dict[type[models.Model], set[str]] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Refusal] = field(default_factory=list)
    beside: set[int] = field(default_factory=set)

    @property
    def created(self) -> int:
        """New rows; a person, her user and her grade are one."""
        return sum(not isinstance(row, User) and id(row) not in self.beside for row in self.new)

    @property
    def updated(self) -> int:
        return len(self.touched)

    def refuse(self, row: Row, column: str, rule: str, **values: Any) -> None:
        texts = {key: str(value) for key, value in values.items()}
        self.refusals.append(self.filled.refusal(row, column, rule, **texts))

    def remark(self, row: Row, rule: str, **values: Any) -> None:
        """Something to be told though it is taken."""
        texts = {key: str(value) for key, value in values.items()}
        self.remarks.append(Refusal(self.filled.sheet, row.number, "", "", rule, texts))

    def refuse_unknown(self, row: Row, column: str, rule: str, known: Known, codes: Mapping[str, Any]) -> None:
        """Nothing has this code; where something has one that is easily taken for it, that is named."""
        if likely := known.alike(codes, row[column]):
            rule = N_("is not known; do you mean %(likely)s? They differ in leading zeros or capitals only")
            self.refuse(row, column, rule, likely=likely)
        else:
            self.refuse(row, column, rule)

    def is_new(self, row: Row, column: str, known: Known, codes: Mapping[str, Any]) -> None:
        """A new code that looks like a known one is another thing only if a person has said so, and why (reading 48)."""
        code: str = row[column]
        likely = known.alike(codes, code)
        if not likely:
            return
        if code in known.different:
            self.add(ToldApart(table=self.filled.sheet, code=code, other=likely, reason=known.because))
            return
        rule = N_("differs from the known %(likely)s in leading zeros or capitals only: write that one, or confirm that they are two")  # fmt: skip
        self.refuse(row, column, rule, likely=likely)

    def add(self, row: models.Model, *, of: models.Model | None = None) -> None:
        """A row that comes with another one and is not counted for itself; `of`: a known one, which it changes."""
        self.new.append(row)
        self.beside.add(id(row))
        if of is not None and of.pk is not None:
            self.touched.add(id(of))

    def alter(self, row: models.Model, *, of: models.Model | None = None, **values: Any) -> None:
        """Note new values of a known row; None was not said and leaves what is there, `-` empties it (reading 49).

        `of`: what it counts as.
        """
        said = {
            name: emptied(row, name) if value is CLEARED else value
            for name, value in values.items()
            if value is not None
        }
        changed = {name for name, value in said.items() if getattr(row, name) != value}
        for name in changed:
            setattr(row, name, said[name])
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


def emptied(row: models.Model, name: str) -> Any:
    column: Any = row._meta.get_field(name)
    return None if column.null else column.get_default()


def said(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The values that were filled in, for a new row."""
    return {name: values[name] for name in names if values[name] is not None and values[name] is not CLEARED}


def told(value: Any) -> Any:
    """The value of a cell, None where it was left empty or cleared."""
    return None if value is CLEARED else value
