"""The security log: who signed in, who failed to, who was kept waiting, who was refused what; and who looked at it.

Rows are only added; the database refuses changes, and removal before `SECURITY_LOG_DAYS` at the least of 180. No
password stands here: what was typed as a number and is nobody's is masked, because it may be one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from accounts.models import SecurityEvent, User

Kind = SecurityEvent.Kind
SHOWN = 2  # characters of what is nobody's number
A_SWEEP = 10_000


def note(kind: str, request: HttpRequest, *, user: User | None = None, number: str = "", what: str = "") -> None:
    """Add an event. `number` is what was typed, where nobody is signed in yet; `what` an address of a page or a filter."""
    if user is None and number:
        user = User.objects.filter(employee_no__iexact=number).first()
    SecurityEvent.objects.create(
        kind=kind,
        user=user,
        number=user.employee_no if user else masked(number),
        name=user.name if user else "",
        address=get_adapter().get_client_ip(request)[:64],
        device=request.headers.get("User-Agent", "")[:200],
        what=what[:300],
    )


def masked(number: str) -> str:
    return f"{number[:SHOWN]}…" if number else ""


@transaction.atomic
def sweep(*, now: datetime) -> int:
    """Remove what is older than the log is kept; how many."""
    old = SecurityEvent.objects.filter(at__lt=now - timedelta(days=settings.SECURITY_LOG_DAYS)).values("pk")[:A_SWEEP]
    return SecurityEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]
