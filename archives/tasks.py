from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from archives import services
from core import audit


@shared_task
def file_signed_runs(**_: object) -> None:
    with audit.acting(source="task:archives.file_signed_runs"):
        services.file_signed_runs(now=timezone.now())
