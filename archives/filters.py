from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from archives.models import Document
from core.periods import Month


class DocumentFilter(django_filters.FilterSet):  # type: ignore[misc]
    month = django_filters.CharFilter(
        label=_("Month"), method="of_month", widget=forms.TextInput(attrs={"placeholder": "2026-11"})
    )
    unit = django_filters.CharFilter(label=_("Unit (code)"), field_name="unit__code", lookup_expr="iexact")

    class Meta:
        model = Document
        fields = ("month", "unit")

    def of_month(self, found: QuerySet[Document], name: str, value: Any) -> QuerySet[Document]:
        try:
            return found.filter(month=Month.parse(value).first)
        except ValueError:
            return found.none()
