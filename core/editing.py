"""Two people at one row: a form that edits carries what it was opened with, so no older page overwrites a newer row.

    class NameForm(EditForm): …           # its template holds {% include "components/opened.html" %} inside the form
    rename(row=…, **form.cleaned_data, seen=form.seen)     # the verb looks with the row locked: `seen.must_hold(row, …)`
    except ChangedMeanwhile as changed: form.meet(changed)   # the page again, status 409, both values side by side

Values are carried rather than a counter: two who want the same do not collide, sending again what was saved is no
clash, and where somebody did not touch a field the newer value is taken over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext, gettext_lazy

from core.refusals import MovedOn
from core.templatetags.components import shown

OPENED = "opened"


class ChangedMeanwhile(MovedOn):
    """Somebody saved the row after the page was opened; nothing was stored. `there` is what it holds now."""

    text = gettext_lazy("Somebody else saved this after you opened it. Nothing of yours is stored yet.")

    def __init__(self, there: Mapping[str, Any], by: str = "", at: datetime | None = None) -> None:
        super().__init__()
        self.there, self.by, self.at = there, by, at


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page showed of a row when it was opened, as text. A page that does not say has seen nothing."""

    values: Mapping[str, str] = field(default_factory=dict)

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether these are the values that were seen."""
        return all(self.values.get(name, "") == as_text(value) for name, value in values.items())

    def must_hold(
        self,
        row: models.Model | Mapping[str, Any] | None,
        *,
        wanted: Mapping[str, Any],
        by: str = "",
        at: datetime | None = None,
    ) -> None:
        """Raises `ChangedMeanwhile` where the row, locked by the caller, is neither as it was seen nor as it is wanted.

        No row: nothing is there to be overwritten.
        """
        if row is None:
            return
        there = {name: row[name] if isinstance(row, Mapping) else getattr(row, name) for name in wanted}
        if not self.holds(there) and any(as_text(value) != as_text(wanted[name]) for name, value in there.items()):
            raise ChangedMeanwhile(there, by, at)


def already(*, by: str, at: datetime) -> str:
    """What somebody reads whose answer was lost and who sends once more what is there."""
    return gettext("%(by)s saved exactly this at %(at)s already; nothing was changed.") % {"by": by, "at": shown(at)}


def as_text(value: Any) -> str:
    """One way to write a value, whether a row, a form or a page gives it."""
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case Decimal():
            text = format(value.normalize(), "f") if value else "0"
        case date() | time():
            text = value.isoformat()
        case models.Model():
            text = str(value.pk)
        case dict() | list() | tuple():
            text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
        case _:
            text = str(value).replace("\r\n", "\n").strip()
    return text


@dataclass(frozen=True, slots=True)
class Beside:
    """A field on which the page and the row differ, in words, and what a click puts into it."""

    name: str
    label: str
    mine: str
    there: str
    mine_raw: str
    there_raw: str
    is_taken_over: bool  # it had not been touched here, so it holds the newer value already


class EditForm(forms.Form):
    """A form on a row that may exist already."""

    changed: ChangedMeanwhile | None = None
    beside: tuple[Beside, ...] = ()

    def edited(self) -> list[str]:
        """The fields that belong to the row."""
        return [name for name, one in self.fields.items() if not one.disabled]

    def begun_with(self) -> Mapping[str, Any]:
        """The row when the page is made: what the fields begin with, unless a form says otherwise."""
        return {name: self.get_initial_for_field(self.fields[name], name) for name in self.edited()}

    @property
    def opened(self) -> str:
        """What the page carries: the row as it was opened, as sent where it was sent."""
        if self.is_bound:
            return str(self.data.get(self.add_prefix(OPENED), ""))
        return json.dumps({name: as_text(value) for name, value in self.begun_with().items()}, ensure_ascii=False)

    @property
    def seen(self) -> Seen:
        try:
            values = json.loads(self.opened or "{}")
        except (ValueError, RecursionError):
            return Seen()
        return Seen(values) if isinstance(values, dict) else Seen()

    def meet(self, changed: ChangedMeanwhile) -> None:
        """Put both side by side. What was typed stays, what was not touched takes the newer value; from now on the page
        counts as opened on what is there."""
        opened, data, found = dict(self.seen.values), self.data.copy(), []  # type: ignore[attr-defined]
        for name, there in changed.there.items():
            mine = self.cleaned_data.get(name)
            untouched = opened.get(name) == as_text(mine)
            opened[name] = as_text(there)
            if name not in self.fields or as_text(mine) == as_text(there):
                continue
            one = self.fields[name]
            found.append(
                Beside(
                    name=self.add_prefix(name),
                    label=str(one.label or name),
                    mine=in_words(one, mine),
                    there=in_words(one, there),
                    mine_raw=typed(one, mine),
                    there_raw=typed(one, there),
                    is_taken_over=untouched,
                )
            )
            if untouched:
                data[self.add_prefix(name)] = typed(one, there)
        data[self.add_prefix(OPENED)] = json.dumps(opened, ensure_ascii=False)
        self.data, self.changed, self.beside = data, changed, tuple(found)


class RowForm(EditForm, forms.ModelForm):  # type: ignore[type-arg, misc]
    """A form that is its own verb, as in the console: its row is locked before it is validated."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk is not None and not self.errors:
            there = self.begun_with()
            try:
                self.seen.must_hold(there, wanted={name: self.cleaned_data.get(name) for name in there})
            except ChangedMeanwhile as changed:
                self.meet(changed)
                raise forms.ValidationError(str(changed), code="changed") from None
        return cleaned


def typed(one: forms.Field, value: Any) -> str:
    """A value as its field would send it; a box that is not ticked sends nothing."""
    if isinstance(value, bool) and isinstance(one, forms.BooleanField):
        return "on" if value else ""
    prepared = one.widget.format_value(one.prepare_value(value))  # type: ignore[no-untyped-call]
    if isinstance(prepared, list):
        prepared = prepared[0] if prepared else ""
    return "" if prepared is None else str(prepared)


def in_words(one: forms.Field, value: Any) -> str:
    if isinstance(one, forms.ModelChoiceField) and value and one.queryset is not None:
        return str(one.queryset.filter(pk=as_text(value)).first() or value)
    choices = dict(getattr(one, "choices", ())) if isinstance(one, forms.ChoiceField) else {}
    if value in choices:
        return str(choices[value])
    return str(value) if isinstance(value, str) and value else shown(value)
