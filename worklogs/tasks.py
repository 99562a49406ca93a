from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.audit import acting
from worklogs.services import market_reports
from worklogs.services.rejudging import judge_what_is_due
from worklogs.services.score_tables import send_due_score_tables


@shared_task
def judge_recent(**_: object) -> None:
    """Judge this week and the one before: new days begin; older weeks where calendar or rules have changed."""
    with acting(source="task:judge_recent"):
        judge_what_is_due(today=timezone.localdate())


@shared_task
def send_score_tables(**_: object) -> None:
    """On Monday (S5.4); a table that is there already is not sent again."""
    with acting(source="task:send_score_tables"):
        send_due_score_tables(now=timezone.now())


@shared_task
def remind_of_market_reports(**_: object) -> None:
    """Once a month to everybody whose report is missing (S3.f)."""
    with acting(source="task:remind_of_market_reports"):
        market_reports.remind_of_market_reports(today=timezone.localdate(), now=timezone.now())
