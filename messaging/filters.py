from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messaging.models import Channel, Message, MessageQuerySet


class SendingFilter(django_filters.FilterSet):  # type: ignore[misc]
    recipient = django_filters.CharFilter(method="of_recipient", label=_("Recipient (name or number)"))
    channel = django_filters.ChoiceFilter(choices=Channel.choices, label=_("Channel"))
    business_date = django_filters.DateFilter(
        label=_("Business date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    class Meta:
        model = Message
        fields = ("recipient", "channel", "business_date")

    def of_recipient(self, queryset: MessageQuerySet, name: str, value: str) -> MessageQuerySet:
        return queryset.filter(Q(recipient__name__icontains=value) | Q(recipient__employee_no=value))
