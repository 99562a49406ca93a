"""Ticks at the same time and a worker killed in the middle, with real processes on a real database."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path
from time import monotonic

import pytest
from django.db import models

from messaging.models import Channel, Message, PhoneTask
from messaging.tests.test_processes import Workshop, everything_is_settled
from supervision.models import LaggardEntry, Reminder, ReminderRun
from supervision.services.reminding import run_due
from supervision.tests.facts import know, moment, open_accounts
from tests.cast import TODAY, Cast
from tests.processes import go, heard, started, without

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

TICK = """
from datetime import datetime
from supervision.services import reminding
{meanwhile}
print("ready", flush=True)
sys.stdin.readline()
reminding.run_due(now=datetime.fromisoformat({now!r}))
"""
# What is written is there, nothing is committed: here the worker is killed.
STOPS_BEFORE_THE_END = """
import time
tell = reminding._tell_what_is_missing
def stop(*args):
    print("written", flush=True)
    time.sleep(60)
reminding._tell_what_is_missing = stop
"""
EVENING = moment(TODAY, time(19))


@pytest.fixture
def known(cast: Cast) -> Cast:
    know(cast, TODAY, TODAY)
    open_accounts(cast, {("cm", TODAY): 2, ("cm_m2", TODAY): 1, ("sibling_cm", TODAY): 1})
    return cast


def ticking(environment: dict[str, str], meanwhile: str = "") -> subprocess.Popen[str]:
    """A process of its own that waits for a word and then ticks."""
    return started(TICK.format(now=EVENING.isoformat(), meanwhile=meanwhile), environment)


def tick_together(environment: dict[str, str]) -> None:
    ticks = [ticking(environment) for _ in range(2)]
    go(*ticks)
    assert [tick.wait(60) for tick in ticks] == [0, 0]


def most_told(rule: str = "S7.1/HX") -> int:
    """How often the most often told recipient was told by one channel."""
    told = Message.objects.filter(rule=rule).values("recipient", "channel").annotate(times=models.Count("pk"))
    return max((row["times"] for row in told.order_by()), default=0)


@contextmanager
def nothing_unique() -> Iterator[None]:
    """Neither a list by rule, date and scope nor a message by rule, date, recipient and channel."""
    told = (Reminder, LaggardEntry, ReminderRun, PhoneTask, Message)
    with (
        without(ReminderRun, "one_run_a_rule_date_scope", *told),
        without(Message, "one_message_a_rule_day_recipient_channel", *told),
    ):
        yield


@pytest.mark.clause("S7.1", "S8.1")
def test_two_ticks_at_once_make_one_list_and_tell_each_once(known: Cast, process_environment) -> None:
    tick_together(process_environment)
    assert ReminderRun.objects.filter(code="S7.1", business_on=TODAY).count() == 1
    assert LaggardEntry.objects.filter(run__code="S7.1").count() == 1
    assert most_told() == 1


def test_two_ticks_tell_twice_where_nothing_is_unique(known: Cast, process_environment) -> None:
    with nothing_unique():
        tick_together(process_environment)
        assert ReminderRun.objects.filter(code="S7.1", business_on=TODAY).count() == 2
        assert most_told() == 2


@pytest.mark.clause("S7.1", "S8.1")
def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_tick_tells_each_once(
    known: Cast, process_environment
) -> None:
    worker = ticking(process_environment, STOPS_BEFORE_THE_END)
    go(worker)
    assert heard(worker) == "written"
    os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait(10) == -signal.SIGKILL
    assert not ReminderRun.objects.exists() and not Message.objects.exists()
    run_due(now=moment(TODAY, time(19, 1)))
    run_due(now=moment(TODAY, time(19, 2)))
    assert ReminderRun.objects.filter(code="S7.1", business_on=date(2026, 11, 18)).count() == 1
    assert most_told() == 1


class ReminderWorkshop(Workshop):
    """Workers that remind, can be killed in the middle of a run, and send to a gateway that remembers."""

    application = "supervision.tests.crash_worker"
    next_tick = 0.0

    def remind(self, times: int) -> None:
        """What the schedule does every minute."""
        for _ in range(times):
            self.sender.send_task("supervision.tasks.run_due_reminders", ignore_result=True)

    def tick(self) -> None:
        """Not so often that a worker on a busy machine is buried in ticks."""
        if monotonic() > self.next_tick:
            self.next_tick = monotonic() + 2
            super().tick()

    @property
    def written(self) -> int:
        """How many runs have written everything and not committed it yet."""
        return len(list(Path(self.environment["MUSTER_WRITTEN"]).iterdir()))

    def cut_the_power_in_the_middle_of_a_run(self) -> None:
        """Two ticks at once; when a list and its messages are written the worker dies and the broker forgets all."""
        self.remind(2)
        self.environment["MUSTER_RUNS"] = "99"
        worker = self.start()
        self.wait_for(lambda: self.written > 0)
        self.kill(worker)
        self.flush()
        assert not ReminderRun.objects.exists() and not Message.objects.exists()
        for mark in Path(self.environment["MUSTER_WRITTEN"]).iterdir():
            mark.unlink()
        self.environment["MUSTER_RUNS"] = "2"
        self.start()
        self.remind(2)


@pytest.fixture
def workshop(process_environment, tmp_path) -> Iterator[ReminderWorkshop]:
    written = tmp_path / "written"
    written.mkdir()
    environment = {**process_environment, "MUSTER_WRITTEN": str(written)}
    workshop = ReminderWorkshop(environment, tmp_path / "accepted")
    workshop.flush()
    yield workshop
    workshop.close()


def texts_by_recipient() -> Counter[tuple[str, int]]:
    texts = Message.objects.filter(channel=Channel.SMS, rule__startswith="S")
    return Counter(texts.values_list("rule", "recipient"))


@pytest.mark.clause("S7.1", "S8.1")
def test_a_worker_killed_in_a_run_and_a_flushed_broker_cost_nobody_a_reminder_and_double_none(known, workshop) -> None:
    workshop.cut_the_power_in_the_middle_of_a_run()
    workshop.wait_for(lambda: bool(texts_by_recipient()) and everything_is_settled(), ticking=True)
    workshop.remind(1)
    assert set(texts_by_recipient().values()) == {1} and most_told() == 1
    texts = Message.objects.filter(channel=Channel.SMS)
    assert workshop.accepted() == Counter({str(text.public_id): 1 for text in texts})
    assert ReminderRun.objects.filter(code="S7.1", business_on=TODAY).count() == 1


def test_where_nothing_is_unique_the_same_cut_tells_people_twice(known, workshop) -> None:
    with nothing_unique():
        workshop.cut_the_power_in_the_middle_of_a_run()
        workshop.wait_for(lambda: 2 in texts_by_recipient().values() and everything_is_settled(), ticking=True)
        assert workshop.accepted().total() > len(texts_by_recipient())
        workshop.close()
