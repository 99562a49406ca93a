"""Ringing for a worker. A broker that is down, slow or gone is never an error: the outbox remembers, the schedule asks."""

from __future__ import annotations

import logging
import time

from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)
SILENCE_AFTER_FAILURE = 30.0
ONE_SECOND = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}  # a page waits no longer
_silent_until = 0.0


def ring(task: str = "messaging.tasks.offer_messages") -> None:
    """Ask for `task` soon. After a failure this process does not try again for half a minute."""
    global _silent_until  # noqa: PLW0603
    if time.monotonic() < _silent_until:
        return
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **ONE_SECOND}
    try:
        with current_app.connection_for_write(transport_options=options) as connection:
            current_app.send_task(task, connection=connection, retry=False, ignore_result=True, expires=600)
    except Exception as failure:
        _silent_until = time.monotonic() + SILENCE_AFTER_FAILURE
        logger.warning("The bell does not ring: %s", failure)
