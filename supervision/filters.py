from __future__ import annotations

import django_filters
from django.forms import DateInput
from django.utils.translation import gettext_lazy as _

from supervision.declared import CODES
from supervision.models import ReminderRun


class ListFilter(django_filters.FilterSet):  # type: ignore[misc]
    code = django_filters.ChoiceFilter(label=_("Clause"), choices=[(code, code) for code in CODES])
    business_on = django_filters.DateFilter(
        label=_("Business date"), widget=DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    class Meta:
        model = ReminderRun
        fields = ["code", "business_on"]
