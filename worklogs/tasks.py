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


@shared_task
def send_score_tables(**_: object) -> None:
    """On Monday (S5.4); a table that is there already is not sent again."""
    with acting(source="task:send_score_tables"):
        services.send_due_score_tables(now=timezone.now())
