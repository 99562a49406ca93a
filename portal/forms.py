from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.identifiers import identifier
from portal.selectors.trail import tables
from teams.forms import DateInput, DayField


def _things() -> list[tuple[str, Any]]:
    return [("", _("everything")), *tables()]


class TrailForm(forms.Form):
    who = forms.CharField(label=_("Employee number"), max_length=32, required=False)
    table = forms.ChoiceField(label=_("Thing"), choices=_things, required=False)
    row = forms.CharField(label=_("Key of its row"), max_length=64, required=False)
    on = DayField(label=_("Day"), required=False, widget=DateInput())
    before = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)

    def clean_who(self) -> str:
        return identifier(self.cleaned_data["who"])
