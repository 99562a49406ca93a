from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.guard import MIB
from crm.models import ImportKind
from crm.services.importing import PAGE_LIMITS
from teams.authority import Power
from teams.models import Unit


class UploadForm(forms.Form):
    """A file to be checked. Without days the file covers the first to the last day in it."""

    kind = forms.ChoiceField(label=_("What the file holds"), choices=ImportKind.choices)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Whose data"))
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        help_text=_("XLSX or CSV, up to 100,000 rows. Headings in English or Chinese, titles above them do no harm."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    covers_from = forms.DateField(
        label=_("Covers from"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    covers_to = forms.DateField(
        label=_("Covers until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        tops = Unit.objects.filter(path__in=user.authority.paths(Power.IMPORT_CRM))
        units = self.fields["unit"]
        assert isinstance(units, forms.ModelChoiceField)  # noqa: S101
        units.queryset = tops
        units.empty_label = None
        self.only_unit = tops[0] if len(tops) == 1 else None
        if self.only_unit:
            units.required = False
            units.widget = forms.HiddenInput()

    def clean_unit(self) -> Unit | None:
        return self.only_unit or self.cleaned_data["unit"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > PAGE_LIMITS.file_bytes:
            raise ValidationError(
                _("The file is larger than %(limit)s MB."), params={"limit": PAGE_LIMITS.file_bytes // MIB}
            )
        return file

    def clean_covers_to(self) -> date | None:
        first, last = self.cleaned_data.get("covers_from"), self.cleaned_data["covers_to"]
        if bool(first) != bool(last):
            raise ValidationError(_("Give both days, or none of them."))
        if first and last < first:
            raise ValidationError(_("The last day lies before the first."))
        if last and last > self.today:
            raise ValidationError(_("No file covers the future."))
        return last  # type: ignore[no-any-return]

    @property
    def covers(self) -> tuple[date, date] | None:
        first, last = self.cleaned_data["covers_from"], self.cleaned_data["covers_to"]
        return (first, last) if first and last else None


class TellApartForm(forms.Form):
    """Words of a file that are other things than the known ones they look like, and why."""

    words = forms.MultipleChoiceField(label=_("These are different"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, alike: list[list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = self.fields["words"]
        assert isinstance(words, forms.MultipleChoiceField)  # noqa: S101
        words.choices = [(word, f"{word} ≠ {known}") for _what, word, known in alike]
