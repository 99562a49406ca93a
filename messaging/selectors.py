from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, Q, When, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext

from accounts.models import User
from messaging.models import SUBJECT, Attempt, Channel, Message, MessageQuerySet, State

OVERDUE = timedelta(minutes=5)


def unread_count(user: User) -> int:
    """Of how many subjects there are messages in the person's inbox that she has not opened yet."""
    return Message.objects.inbox_of(user).unread().aggregate(n=Count(SUBJECT, distinct=True))["n"] or 0


@dataclass(frozen=True, slots=True)
class InboxCounts:
    all: int
    unread: int
    calls: int


OPEN_CALL = Q(channel=Channel.PHONE_TASK, phone_task__done_at=None)


def inbox_counts(user: User) -> InboxCounts:
    """How many lines the inbox has."""
    found = Message.objects.inbox_of(user).aggregate(
        all=Count(SUBJECT, distinct=True),
        unread=Count(SUBJECT, distinct=True, filter=Q(read_at=None)),
        calls=Count("pk", filter=OPEN_CALL),
    )
    return InboxCounts(**found)


def inbox(user: User, show: str = "", *, on: date) -> MessageQuerySet:
    """The newest message of each subject, with how many days it was told (`days`): first what has a deadline.

    All, only those with something `unread`, or only `calls` still to make.
    """
    of_subject: dict[str, Any] = {"partition_by": [SUBJECT]}
    found = (
        Message.objects.inbox_of(user)
        .annotate(
            days=Window(Count("pk"), **of_subject),
            unread=Window(Count("pk", filter=Q(read_at=None)), **of_subject),
            newest=Window(RowNumber(), order_by=[F("posted_at").desc(), F("pk").desc()], **of_subject),
            waits=Case(When(OPEN_CALL | Q(due_on__gte=on), then=0), default=1),
            due=Case(When(due_on__gte=on, then=F("due_on"))),
        )
        .filter(newest=1)
        .select_related("phone_task")
        .order_by("waits", F("due").asc(nulls_last=True), "-posted_at", "-pk")
    )
    if show == "unread":
        return found.filter(unread__gt=0)
    return found.filter(OPEN_CALL) if show == "calls" else found


def told_before(user: User, message: Message) -> MessageQuerySet:
    """All messages of the inbox on the same subject, the newest first."""
    return Message.objects.inbox_of(user).filter(rule=message.rule, channel=message.channel)


def due_ids(now: datetime, most: int = 500) -> list[int]:
    """Ids of waiting messages that may go out now, oldest first."""
    return list(Message.objects.due(now).order_by("not_before").values_list("pk", flat=True)[:most])


def overdue_count(now: datetime) -> int:
    """How many messages wait though their time came minutes ago: nobody is working."""
    return Message.objects.due(now - OVERDUE).count()


def sending_log(user: User) -> MessageQuerySet:
    return Message.objects.logged_for(user).select_related("recipient")


STATE_OF = {
    State.SENT: "good",
    State.WAITING: "off",
    State.SENDING: "off",
    State.UNKNOWN: "warn",
    State.FAILED: "bad",
    State.CANCELLED: "off",
    State.IMPOSSIBLE: "bad",
}
OUTCOME_OF = {
    Attempt.Outcome.ACCEPTED: "good",
    Attempt.Outcome.TAKEN_AS_SENT: "good",
    Attempt.Outcome.UNKNOWN: "warn",
    Attempt.Outcome.REFUSED: "bad",
    Attempt.Outcome.IMPOSSIBLE: "bad",
    Attempt.Outcome.RESENT: "accent",
}


def history(message: Message) -> list[dict[str, Any]]:
    """What happened to a message, newest first, as the timeline shows it."""
    events = [
        {
            "at": attempt.at,
            "who": attempt.actor.name if attempt.actor else "",
            "text": attempt.get_outcome_display(),
            "note": gettext(attempt.note) if attempt.note else "",
            "state": OUTCOME_OF.get(Attempt.Outcome(attempt.outcome), ""),
        }
        for attempt in message.attempts.select_related("actor").order_by("-at", "-id")
    ]
    if message.read_at:
        events.append({"at": message.read_at, "text": gettext("read"), "state": "good"})
    events.append({"at": message.posted_at, "text": gettext("posted"), "state": ""})
    return sorted(events, key=lambda event: event["at"], reverse=True)
