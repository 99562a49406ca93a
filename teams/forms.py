from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.cells import EARLIEST, LATEST
from core.editing import RowForm
from core.forms import NumberField
from core.identifiers import identifier, lookalikes
from teams.models import Person, Posting, Target, UnitKind


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, **attributes: Any) -> None:
        super().__init__(format="%Y-%m-%d", attrs=attributes)


class DayField(forms.DateField):
    """A day that a file could hold as well: none so far off that nothing can be reckoned from it."""

    def __init__(self, **kwargs: Any) -> None:
        said = _("A day between 1950 and 2099.")
        super().__init__(validators=[MinValueValidator(EARLIEST, said), MaxValueValidator(LATEST, said)], **kwargs)


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
    from_on = DayField(label=_("First day"))
    last_on = DayField(label=_("Last day"))

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


def because_field() -> forms.CharField:
    """Why something new is another thing than the known one it looks like (reading 48)."""
    return forms.CharField(
        label=_("Why it is another"),
        required=False,
        min_length=2,
        max_length=200,
        help_text=_("only where a code looks like a known one and is another all the same; it is kept"),
    )


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"))
    different = forms.CharField(
        label=_("Codes that are others"),
        required=False,
        max_length=400,
        help_text=_("new codes that differ from a known one in leading zeros or capitals only, separated by blanks"),
    )
    because = because_field()

    def clean_different(self) -> list[str]:
        typed: str = self.cleaned_data["different"]
        return typed.replace("，", " ").replace(",", " ").split()

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if entered.get("different") and not entered.get("because") and "because" not in self.errors:
            self.add_error("because", gettext("Say why they are others."))
        return entered


class CodedForm(RowForm):
    """A row with a code: one that looks like a known one is another only if somebody says why."""

    because = because_field()
    looks_like = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        code = identifier(entered.get("code") or "")
        others = type(self.instance)._default_manager.exclude(pk=self.instance.pk)
        self.looks_like = lookalikes([code], others.values_list("code", flat=True)).get(code, "")
        if self.looks_like and not entered.get("because") and "because" not in self.errors:
            rule = gettext("differs from the known %(likely)s in leading zeros or capitals only: write that one, or confirm that they are two")  # fmt: skip
            self.add_error("code", rule % {"likely": self.looks_like})
            self.fields["because"].widget = forms.TextInput()  # asked for only now
        return entered


class BankForm(CodedForm):
    """A partner bank as the console edits it."""


class OutletForm(CodedForm):
    """An outlet as the console edits it: what `load_company` would refuse is refused here."""

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        opens, closes, unit = (entered.get(name) for name in ("opens", "closes", "unit"))
        if opens and closes and closes <= opens:
            self.add_error("closes", gettext("is not after the opening at %(opens)s") % {"opens": f"{opens:%H:%M}"})
        if unit and unit.kind not in (UnitKind.AREA, UnitKind.MARKET_DEPARTMENT):
            self.add_error("unit", gettext("an outlet belongs to an area or a branch market department"))
        return entered


class TargetForm(RowForm):
    """A target as the console edits it. `user` is who does: a person is found by number among those she sees."""

    user: User
    employee_no = forms.CharField(label=_("employee number"), required=False, max_length=32)
    month = DayField(label=pgettext_lazy("target", "month"), widget=DateInput())
    value = NumberField(label=_("value"), max_digits=16, decimal_places=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.person is not None:
            self.initial["employee_no"] = self.instance.person.employee_no

    def clean_employee_no(self) -> str:
        number: str = self.cleaned_data["employee_no"]
        seen = Person.objects.all() if self.user.is_superuser else Person.objects.visible_to(self.user)
        self.instance.person = seen.filter(user__employee_no=number).first() if number else None
        if number and self.instance.person is None:
            raise forms.ValidationError(gettext("there is nobody with this employee number"))
        return number

    def clean_month(self) -> date:
        month: date = self.cleaned_data["month"]
        return month.replace(day=1)

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if entered.get("value") is not None and entered["value"] < 0:
            self.add_error("value", gettext("is below zero"))
        if self.errors:
            return entered
        unit, person = entered["unit"], self.instance.person
        if (unit is None) == (person is None):
            self.add_error("unit", gettext("a target is either a unit's or a person's: fill in one of the two"))
        same = Target.objects.filter(unit=unit, person=person, month=entered["month"], measure=entered["measure"])
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error(
                "month", gettext("There is a target of this measure for that month already: change that one.")
            )
        return entered
