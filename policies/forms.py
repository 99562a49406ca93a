from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from core.editing import EditForm
from core.forms import NumberField, WholeField
from policies.rules import Parameter
from policies.wording import worded
from teams.forms import DateInput, DayField


def field_for(parameter: Parameter, *, required: bool) -> forms.Field:
    """The field in which a value of the parameter's kind is typed."""
    common: dict[str, Any] = {"label": _("Value"), "required": required}
    bounds: dict[str, Any] = {"min_value": parameter.least, "max_value": parameter.most}
    if parameter.unit:
        common["help_text"] = _(parameter.unit)
    if parameter.kind == "int":
        return WholeField(**common, **bounds)
    if parameter.kind == "decimal":
        return NumberField(**common, **bounds, max_digits=14, decimal_places=6)
    if parameter.kind == "time":
        return forms.TimeField(**common, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    if parameter.kind == "bool":
        return forms.TypedChoiceField(
            **common,
            choices=[("yes", worded(parameter, True)), ("no", worded(parameter, False))],
            coerce=lambda text: text == "yes",
            empty_value=None,
        )
    if parameter.kind == "choice":
        return forms.ChoiceField(**common, choices=[(code, worded(parameter, code)) for code in parameter.choices])
    return forms.CharField(**common, max_length=2000)


class ValueForm(EditForm):
    """A value from a day on, and where it comes from."""

    from_on = DayField(label=_("Holds from"))
    source = forms.CharField(label=_("Source"), max_length=300, help_text=_("the decision or document it comes from"))
    follow = forms.BooleanField(label=_("Follow the layer above again, without a value of its own"), required=False)

    def __init__(
        self, *args: Any, parameter: Parameter, today: date, newest: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = field_for(parameter, required=False)
        self.fields["from_on"].widget = DateInput(min=today.isoformat())
        self.initial.setdefault("from_on", today)
        self.newest = newest or {}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout("value", "from_on", "source", "follow")

    def begun_with(self) -> Mapping[str, Any]:
        """What was set last: the fields begin empty."""
        return self.newest

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if entered.get("follow"):
            entered["value"] = None
        elif entered.get("value") in (None, "") and "value" not in self.errors:
            self.add_error("value", _("Enter a value."))
        return entered
