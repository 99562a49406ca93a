"""Ticks at the same time and a worker killed in the middle, with real processes on a real database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time

import pytest
from django.conf import settings
from django.db import connection, models

from messaging.models import Message, PhoneTask
from supervision import services
from supervision.models import LaggardEntry, Reminder, ReminderRun
from supervision.tests.facts import know, moment, open_accounts
from tests.cast import TODAY, Cast

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

TICK = """
import sys
from datetime import datetime
import django
django.setup()
from supervision import services
from supervision.services import reminding
{meanwhile}
print("ready", flush=True)
sys.stdin.readline()
services.run_due(now=datetime.fromisoformat({now!r}))
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


def started(environment: dict[str, str], meanwhile: str = "") -> subprocess.Popen[str]:
    """A process of its own that waits for a word and then ticks."""
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment.pop("PYTEST_CURRENT_TEST", None)
    code = TICK.format(now=EVENING.isoformat(), meanwhile=meanwhile)
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert heard(process) == "ready"
    return process


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def tick_together(environment: dict[str, str]) -> None:
    ticks = [started(environment) for _ in range(2)]
    go(*ticks)
    assert [tick.wait(60) for tick in ticks] == [0, 0]


def most_told(rule: str = "S7.1/HX") -> int:
    """How often the most often told recipient was told by one channel."""
    told = Message.objects.filter(rule=rule).values("recipient", "channel").annotate(times=models.Count("pk"))
    return max((row["times"] for row in told.order_by()), default=0)


@contextmanager
def without(model: type[models.Model], name: str) -> Iterator[None]:
    """The table without one of its constraints; its rows go before the constraint comes back."""
    constraint = next(one for one in model._meta.constraints if one.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        for table in (Reminder, LaggardEntry, ReminderRun, PhoneTask, Message):
            table.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


@pytest.mark.clause("S7.1", "S8.1")
def test_two_ticks_at_once_make_one_list_and_tell_each_once(known: Cast, process_environment) -> None:
    tick_together(process_environment)
    assert ReminderRun.objects.filter(code="S7.1", business_on=TODAY).count() == 1
    assert LaggardEntry.objects.filter(run__code="S7.1").count() == 1
    assert most_told() == 1


def test_two_ticks_tell_twice_where_nothing_is_unique(known: Cast, process_environment) -> None:
    with (
        without(ReminderRun, "one_run_a_rule_date_scope"),
        without(Message, "one_message_a_rule_day_recipient_channel"),
    ):
        tick_together(process_environment)
        assert ReminderRun.objects.filter(code="S7.1", business_on=TODAY).count() == 2
        assert most_told() == 2


@pytest.mark.clause("S7.1", "S8.1")
def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_tick_tells_each_once(
    known: Cast, process_environment
) -> None:
    worker = started(process_environment, STOPS_BEFORE_THE_END)
    go(worker)
    assert heard(worker) == "written"
    os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait(10) == -signal.SIGKILL
    assert not ReminderRun.objects.exists() and not Message.objects.exists()
    services.run_due(now=moment(TODAY, time(19, 1)))
    services.run_due(now=moment(TODAY, time(19, 2)))
    assert ReminderRun.objects.filter(code="S7.1", business_on=date(2026, 11, 18)).count() == 1
    assert most_told() == 1
