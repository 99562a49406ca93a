"""The addresses of supervision, who gets what there, and one of each thing to get."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from core.periods import Week
from messaging.models import Channel, Message
from messaging.services import Draft, post
from supervision.models import Addressee, LaggardEntry, Reminder, ReminderRule, ReminderRun
from tests.access.lines import page, thing, verb
from tests.access.people import BRANCH, EVERYBODY, HEAD_OFFICE, REGION
from tests.cast import Cast

CALLING = "regional officer market"
NOT_RANKED = "office"

LINES = [
    page("supervision:lists"),
    page("supervision:list", f"cm am mm {BRANCH} {REGION} {HEAD_OFFICE}", of="reminder_list"),
    page("supervision:ranking", " ".join(key for key in EVERYBODY.split() if key != NOT_RANKED)),
    page("supervision:calls", f"{CALLING} manager sibling_manager outsider_manager"),
    page("supervision:call", CALLING, of="call"),
    verb("supervision:record_call", CALLING, of="call", send={"result": "not_reached"}),
]


def reminder_run(cast: Cast, code: str, scope: str, **entry: Any) -> LaggardEntry:
    """A list of last week with one entry."""
    rule = ReminderRule.objects.get(code=code)
    run = ReminderRun.objects.create(
        rule=rule,
        code=code,
        scope=cast.unit[scope],
        business_on=Week(cast.today).previous().last,
        first_on=Week(cast.today).previous().first,
        state=ReminderRun.State.DONE,
        started_at=timezone.now(),
        finished_at=timezone.now(),
        considered=3,
    )
    return LaggardEntry.objects.create(
        run=run, openings=0, rank=3, of=3, reasons=["zero"], lines=[], digest="0", **entry
    )


@thing("reminder_list")
def reminder_list(cast: Cast) -> dict[str, Any]:
    entry = reminder_run(cast, "S10.2", "B1M1", unit=cast.unit["B1M1A1"], person=cast.person("cm"))
    return {"public_id": entry.run.public_id}


@thing("call")
def call(cast: Cast) -> dict[str, Any]:
    entry = reminder_run(cast, "S8.2", "R1", unit=cast.unit["B1M1"])
    draft = Draft(
        rule="S8.2/R1/B1M1",
        business_date=entry.run.business_on,
        recipient_id=cast.officer.pk,
        channel=Channel.PHONE_TASK,
        text="supervision.call",
        values={"names": "B1M1", "week": "47", "clause": "S8.2", "entries": "0", "callees": "B1M1"},
    )
    post([draft], now=timezone.now())
    message = Message.objects.get(rule=draft.rule)
    Reminder.objects.create(
        run=entry.run,
        entry=entry,
        recipient=cast.officer,
        who=Addressee.IN_CHARGE,
        channel=Channel.PHONE_TASK,
        message=message,
    )
    return {"public_id": message.public_id}
