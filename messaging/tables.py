from __future__ import annotations

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.templatetags.components import shown
from messaging.models import Message, State
from messaging.selectors import STATE_OF


class SendingTable(tables.Table):  # type: ignore[misc]
    subject = tables.Column(verbose_name=_("Message"), orderable=False)
    recipient = tables.Column(verbose_name=_("Recipient"), order_by="recipient__name")
    channel = tables.Column(verbose_name=_("Channel"))
    state = tables.Column(verbose_name=_("State"), orderable=False)
    attempts_made = tables.Column(verbose_name=_("Attempts"), attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    posted_at = tables.Column(verbose_name=_("Posted"), order_by=("posted_at", "id"))

    class Meta:
        fields = ("subject", "recipient", "channel", "state", "attempts_made", "posted_at")
        order_by = "-posted_at"
        empty_text = _("No message fits the filter.")

    def render_subject(self, record: Message) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("messaging:sending", args=[record.public_id]), record.subject)

    def render_state(self, record: Message) -> str:
        state = STATE_OF[State(record.state)]
        return render_to_string("components/state.html", {"state": state, "text": record.get_state_display()})

    def render_attempts_made(self, value: int) -> str:
        return str(value or "")

    def render_posted_at(self, record: Message) -> str:
        return shown(record.posted_at)
