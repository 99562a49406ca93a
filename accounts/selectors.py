from __future__ import annotations

from allauth.usersessions.models import UserSession


def has_signed_in_from(employee_no: str, address: str) -> bool:
    """Whether the person has a session that began at this address."""
    sessions = UserSession.objects.filter(user__employee_no__iexact=employee_no, ip=address or None)
    return bool(sessions.exists())
