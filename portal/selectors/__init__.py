"""What the frame and the first screens show, each put together in a constant number of queries."""

from __future__ import annotations

from django.db.models import Count, Q

from accounts.models import User
from messaging.models import SUBJECT, Message


def in_hand(user: User) -> dict[str, int]:
    """Of how many subjects messages are unread and how many calls are to be made; one query."""
    counts: dict[str, int] = Message.objects.inbox_of(user).aggregate(
        unread=Count(SUBJECT, distinct=True, filter=Q(read_at=None)),
        calls=Count("pk", filter=Q(phone_task__isnull=False, phone_task__done_at=None)),
    )
    return counts
