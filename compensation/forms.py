from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compensation.models import PersonMonth, Stage
from compensation.rules import Plan
from core.editing import EditForm
from core.forms import NumberField, WholeField
from teams.forms import DateInput


class SignForm(forms.Form):
    """Which signature, on which content. Nothing of the report itself is ever posted."""

    stage = forms.TypedChoiceField(choices=Stage, coerce=lambda value: Stage(int(value)))
    seen_digest = forms.CharField(max_length=64)


class PayReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200})
    )


class ApprovalForm(forms.Form):
    """Who approved a plan, from when on, and by which document."""

    approved_by = forms.CharField(label=_("Approved by"), max_length=120)
    approval_ref = forms.CharField(label=_("Approval document"), max_length=120, help_text=_("number or title"))
    approved_on = forms.DateField(
        label=_("Holds from"), widget=DateInput, help_text=_("a month is computed if it holds on every day of it")
    )


class WithdrawalForm(PayReasonForm):
    ends_on = forms.DateField(
        label=_("No longer holds from"), widget=DateInput, help_text=_("the first day without it")
    )
    field_order = ("ends_on", "reason")


class QuestionForm(forms.Form):
    text = forms.CharField(
        label=_("Your question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000})
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000})
    )


class PersonMonthForm(EditForm, forms.ModelForm):  # type: ignore[type-arg, misc]
    """What finance enters for one person and month; only what the plan of the month makes something of."""

    class Meta:
        model = PersonMonth
        fields = (
            "complaints",
            "coefficient",
            "reason",
            "client_cost",
            "attendance_deduction",
            "social_insurance",
            "income_tax",
            "remark",
        )
        field_classes = {
            "complaints": WholeField,
            **dict.fromkeys(
                ("coefficient", "client_cost", "attendance_deduction", "social_insurance", "income_tax"), NumberField
            ),
        }

    def __init__(self, *args: Any, plan: Plan | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Reason for the coefficient")
        if plan is None:
            return
        if not plan.component("commission_after_costs"):
            del self.fields["client_cost"]
        if assessment := plan.component("assessment"):
            limits = {"low": assessment.minimum, "top": assessment.maximum}
            text = _("Takes the place of the results appraisal; the plan keeps it between %(low)s and %(top)s.")
            self.fields["coefficient"].help_text = text % limits

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("coefficient") is None and "coefficient" in data and (data.get("reason") or "").strip():
            self.add_error("coefficient", _("A reason is given, but no coefficient."))
        if data.get("coefficient") is not None and not (data.get("reason") or "").strip():
            self.add_error("reason", _("A coefficient set by hand needs a reason."))
        return data
