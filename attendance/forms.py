from __future__ import annotations

from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from attendance.rules import YEARS
from core.editing import EditForm

LARGEST_FILE = 2 * 1024 * 1024


def day_field() -> forms.DateField:
    within = [MinValueValidator(date(YEARS.start, 1, 1)), MaxValueValidator(date(YEARS[-1], 12, 31))]
    return forms.DateField(widget=forms.HiddenInput, validators=within)


class DayForm(EditForm):
    on = day_field()
    is_workday = forms.BooleanField(label=_("Workday"), required=False)
    is_trading_day = forms.BooleanField(label=_("Trading day"), required=False)
    name = forms.CharField(label=_("Name of the day"), max_length=64, required=False)


class ImportForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV or Excel: date, is_workday, is_trading_day, name"))

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        return file


class SettleForm(EditForm):
    year = forms.IntegerField(min_value=YEARS.start, max_value=YEARS[-1], widget=forms.HiddenInput)
    source = forms.CharField(label=_("Source"), max_length=200, help_text=_("The notice the calendar follows"))
