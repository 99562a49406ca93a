"""Posting, carrying and settling messages. The database owns every message; Celery only rings."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import formats, timezone, translation
from django.utils.translation import gettext, gettext_lazy

from accounts.models import User
from core.clock import day_of
from core.editing import Seen
from core.explain import N_
from core.identifiers import MOBILE, NotAPhoneNumber, phone
from core.periods import Period
from core.refusals import MovedOn
from core.said import days_in_words
from messaging import registry, rules
from messaging.bell import ring
from messaging.gateways import Never, NotNow, Parcel, carrier_of
from messaging.models import CARRIED, INBOX, Attempt, Channel, Message, PhoneTask, State

BATCH = 1000
NEVER_BY_SMS = N_("Amounts and identity numbers never go by SMS.")
NO_ADDRESS = N_("The recipient has no address for this channel.")
NO_SMS_THERE = N_("The recipient's number takes no SMS.")
A_DOUBLE_CLICK = timedelta(minutes=1)  # the same result by the same person within it is one
LOCAL_LINK = re.compile(r"/(?![/\\])")


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
    due_on: date | None = None  # by when the recipient is to do something


@transaction.atomic
def post(drafts: Iterable[Draft], *, now: datetime) -> int:
    """Put messages into the outbox within the caller's transaction; how many were new.

    One with the same rule, business date, recipient and channel is there already: nothing happens. What is too long for
    an SMS is cut there and stands whole in the inbox. Raises `KeyError`
    for a text that nobody declared or a placeholder without a value, and `ValueError` for a link that leads elsewhere.
    """
    drafts = list(drafts)
    users = User.objects.in_bulk({draft.recipient_id for draft in drafts})
    places = registry.directory().places(users.keys(), day_of(now))
    messages = [
        written(draft, users[draft.recipient_id], draft.place or places.get(draft.recipient_id, ""), now)
        for draft in drafts
    ]
    messages += shortened(messages, registry.sms_segments(day_of(now)))
    Message.objects.bulk_create(messages, ignore_conflicts=True, batch_size=BATCH)
    new = list(Message.objects.filter(public_id__in=[message.public_id for message in messages]))
    PhoneTask.objects.bulk_create(PhoneTask(message=m) for m in new if m.channel == Channel.PHONE_TASK)
    Attempt.objects.bulk_create(
        Attempt(message=m, at=now, outcome=STOPPED[State(m.state)], note=never_because(m))
        for m in new
        if m.state in STOPPED
    )
    if any(message.state == State.WAITING for message in new):
        transaction.on_commit(ring, robust=True)
    return len(new)


def written(draft: Draft, recipient: User, place: str, now: datetime) -> Message:
    """The message as its recipient will read it, in her language."""
    if draft.link and not LOCAL_LINK.match(draft.link):
        raise ValueError(f"A message links to pages of this application only: {draft.link}")
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
        subject=" ".join(subject.split())[:255],
        body=body,
        link=draft.link,
        place=place,
        due_on=draft.due_on,
        posted_at=now,
        not_before=now,
    )
    if draft.channel in INBOX:
        message.state, message.sent_at = State.SENT, now
    elif draft.channel == Channel.SMS and not rules.may_go_by_sms(body):
        message.state = State.FAILED
    elif no_address(message):
        message.state = State.IMPOSSIBLE
    message.not_before = earliest(draft.channel, now)
    return message


def shortened(messages: Iterable[Message], most_segments: int) -> list[Message]:
    """Cut every SMS to what one may hold; the whole texts for the inboxes of those who do not get them there anyway."""
    messages = list(messages)
    there = {(m.rule, m.business_date, m.recipient_id) for m in messages if m.channel == Channel.IN_APP}
    whole: list[Message] = []
    for message in messages:
        if message.channel != Channel.SMS:
            continue
        full, message.body = message.body, rules.as_sms(message.body, most_segments)
        key = (message.rule, message.business_date, message.recipient_id)
        if message.body != " ".join(full.split()) and key not in there:
            there.add(key)
            kept = (
                "rule",
                "business_date",
                "recipient",
                "text",
                "subject",
                "link",
                "place",
                "due_on",
                "posted_at",
                "not_before",
            )
            copy = {name: getattr(message, name) for name in kept}
            whole.append(
                Message(**copy, body=full, channel=Channel.IN_APP, state=State.SENT, sent_at=message.posted_at)
            )
    return whole


def shown(value: Any) -> str:
    """A value as it stands in a text: dates in words of the active language, everything else as it is."""
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Period):
        return days_in_words(value, with_year=False)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return gettext(", ").join(shown(item) for item in value)
    return str(value)


def earliest(channel: str, now: datetime) -> datetime:
    """When a message may go out that is ready now: an SMS never rings in the quiet hours."""
    if channel != Channel.SMS:
        return now
    return rules.after_quiet_hours(timezone.localtime(now), settings.SMS_QUIET_FROM, settings.SMS_QUIET_UNTIL)


# --- carrying --------------------------------------------------------------------------------------------------------
def deliver(*, message_id: int, now: datetime) -> str:
    """Carry one message out; its state afterwards, or "" where it was not ours to send.

    The claim is committed before anything leaves the house, and what came of it is written afterwards: whoever dies
    in between leaves a claim that runs out (`settle_abandoned`).
    """
    token = claim(message_id=message_id, now=now)
    if token is None:
        return ""
    message = Message.objects.select_related("recipient").get(pk=message_id)
    if has_left(message, now):
        note = N_("The recipient has left.")
        return settle(message=message, token=token, outcome=Attempt.Outcome.CANCELLED, note=note, now=now)
    if reason := no_address(message):
        return settle(message=message, token=token, outcome=Attempt.Outcome.IMPOSSIBLE, note=reason, now=now)
    carrier = carrier_of(message.channel)
    body = message.body
    if message.channel == Channel.SMS:  # what was written before there was a limit is cut here
        body = rules.as_sms(body, registry.sms_segments(day_of(now)))
    parcel = Parcel(message.public_id, address_of(message), message.subject, body)
    try:
        note, outcome = carrier.carry(parcel), Attempt.Outcome.ACCEPTED
    except NotNow as refusal:
        note, outcome = str(refusal), Attempt.Outcome.LATER
    except Never as refusal:
        note, outcome = str(refusal), Attempt.Outcome.REFUSED
    except Exception as failure:  # the other side may or may not have taken it
        note = f"{type(failure).__name__}: {failure}"
        outcome = Attempt.Outcome.LATER if carrier.deduplicates else Attempt.Outcome.UNKNOWN
    return settle(message=message, token=token, outcome=outcome, note=note, now=now)


def claim(*, message_id: int, now: datetime) -> uuid.UUID | None:
    """Take a waiting message for this worker alone; `None` when it is not to be sent now or somebody else has it."""
    token = uuid.uuid4()
    waiting = Message.objects.due(now).filter(pk=message_id)
    channel = waiting.values_list("channel", flat=True).first()
    if channel is None:
        return None
    if (later := earliest(channel, now)) > now:
        waiting.update(not_before=later)
        return None
    taken = waiting.update(
        state=State.SENDING,
        claim=token,
        lease_until=now + timedelta(seconds=settings.MESSAGE_LEASE_SECONDS),
        attempts_made=F("attempts_made") + 1,
    )
    return token if taken else None


def address_of(message: Message) -> str:
    """Where it goes, in the one form gateways take; "" where there is no such address."""
    if message.channel == Channel.EMAIL:
        return message.recipient.email
    try:
        number = phone(message.recipient.phone, abroad=True)
    except NotAPhoneNumber:
        return ""
    return number if MOBILE.fullmatch(number) or number.startswith("+") else ""


def no_address(message: Message) -> str:
    """Why it cannot go out to its recipient by its channel; "" when it can."""
    if address_of(message):
        return ""
    return NO_SMS_THERE if message.channel == Channel.SMS and message.recipient.phone else NO_ADDRESS


def never_because(message: Message) -> str:
    return NEVER_BY_SMS if message.state == State.FAILED else no_address(message)


def has_left(message: Message, now: datetime) -> bool:
    """Whether the recipient has gone since it was posted."""
    recipient = message.recipient
    return not recipient.is_active or recipient.pk in registry.directory().gone([recipient.pk], day_of(now))


STOPPED = {State.FAILED: Attempt.Outcome.REFUSED, State.IMPOSSIBLE: Attempt.Outcome.IMPOSSIBLE}
AFTER = {
    Attempt.Outcome.ACCEPTED: State.SENT,
    Attempt.Outcome.LATER: State.WAITING,
    Attempt.Outcome.REFUSED: State.FAILED,
    Attempt.Outcome.UNKNOWN: State.UNKNOWN,
    Attempt.Outcome.CANCELLED: State.CANCELLED,
    Attempt.Outcome.IMPOSSIBLE: State.IMPOSSIBLE,
}


@transaction.atomic
def settle(*, message: Message, token: uuid.UUID, outcome: Attempt.Outcome, note: str, now: datetime) -> str:
    """Write down what came of an attempt; "" when the claim was lost meanwhile. A late answer still clears up what
    had become unknown."""
    state = AFTER[outcome]
    if state == State.WAITING and message.attempts_made >= rules.MOST_ATTEMPTS:
        state = State.FAILED
    changes: dict[str, Any] = {"state": state, "lease_until": None}
    if state == State.SENT:
        changes["sent_at"] = now
    elif state == State.WAITING:
        pause = rules.pause_before_retry(message.attempts_made, random.random())
        changes["not_before"] = earliest(message.channel, now + pause)
    claimed = Message.objects.filter(pk=message.pk, claim=token, state__in=(State.SENDING, State.UNKNOWN))
    if not claimed.update(**changes):
        return ""
    Attempt.objects.create(message=message, at=now, outcome=outcome, note=note[:255])
    return state


@transaction.atomic
def settle_abandoned(*, now: datetime) -> int:
    """Whose worker was not heard of again: sent once more where the other side takes an id only once, else unknown."""
    settled = 0
    for channel in CARRIED:
        again = carrier_of(channel).deduplicates
        lost = list(Message.objects.abandoned(now).filter(channel=channel).select_for_update(skip_locked=True))
        outcome = Attempt.Outcome.LATER if again else Attempt.Outcome.UNKNOWN
        changes: dict[str, Any] = {"claim": None, "not_before": now} if again else {}
        Message.objects.filter(pk__in=[m.pk for m in lost]).update(state=AFTER[outcome], lease_until=None, **changes)
        Attempt.objects.bulk_create(
            Attempt(message=m, at=now, outcome=outcome, note=N_("The worker was not heard of again.")) for m in lost
        )
        settled += len(lost)
    return settled


# --- what a person decides -------------------------------------------------------------------------------------------
class NothingToDecide(MovedOn):
    """The message is not in a state in which a person decides, or somebody decided already."""

    text = gettext_lazy("Somebody has decided already, or the message has moved on meanwhile.")


@transaction.atomic
def resend(*, message: Message, actor: User, now: datetime) -> None:
    """Have a message sent once more. Raises `NothingToDecide` unless it failed, could not go or nobody
    knows."""
    if message.channel == Channel.SMS and not rules.may_go_by_sms(message.body):
        raise NothingToDecide(gettext(NEVER_BY_SMS))
    _decide(
        message,
        (State.UNKNOWN, State.FAILED, State.IMPOSSIBLE),
        {"state": State.WAITING, "not_before": earliest(message.channel, now), "claim": None, "attempts_made": 0},
    )
    Attempt.objects.create(message=message, at=now, outcome=Attempt.Outcome.RESENT, actor=actor)
    transaction.on_commit(ring, robust=True)


@transaction.atomic
def take_as_sent(*, message: Message, actor: User, now: datetime) -> None:
    """Somebody asked the recipient or the vendor: it arrived. Raises `NothingToDecide` unless nobody knows."""
    _decide(message, (State.UNKNOWN,), {"state": State.SENT, "sent_at": now})
    Attempt.objects.create(message=message, at=now, outcome=Attempt.Outcome.TAKEN_AS_SENT, actor=actor)


def _decide(message: Message, states: tuple[State, ...], changes: dict[str, Any]) -> None:
    if not Message.objects.filter(pk=message.pk, state__in=states).update(**changes):
        raise NothingToDecide


@transaction.atomic
def mark_read(*, user: User, message: Message | None = None, now: datetime) -> int:
    """Mark a message of the person's inbox as read and those before it on the same subject, or all; how many were not."""
    unread = Message.objects.inbox_of(user).unread()
    if message is not None:
        same = Q(rule=message.rule, posted_at__lte=message.posted_at) & ~Q(channel=Channel.PHONE_TASK)
        unread = unread.filter(Q(pk=message.pk) | same if message.channel == Channel.IN_APP else Q(pk=message.pk))
    return unread.update(read_at=now)


# --- calls -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def record_call(
    *, task: PhoneTask, result: str, reason: str, seen: Seen | None = None, actor: User, now: datetime
) -> PhoneTask:
    """Write down what came of a call. Another call after an unsuccessful one overwrites the result; a call that
    reached its person stands. Raises `CallIsRecorded`, and `ChangedMeanwhile` where it is not as it was `seen`."""
    there = PhoneTask.objects.select_for_update(of=("self",)).select_related("done_by").get(pk=task.pk)
    same = (there.result, there.reason, there.done_by) == (result, reason.strip(), actor)
    if same and there.done_at and now - there.done_at <= A_DOUBLE_CLICK:
        return there
    if seen is not None and there.done_by is not None:
        wanted = {"result": result, "reason": reason.strip()}
        seen.must_hold(there, wanted=wanted, by=there.done_by.name, at=there.done_at)
    if there.result == PhoneTask.Result.REACHED:
        raise CallIsRecorded(there)
    task.result, task.reason, task.done_by, task.done_at = result, reason.strip(), actor, now
    task.save(update_fields=["result", "reason", "done_by", "done_at"])
    Message.objects.filter(pk=task.message_id, read_at=None).update(read_at=now)
    return task


class CallIsRecorded(MovedOn):
    """Somebody wrote down the result of this call already."""

    text = gettext_lazy("The result of this call is on record already: %(by)s, %(at)s.")

    def __init__(self, task: PhoneTask) -> None:
        assert task.done_by and task.done_at  # noqa: S101  (the table's constraint)
        super().__init__(by=task.done_by.name, at=shown(task.done_at))
