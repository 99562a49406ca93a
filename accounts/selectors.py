from __future__ import annotations

from accounts.models import SecurityEvent, User


def has_signed_in_from(user: User, address: str) -> bool:
    """Whether the person has signed in at this address, as far back as the security log is kept."""
    return SecurityEvent.objects.filter(user=user, kind=SecurityEvent.Kind.SIGNED_IN, address=address).exists()
