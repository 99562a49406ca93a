"""The audit trail as people read it: who did what to which row when, old → new in words, paged by key."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Field, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.models import User
from core.explain import N_
from core.models import AuditEntry, Verification
from core.periods import YEARS
from core.templatetags.components import shown
from teams.authority import Power
from teams.models import Outlet, Person, Unit

A_PAGE = 50
NAMED: dict[str, Any] = {"accounts_user": User, "teams_person": Person, "teams_unit": Unit, "teams_outlet": Outlet}
LONGEST = 80  # characters of one value
TECHNICAL = {  # columns that only the program reads, and so have no name in the models
    "public_id": N_("number in addresses"),
    "digest": N_("digest"),
    "lines": N_("explanation"),
    "notes": N_("of the file"),
    "effects": N_("what it brings"),
    "refusals": N_("refused rows"),
    "warnings": N_("warnings"),
    "remarks": N_("remarks of the run"),
    "document": N_("contents"),
    "inputs": N_("what it was computed from"),
    "figures": N_("figures"),
    "edition": N_("edition"),
    "checks": N_("checks"),
    "sha256": "SHA-256",
}


@dataclass(frozen=True)
class TrailAsked:
    """What of the trail is looked for. Without a person and a row it is always one day: millions of rows have no end."""

    who: str = ""
    table: str = ""
    row: str = ""
    on: date | None = None
    by_people: bool = False  # without what the system does by itself
    before: str = ""  # key of the last entry on the page before: moment and id

    @property
    def q(self) -> Q:
        q = Q()
        if self.who:
            q &= Q(actor__in=User.objects.filter(employee_no=self.who).values("pk"))
        if self.by_people:
            q &= Q(actor__isnull=False)
        if self.table:
            q &= Q(table=self.table)
        if self.table and self.row:
            q &= Q(row=self.row)
        if self.on:
            first = timezone.make_aware(datetime.combine(self.on, time()))
            q &= Q(at__gte=first, at__lt=first + timedelta(days=1))
        if key := _key(self.before):
            at, pk = key
            q &= Q(at__lte=at) & (Q(at__lt=at) | Q(pk__lt=pk))
        return q


def _key(text: str) -> tuple[datetime, int] | None:
    at, _mark, pk = text.partition("~")
    try:
        moment, number = datetime.fromisoformat(at), int(pk)
    except ValueError:
        return None
    return (moment, number) if moment.tzinfo and moment.year in YEARS and 0 < number < 2**63 else None


@dataclass(frozen=True)
class Change:
    """One column: a value of an added row has no `old`, one of a removed row no `new`."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class TrailRow:
    entry: AuditEntry
    thing: str  # what kind of thing
    name: str  # which one, where it has a name people know
    changes: tuple[Change, ...]

    @property
    def key(self) -> str:
        return f"{self.entry.at.isoformat()}~{self.entry.pk}"


@dataclass(frozen=True)
class TrailPage:
    rows: tuple[TrailRow, ...]
    after: str  # key from which the next page goes on; "" at the end


def audits_everything(user: User) -> bool:
    """The trail knows no units, so it is for whoever audits the whole company."""
    return bool(user.authority.may(Power.SEE_AUDIT, user.authority.company_path))


def trail(asked: TrailAsked) -> TrailPage:
    """A page of the trail, the newest first; at most five queries, however long the trail is."""
    found = list(AuditEntry.objects.filter(asked.q).select_related("actor").order_by("-at", "-pk")[: A_PAGE + 1])
    entries = found[:A_PAGE]
    names = _names(entries)
    rows = tuple(_row(entry, names) for entry in entries)
    return TrailPage(rows, rows[-1].key if len(found) > A_PAGE else "")


def tables() -> list[tuple[str, str]]:
    """The things whose changes are kept, by what people call them."""
    own = [
        model
        for model in apps.get_models()
        if model._meta.app_label in settings.OWN_APPS
        and model._meta.managed
        and getattr(model, "audited_by", "") != "itself"
    ]
    return sorted(((m._meta.db_table, str(m._meta.verbose_name)) for m in own), key=lambda pair: pair[1])


def _fields(table: str) -> dict[str, Field[Any, Any]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            return {str(field.column): field for field in model._meta.concrete_fields}
    return {}


def _target(field: Field[Any, Any] | None) -> str:
    model = getattr(field, "related_model", None)
    return model._meta.db_table if model is not None and not isinstance(model, str) else ""


def _names(entries: Iterable[AuditEntry]) -> dict[tuple[str, str], str]:
    """The names of people, units and outlets that the entries are about or point to; at most four queries."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.table in NAMED and entry.row.isdecimal() and entry.operation != AuditEntry.Operation.BATCH:
            wanted[entry.table].add(int(entry.row))
        fields = _fields(entry.table)
        for values in (entry.old or {}, entry.new or {}):
            for column, value in values.items():
                if isinstance(value, int) and (target := _target(fields.get(column))) in NAMED:
                    wanted[target].add(value)
    names = {}
    for table, keys in wanted.items():
        rows = NAMED[table]._base_manager.filter(pk__in=keys)
        if table == "teams_person":
            rows = rows.select_related("user")
        for one in rows:
            number = getattr(one, "employee_no", None) or getattr(one, "code", "")
            names[table, str(one.pk)] = f"{one.name} {number}"
    return names


def _row(entry: AuditEntry, names: dict[tuple[str, str], str]) -> TrailRow:
    fields = _fields(entry.table)
    model = next((field.model for field in fields.values()), None)
    thing = str(model._meta.verbose_name) if model else entry.table
    old, new = entry.old or {}, entry.new or {}
    changes: list[Change] = []
    if entry.operation != AuditEntry.Operation.BATCH:
        columns = [column for column in {**old, **new} if old.get(column) != new.get(column)]
        changes = [
            Change(
                _label(fields.get(column), column),
                *(_worded(fields.get(column), values.get(column), names) for values in (old, new)),
            )
            for column in columns
            if column != "id"
        ]
    return TrailRow(entry, thing, names.get((entry.table, entry.row), ""), tuple(changes))


def _label(field: Field[Any, Any] | None, column: str) -> str:
    if column in TECHNICAL and (field is None or str(field.verbose_name) == column.replace("_", " ")):
        return gettext(TECHNICAL[column])
    return str(field.verbose_name) if field is not None else column


def _worded(field: Field[Any, Any] | None, value: Any, names: dict[tuple[str, str], str]) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if (name := names.get((_target(field), str(value)))) is not None:
        return name
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    text = shown(value) if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)
    if len(text) <= LONGEST:
        return text
    if isinstance(value, dict | list):
        return ngettext("%(n)s entry", "%(n)s entries", len(value)) % {"n": len(value)}
    return f"{text[:LONGEST]}…"


def last_verification() -> Verification | None:
    return Verification.objects.select_related("asked_by").first()
