"""The addresses of messaging, who gets what there, and one of each thing to get."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from messaging.models import Channel, Message, State
from tests.access.lines import page, thing, verb
from tests.cast import Cast

LOGGED = "manager regional market auditor"

LINES = [
    page("messaging:inbox"),
    page("messaging:message", "cm", of="message"),
    page("messaging:subject", "cm", of="message"),
    verb("messaging:read_all"),
    page("messaging:sending_log", f"{LOGGED} sibling_manager outsider_manager"),
    page("messaging:sending", LOGGED, of="message", sees="cm"),
    verb("messaging:resend", "manager regional market", of="unknown message", sees="cm auditor"),
    verb("messaging:take_as_sent", "manager regional market", of="unknown message", sees="cm auditor"),
]


def message_to_cm(cast: Cast, **more: Any) -> dict[str, Any]:
    posted = Message.objects.create(
        rule="S10.2",
        business_date=cast.today,
        recipient=cast.cm,
        text="tests.plain",
        subject="周三的提醒",
        body="请看开户排名。",
        place=cast.unit["B1M1A1"].path,
        posted_at=timezone.now(),
        not_before=timezone.now(),
        **more,
    )
    return {"public_id": posted.public_id}


@thing("message")
def message(cast: Cast) -> dict[str, Any]:
    return message_to_cm(cast, channel=Channel.IN_APP, state=State.SENT, sent_at=timezone.now())


@thing("unknown message")
def unknown_message(cast: Cast) -> dict[str, Any]:
    return message_to_cm(cast, channel=Channel.SMS, state=State.UNKNOWN)
