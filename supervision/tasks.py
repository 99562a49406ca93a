from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.audit import acting
from supervision.services.reminding import run_due


@shared_task
def run_due_reminders(**_: object) -> None:
    """Look whether a list is due; harmless twice and at the same time."""
    with acting(source="task:run_due_reminders"):
        run_due(now=timezone.now())
