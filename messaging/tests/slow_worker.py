"""The worker of the crash tests: its gateway takes its time after accepting, so that a kill hits the worst moment.

`WITHOUT=claim` takes the guard away: whoever is offered a message sends it.
"""

from __future__ import annotations

import os
import time
import uuid
from datetime import datetime, timedelta
from typing import Any

from celery.signals import worker_init

from config.celery import app

__all__ = ["app"]


@worker_init.connect
def slow_down(**_: Any) -> None:
    from messaging import services
    from messaging.gateways import FileGateway, Parcel
    from messaging.models import Message, State

    carry = FileGateway.carry

    def carry_slowly(self: FileGateway, parcel: Parcel) -> str:
        answer = carry(self, parcel)
        time.sleep(0.2)
        return answer

    def take_anyway(*, message_id: int, now: datetime) -> uuid.UUID:
        token = uuid.uuid4()
        Message.objects.filter(pk=message_id).update(
            state=State.SENDING, claim=token, lease_until=now + timedelta(minutes=1)
        )
        return token

    FileGateway.carry = carry_slowly  # type: ignore[method-assign]
    if os.environ.get("WITHOUT") == "claim":
        services.claim = take_anyway
