from __future__ import annotations

import structlog
from celery import shared_task
from django.utils import timezone

from core import services
from core.audit import acting

logger = structlog.get_logger(__name__)


@shared_task
def seal_audit_trail(**_: object) -> None:
    """Seal what is over. The digest goes to the log as well: kept elsewhere, it shows when the whole chain is replaced."""
    with acting(source="task:core.seal_audit_trail"):
        seal = services.seal_when_due(now=timezone.now())
    if seal is not None:
        logger.warning("audit trail sealed", seal=seal.pk, entries=seal.entries, digest=seal.digest)


@shared_task
def verify_when_asked(**_: object) -> None:
    with acting(source="task:core.verify_when_asked"):
        services.verify_when_asked(now=timezone.now(), clock=timezone.now)
