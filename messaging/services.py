"""Posting, carrying and settling messages. The database owns every message; Celery only rings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import formats, timezone, translation
from django.utils.translation import gettext

from accounts.models import User
from core.clock import day_of
from messaging import registry, rules
from messaging.bell import ring
from messaging.models import INBOX, Attempt, Channel, Message, PhoneTask, State

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be posted. `values` fill the placeholders of the declared text `text`; `link` is a local path.

    `place` is the path of the unit in whose sending log it is seen; empty means the recipient's own.
    """

    rule: str
    business_date: date
    recipient_id: int
    channel: str
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""
    place: str = ""


@transaction.atomic
def post(drafts: Iterable[Draft], *, now: datetime) -> int:
    """Put messages into the outbox within the caller's transaction; how many were new.

    One with the same rule, business date, recipient and channel is there already: nothing happens. Raises `KeyError`
    for a text that nobody declared or a placeholder without a value. Worker and schedule send what must be carried.
    """
    drafts = list(drafts)
    users = User.objects.in_bulk({draft.recipient_id for draft in drafts})
    places = registry.directory().places(users.keys(), day_of(now))
    messages = [
        written(draft, users[draft.recipient_id], draft.place or places.get(draft.recipient_id, ""), now)
        for draft in drafts
    ]
    Message.objects.bulk_create(messages, ignore_conflicts=True, batch_size=BATCH)
    new = list(Message.objects.filter(public_id__in=[message.public_id for message in messages]))
    PhoneTask.objects.bulk_create(PhoneTask(message=m) for m in new if m.channel == Channel.PHONE_TASK)
    Attempt.objects.bulk_create(
        Attempt(message=m, at=now, outcome=Attempt.Outcome.REFUSED, note="amounts and identity numbers never go by SMS")
        for m in new
        if m.state == State.FAILED
    )
    if any(message.state == State.WAITING for message in new):
        transaction.on_commit(ring, robust=True)
    return len(new)


def written(draft: Draft, recipient: User, place: str, now: datetime) -> Message:
    """The message as its recipient will read it, in her language."""
    text = registry.text_of(draft.text)
    with translation.override(recipient.language):
        values = {name: shown(value) for name, value in draft.values.items()}
        subject = rules.filled(gettext(text.subject), values)
        body = rules.filled(gettext(text.body), values)
    message = Message(
        rule=draft.rule,
        business_date=draft.business_date,
        recipient=recipient,
        channel=draft.channel,
        text=draft.text,
        subject=subject[:255],
        body=body,
        link=draft.link,
        place=place,
        posted_at=now,
        not_before=now,
    )
    if draft.channel in INBOX:
        message.state, message.sent_at = State.SENT, now
    elif draft.channel == Channel.SMS:
        message.not_before = rules.after_quiet_hours(
            timezone.localtime(now), settings.SMS_QUIET_FROM, settings.SMS_QUIET_UNTIL
        )
        if not rules.may_go_by_sms(body):
            message.state = State.FAILED
    return message


def shown(value: Any) -> str:
    """A value as it stands in a text: dates in words of the active language, everything else as it is."""
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return gettext(", ").join(shown(item) for item in value)
    return str(value)


@transaction.atomic
def record_call(*, task: PhoneTask, result: str, reason: str, actor: User, now: datetime) -> PhoneTask:
    """Write down what came of a call. Another call after an unsuccessful one overwrites the result; a call that
    reached its person stands."""
    changed = (
        PhoneTask.objects.filter(pk=task.pk)
        .exclude(result=PhoneTask.Result.REACHED)
        .update(result=result, reason=reason.strip(), done_by=actor, done_at=now)
    )
    if not changed:
        raise CallIsRecorded
    task.refresh_from_db()
    Message.objects.filter(pk=task.message_id, read_at=None).update(read_at=now)
    return task


class CallIsRecorded(Exception):
    """Somebody wrote down the result of this call already."""
