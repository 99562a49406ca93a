from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from teams.models import Person, Posting


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, **attributes: Any) -> None:
        super().__init__(format="%Y-%m-%d", attrs=attributes)


class ReasonForm(forms.Form):
    """Why something is done that is kept in the audit trail."""

    reason = forms.CharField(label=_("Reason"), max_length=200, min_length=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout("reason")


class StandInForm(forms.Form):
    """Who stands in, for whom, from when until when (both days included)."""

    absent = forms.ChoiceField(label=_("Absent leader"))
    employee_no = forms.ChoiceField(label=_("Stands in"))
    from_on = forms.DateField(label=_("First day"))
    last_on = forms.DateField(label=_("Last day"))

    def __init__(
        self, *args: Any, leaders: Sequence[Posting], candidates: Sequence[Person], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["employee_no"] = forms.ChoiceField(
            label=_("Stands in"),
            choices=[("", "—"), *((one.employee_no, f"{one.name} · {one.employee_no}") for one in candidates)],
        )
        self.fields["absent"] = forms.ChoiceField(
            label=_("Absent leader"),
            choices=[(str(one.public_id), f"{one.person.name} · {one.get_role_display()}") for one in leaders],
        )
        self.fields["from_on"].widget = DateInput(min=today.isoformat())
        self.fields["last_on"].widget = DateInput(min=today.isoformat())
        self.initial.setdefault("from_on", today)
        self.initial.setdefault("last_on", today + timedelta(days=6))
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout("absent", "employee_no", "from_on", "last_on")
