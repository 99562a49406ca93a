from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.audit import acting
from crm import services
from crm.models import Import

OFFER_HOLDS = 60  # seconds; the next tick offers again what nobody took


@shared_task
def offer_imports(**_: object) -> None:
    """Offer to the workers every import that waits for one."""
    for import_id in Import.objects.with_job_due(timezone.now()).values_list("pk", flat=True):
        do_import_job.apply_async((import_id,), expires=OFFER_HOLDS)


@shared_task
def do_import_job(import_id: int, **_: object) -> None:
    with acting(source="task:crm.do_import_job"):
        services.do_job(import_id=import_id, now=timezone.now())


@shared_task
def purge_unused_files(**_: object) -> None:
    with acting(source="task:crm.purge_unused_files"):
        services.purge_unused(now=timezone.now())
        services.sweep_orphans(now=timezone.now())
