from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from compensation.services.drafting import look_at_all_again
from core.audit import acting


@shared_task
def look_again_at_runs(**_: object) -> None:
    """Void what was signed on facts that have changed since; harmless twice and at the same time."""
    with acting(source="task:compensation.look_again_at_runs"):
        look_at_all_again(now=timezone.now())
