from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.audit import acting
from crm.models import Import
from crm.services.jobs import do_job, purge_unused, sweep_orphans

OFFER_HOLDS = 60  # seconds; the next tick offers again what nobody took


@shared_task
def offer_imports(**_: object) -> None:
    """Offer to the workers every import that waits for one."""
    for import_id in Import.objects.with_job_due(timezone.now()).values_list("pk", flat=True):
        do_import_job.apply_async((import_id,), expires=OFFER_HOLDS)


@shared_task
def do_import_job(import_id: int, **_: object) -> None:
    with acting(source="task:crm.do_import_job"):
        do_job(import_id=import_id, now=timezone.now())


@shared_task
def purge_unused_files(**_: object) -> None:
    with acting(source="task:crm.purge_unused_files"):
        purge_unused(now=timezone.now())
        sweep_orphans(now=timezone.now())
