from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from messaging.models import Message


def unread_count(user: User) -> int:
    """How many messages in the person's inbox she has not opened yet."""
    return Message.objects.inbox_of(user).unread().count()


def due_ids(now: datetime, most: int = 500) -> list[int]:
    """Ids of waiting messages that may go out now, oldest first."""
    return list(Message.objects.due(now).order_by("not_before").values_list("pk", flat=True)[:most])


OVERDUE = timedelta(minutes=5)


def overdue_count(now: datetime) -> int:
    """How many messages wait though their time came minutes ago: nobody is working."""
    return Message.objects.due(now - OVERDUE).count()
