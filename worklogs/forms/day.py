from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.editing import EditForm
from core.forms import NumberInput, WholeField
from worklogs.models import LogEntry
from worklogs.rules.kinds import CONTACT_KINDS, LABELS, Kind
from worklogs.services.entering import as_edited
from worklogs.services.opened import NotThatMany


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Reason for the correction"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )


class ContactFields(forms.Form):
    """What is typed of a contact. The number is checked by the service, which knows what the firm knows."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off", "class": "form-control form-control-lg"}
        ),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "form-control form-control-lg"}),
    )
    client_no = forms.CharField(
        label=_("Client number"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "form-control"}),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "form-control"}),
    )
    next_on = forms.DateField(
        label=_("Next contact on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
    reason = reason_field()


class EntryForm(ContactFields):
    """A contact of one kind."""

    kind = forms.ChoiceField(choices=[(kind.value, LABELS[kind]) for kind in CONTACT_KINDS], widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = kind or str(self.data.get("kind", ""))
        self.fields["kind"].initial = kind
        if kind != Kind.CLIENT_CALL:
            del self.fields["client_no"]


class EntryEditForm(EditForm, ContactFields):
    """A contact that is on the log already."""

    def __init__(self, *args: Any, entry: LogEntry, **kwargs: Any) -> None:
        kwargs = {"auto_id": "edit_%s", "initial": as_edited(entry), **kwargs}
        super().__init__(*args, **kwargs)
        if entry.kind != Kind.CLIENT_CALL:
            del self.fields["client_no"]

    def edited(self) -> list[str]:
        return [name for name in super().edited() if name != "reason"]


class BrochuresForm(EditForm):
    """Either how many there are in all, or by how many there are more."""

    quantity = WholeField(
        label=_("Brochures handed out"), required=False, widget=NumberInput(attrs={"class": "form-control"})
    )
    more = WholeField(required=False, min_value=1, max_value=1000)
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "brochures_%s", **kwargs})

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if not self.errors and entered["quantity"] is None and entered["more"] is None:
            self.add_error("quantity", str(NotThatMany.text))
        return entered

    def edited(self) -> list[str]:
        return ["quantity"]


class NoteForm(EditForm):
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "note_%s", **kwargs})

    def edited(self) -> list[str]:
        return ["note"]


class RemovalForm(forms.Form):
    reason = reason_field()
