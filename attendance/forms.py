from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LARGEST_FILE = 2 * 1024 * 1024


class DayForm(forms.Form):
    on = forms.DateField(widget=forms.HiddenInput)
    is_workday = forms.BooleanField(label=_("Workday"), required=False)
    is_trading_day = forms.BooleanField(label=_("Trading day"), required=False)
    name = forms.CharField(label=_("Name of the day"), max_length=64, required=False)


class ClearDayForm(forms.Form):
    on = forms.DateField()


class ImportForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV or Excel: date, is_workday, is_trading_day, name"))

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        return file


class SettleForm(forms.Form):
    year = forms.IntegerField(min_value=2000, max_value=2100, widget=forms.HiddenInput)
    source = forms.CharField(label=_("Source"), max_length=200, help_text=_("The notice the calendar follows"))
