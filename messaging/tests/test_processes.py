"""Worker killed, broker flushed, offers doubled, with real processes: each recipient once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time as clock
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import time
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.conf import settings as configured
from django.utils import timezone

from messaging import services
from messaging.models import Channel, Message, State
from messaging.services import Draft
from messaging.tests import texts
from tests.cast import TODAY

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
PATIENCE = 90  # seconds a machine that is busy with other tests may take; an idle one needs three
OPEN = (State.WAITING, State.SENDING)


class Workshop:
    """A broker of the test's own, workers that can be killed, and the file of what the gateway accepted."""

    application = "messaging.tests.slow_worker"

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.folder = folder
        self.broker = environment["REDIS_URL"]
        self.environment = {
            **environment,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SMS_GATEWAY": f"file://{folder}",
            "SMS_QUIET_FROM": "00:00",
            "SMS_QUIET_UNTIL": "00:00",
            "MESSAGE_LEASE_SECONDS": "2",
        }
        self.environment.pop("PYTEST_CURRENT_TEST", None)
        self.sender = Celery(broker=self.broker.replace("unix://", "redis+socket://"))
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", self.application, "worker"]
        options = ["--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "error"]
        worker = subprocess.Popen(
            [*command, *options], cwd=configured.BASE_DIR, env=self.environment, start_new_session=True
        )
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """The whole of it at once, as a power cut would."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)

    def offer(self, *message_ids: int) -> None:
        for message_id in message_ids:
            self.sender.send_task("messaging.tasks.deliver_message", (message_id,), ignore_result=True)

    def tick(self) -> None:
        """What the schedule does every half minute."""
        self.sender.send_task("messaging.tasks.offer_messages", ignore_result=True)

    def flush(self) -> None:
        redis.Redis.from_url(self.broker).flushdb()

    def accepted(self) -> Counter[str]:
        path = self.folder / "accepted.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return Counter(json.loads(line)["id"] for line in lines)

    def wait_for(self, condition: Callable[[], bool], *, ticking: bool = False) -> None:
        until = clock.monotonic() + PATIENCE
        while not condition():
            assert clock.monotonic() < until, self.accepted()
            if ticking:
                self.tick()
            clock.sleep(0.25)

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                self.kill(worker)
        self.flush()
        self.sender.close()


@pytest.fixture
def workshop(process_environment, tmp_path) -> Iterator[Workshop]:
    workshop = Workshop(process_environment, tmp_path / "accepted")
    workshop.flush()
    yield workshop
    workshop.close()


@pytest.fixture
def batch(cast, settings) -> list[int]:
    settings.SMS_QUIET_FROM = settings.SMS_QUIET_UNTIL = time(0)
    drafts = [
        Draft("S8.1", TODAY, user.pk, Channel.SMS, texts.ANYTHING.code, {"words": "开户落后，请关注。"})
        for user in cast.user.values()
    ][:12]
    assert services.post(drafts, now=timezone.now()) == 12
    return list(Message.objects.values_list("pk", flat=True))


def cut_the_power_in_the_middle(workshop: Workshop, batch: list[int]) -> None:
    """Every message is offered twice; after the third acceptance the worker dies and the broker forgets everything."""
    workshop.offer(*batch, *batch)
    worker = workshop.start()
    workshop.wait_for(lambda: workshop.accepted().total() >= 3)
    workshop.kill(worker)
    workshop.flush()
    workshop.start()


def everything_is_settled() -> bool:
    return not Message.objects.filter(state__in=OPEN).exists()


def test_a_killed_worker_and_a_flushed_broker_cost_nobody_a_message_and_double_none(workshop, batch):
    workshop.environment["SMS_GATEWAY"] += "?deduplicate=yes"
    cut_the_power_in_the_middle(workshop, batch)
    workshop.wait_for(everything_is_settled, ticking=True)
    assert workshop.accepted() == Counter({str(m.public_id): 1 for m in Message.objects.all()})
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


def test_a_plain_gateway_gets_each_at_most_once_and_the_rest_is_shown_as_unknown(workshop, batch):
    cut_the_power_in_the_middle(workshop, batch)
    workshop.wait_for(everything_is_settled, ticking=True)
    assert set(workshop.accepted().values()) == {1}
    unknown = set(Message.objects.filter(state=State.UNKNOWN).values_list("public_id", flat=True))
    assert 1 <= len(unknown) <= 2
    sent = set(Message.objects.filter(state=State.SENT).values_list("public_id", flat=True))
    assert {str(public_id) for public_id in sent} <= set(workshop.accepted())
    assert len(sent | unknown) == len(batch)


def test_without_the_claim_people_are_told_twice(workshop, batch):
    workshop.environment["WITHOUT"] = "claim"
    cut_the_power_in_the_middle(workshop, batch)
    workshop.offer(*batch, *batch)
    workshop.wait_for(lambda: max(workshop.accepted().values()) >= 2)
