from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.audit import acting
from core.periods import Period, Week
from worklogs import services


@shared_task
def judge_recent(**_: object) -> None:
    """Judge this week and the one before: new days begin, and facts or policy may have changed."""
    today = timezone.localdate()
    with acting(source="task:judge_recent"):
        services.judge(period=Period.between(Week(today).previous().first, today), until=today)
