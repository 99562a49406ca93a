from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from attendance import services
from core.audit import acting


@shared_task
def ask_to_settle(**_: object) -> None:
    with acting(source="task:attendance.ask_to_settle"):
        services.ask_to_settle(now=timezone.now())
