"""The worker of the crash test: it lives on the evening of the cast's day, and pauses before its first run is committed.

When the list and its messages are written it says so in the folder `MUSTER_WRITTEN`, and waits there for `MUSTER_RUNS` of them.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import time_machine
from celery.signals import worker_init

from config.celery import app

__all__ = ["app"]
PATIENCE = 5  # seconds a run waits for others beside it


@worker_init.connect
def slow_down(**_: Any) -> None:
    from supervision.services import reminding
    from supervision.tests.facts import moment
    from tests.cast import TODAY

    time_machine.travel(moment(TODAY).replace(hour=19), tick=True).start()
    written = Path(os.environ["MUSTER_WRITTEN"])
    tell = reminding._tell_what_is_missing

    def wait_for_others(*args: Any) -> int:
        reminding._tell_what_is_missing = tell
        (written / str(os.getpid())).touch()
        until = time.monotonic() + PATIENCE
        while len(list(written.iterdir())) < int(os.environ["MUSTER_RUNS"]) and time.monotonic() < until:
            time.sleep(0.05)
        return tell(*args)

    reminding._tell_what_is_missing = wait_for_others  # type: ignore[assignment]
