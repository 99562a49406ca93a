from __future__ import annotations

from accounts.models import User
from messaging.models import Message


def unread_count(user: User) -> int:
    """How many messages in the person's inbox she has not opened yet."""
    return Message.objects.inbox_of(user).unread().count()
