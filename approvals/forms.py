from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from approvals.rules.names import Placing
from approvals.subjects import subjects


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=_("Remark"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )


class DecisionForm(RemarkForm):
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class WhyForm(RemarkForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remark"].required, self.fields["remark"].label = True, _("Say why")


class RefusalForm(WhyForm, DecisionForm):
    pass


class ReturnForm(WhyForm):
    to = forms.ChoiceField(
        label=_("Return to"), choices=[("author", _("the author")), ("stage", _("the stage before"))], initial="author"
    )


class ColleagueField(forms.CharField):
    """Somebody by her employee number."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=32, help_text=_("employee number"), **more)

    def clean(self, value: Any) -> User:
        number = super().clean(value)
        found = User.objects.filter(employee_no__iexact=number.strip(), is_active=True).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has this employee number."))
        return found


class TransferForm(RemarkForm):
    whom = ColleagueField(label=_("To whom"))
    field_order = ["whom", "remark"]


class AddForm(RemarkForm):
    whom = ColleagueField(label=_("Whom"))
    place = forms.ChoiceField(
        label=_("In which order"),
        choices=[(Placing.BEFORE, _("before me")), (Placing.AFTER, _("after me")), (Placing.BESIDE, _("beside me"))],
    )
    field_order = ["whom", "place", "remark"]


class RemoveForm(forms.Form):
    whom = ColleagueField(label=_("Whom"), widget=forms.HiddenInput)


class DelegationForm(forms.Form):
    taker = ColleagueField(label=_("Who decides for me"))
    subject = forms.ChoiceField(label=_("Of which kind"), required=False)
    from_on = forms.DateField(label=_("from"), widget=forms.DateInput(attrs={"type": "date"}))
    to_on = forms.DateField(
        label=_("until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("the first day it no longer holds"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = [("", _("all subjects")), *((one.name, one.label) for one in subjects())]  # type: ignore[attr-defined]
