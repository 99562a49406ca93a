from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.editing import EditForm
from core.periods import PERIODS, Period
from messaging.models import PhoneTask
from supervision.models import PeriodKind, RankedKind
from teams.models import UnitKind
from teams.selectors.people import Member

BY = [
    (RankedKind.BRANCH, _("branches")),
    (RankedKind.MARKET_DEPARTMENT, _("branch market departments")),
    (UnitKind.AREA, _("areas")),
    (RankedKind.PERSON, _("people")),
]


class CallForm(EditForm):
    """What came of a call; the plan is asked for only where somebody was reached."""

    result = forms.ChoiceField(label=_("Result"), choices=PhoneTask.Result.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason given"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why so little was opened, in the words of the person called."),
    )
    asked_of = forms.ChoiceField(label=_("Spoken to"), required=False)
    demands_plan = forms.BooleanField(label=_("Demand a rectification plan"), required=False)
    due_on = forms.DateField(
        label=_("Plan due on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        label=_("What the plan must answer"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, callees: Sequence[Member], task: PhoneTask | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task = task
        choices = [(str(member.user_id), member.name) for member in callees]
        self.fields["asked_of"].choices = choices  # type: ignore[attr-defined]

    def begun_with(self) -> Mapping[str, Any]:
        """What is on record of the call: the fields begin empty."""
        return {"result": self.task.result, "reason": self.task.reason} if self.task else {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("demands_plan"):
            if not cleaned.get("due_on") and "due_on" not in self.errors:
                self.add_error("due_on", _("Say by when the plan is due."))
            if not cleaned.get("asked_of") and "asked_of" not in self.errors:
                self.add_error("asked_of", _("Say of whom the plan is demanded."))
        return cleaned


class RankingForm(forms.Form):
    """Which ranking is asked for."""

    by = forms.ChoiceField(choices=BY)
    period = forms.ChoiceField(choices=PeriodKind.choices)
    on = forms.DateField(label=_("Day in it"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    first = forms.DateField(required=False, widget=forms.HiddenInput)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if not 2000 <= on.year <= 2100:
            raise forms.ValidationError(_("Choose a day between 2000 and 2100."))
        return on

    def clean_first(self) -> date | None:
        first: date | None = self.cleaned_data["first"]
        on = self.cleaned_data.get("on")
        if first and on and not timedelta(0) < on - first < timedelta(days=366):
            raise forms.ValidationError(_("Choose a span of at most a year."))
        return first

    @property
    def asked(self) -> Period:
        """The day, week or month that holds the day; with `first`, the span from there to the day."""
        if self.cleaned_data["first"]:
            return Period.between(self.cleaned_data["first"], self.cleaned_data["on"])
        return PERIODS[self.cleaned_data["period"]](self.cleaned_data["on"])
