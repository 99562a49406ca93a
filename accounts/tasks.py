from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts import security


@shared_task
def sweep_security_log() -> int:
    return security.sweep(now=timezone.now())
