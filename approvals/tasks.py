from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from approvals.services.looking_after import look_after_requests
from core.audit import acting


@shared_task
def look_after(**_: object) -> None:
    """Follow postings and delegations, remind, and ask the next above where a deadline has passed (D4.c)."""
    with acting(source="task:look_after"):
        look_after_requests(now=timezone.now())
