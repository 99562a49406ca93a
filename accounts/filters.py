from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import SecurityEvent


class SecurityFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By person, address and day."""

    person = django_filters.CharFilter(method="of_person", label=_("Person (name or number)"), max_length=64)
    address = django_filters.CharFilter(
        field_name="address", lookup_expr="startswith", label=_("Address"), max_length=64
    )
    day = django_filters.DateFilter(
        field_name="at",
        lookup_expr="date",
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = SecurityEvent
        fields = ("person", "address", "day")

    def of_person(self, found: QuerySet[SecurityEvent], name: str, value: str) -> QuerySet[SecurityEvent]:
        return found.filter(Q(number__iexact=value) | Q(name__icontains=value))
