from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.editing import EditForm
from worklogs.models import MarketReport


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class PhotosField(forms.FileField):
    """Any number of files under one name."""

    widget = PhotosInput(attrs={"multiple": True, "accept": "image/*", "class": "form-control"})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(PhotosField, self).clean(one) for one in data or []]


def text(label: Any, *, required: bool = False, rows: int = 3) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows, "class": "form-control"})
    return forms.CharField(label=label, required=required, max_length=1000, widget=area)


class MarketReportForm(EditForm):
    surroundings = text(_("The outlet and its surroundings"), required=True, rows=5)
    competitors = text(_("What competitors do"))
    ideas = text(_("What we should try"))
    photos = PhotosField(label=_("Photos"), required=False)

    @classmethod
    def of(cls, report: MarketReport | None) -> MarketReportForm:
        names = ("surroundings", "competitors", "ideas")
        return cls(initial={name: getattr(report, name) for name in names} if report else {})

    def edited(self) -> list[str]:
        return ["surroundings", "competitors", "ideas"]


class CommentForm(forms.Form):
    comment = text(_("Comment"), required=True)
