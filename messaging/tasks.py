from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.audit import acting
from messaging import selectors, services

OFFER_HOLDS = 60  # seconds; the next tick offers again what nobody took


@shared_task
def offer_messages(**_: object) -> None:
    """Offer to the workers whatever is due, and settle what a lost worker left behind."""
    now = timezone.now()
    with acting(source="task:messaging.offer_messages"):
        services.settle_abandoned(now=now)
    for message_id in selectors.due_ids(now):
        deliver_message.apply_async((message_id,), expires=OFFER_HOLDS)


@shared_task
def deliver_message(message_id: int, **_: object) -> None:
    with acting(source="task:messaging.deliver_message"):
        services.deliver(message_id=message_id, now=timezone.now())
