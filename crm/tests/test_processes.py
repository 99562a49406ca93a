"""Whole or not at all, with real processes: the import, its database connection or its worker dies on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis
from celery import Celery
from django.conf import settings as configured
from django.db import connection, transaction
from django.utils import timezone

from crm.models import Import, Opening
from crm.services.jobs import receive_file
from crm.tests.desk import HEADINGS, facts
from messaging.models import Message

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
PATIENCE = 60
# Tables whose next write is held up: after the check, in the merge, between merge and results, in the results.
POINTS = ("crm_import", "crm_opening", "crm_dailyresult", "crm_unitresult")
ROWS = 400
FILE = HEADINGS + "".join(f"2026-11-{1 + n % 17:02},B1,c{n},f{n},,1001,,\n" for n in range(ROWS))
COMMIT_BEFORE_THE_RESULTS = """
import sys, django
django.setup()
from crm.services import results
from django.core.management import call_command
from django.db import connection
recount = results.recount
def recount_later():
    connection.connection.execute("CREATE TEMP TABLE kept AS TABLE crm_touched")
    connection.connection.execute("COMMIT; ALTER TABLE kept RENAME TO crm_touched; BEGIN")
    recount()
results.recount = recount_later
call_command("import_crm", *sys.argv[1:])
"""


def wait_for(condition: Callable[[], object], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.02)


def backends_that_wait() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE NOT l.granted AND d.datname = current_database() AND l.locktype = 'relation'"
        )
        return [pid for (pid,) in cursor.fetchall()]


@contextmanager
def held_up_at(table: str) -> Iterator[None]:
    """Nobody else can write to the table."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield


@pytest.fixture
def start(process_environment, tmp_path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    path = tmp_path / "openings.csv"
    path.write_text(FILE)
    begun: list[subprocess.Popen[bytes]] = []

    def start(*program: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, *(program or ("manage.py", "import_crm")), "openings", str(path)]
        environment = {**process_environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(
            command, cwd=configured.BASE_DIR, env=environment, stdout=quiet, start_new_session=True
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.wait()


def kill_process(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)


def end_connection(process: subprocess.Popen[bytes]) -> None:
    (backend,) = backends_that_wait()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [backend])


def die_at(table: str, process: subprocess.Popen[bytes], death: Callable[[subprocess.Popen[bytes]], None]) -> None:
    wait_for(backends_that_wait, f"the import never came to {table}")
    death(process)
    assert process.wait(PATIENCE) != 0


def test_an_import_that_dies_on_its_way_leaves_nothing_and_the_next_one_brings_everything(cast, start):
    for table, death in zip(POINTS, (kill_process, end_connection) * 2, strict=True):
        with held_up_at(table):
            die_at(table, start(), death)
        wait_for(lambda: not backends_that_wait(), "the dead import's connection still waits")
        assert (facts(), Import.objects.count()) == ([], 0), table
    assert start().wait(PATIENCE) == 0
    whole = facts()
    assert Opening.objects.count() == ROWS
    assert start().wait(PATIENCE) == 0
    assert facts() == whole
    assert list(Import.objects.order_by("pk").values_list("created", "unchanged")) == [(ROWS, 0), (0, ROWS)]


def test_without_the_one_transaction_half_an_import_would_stay(cast, start):
    with held_up_at("crm_dailyresult"):
        die_at("crm_dailyresult", start("-c", COMMIT_BEFORE_THE_RESULTS), kill_process)
    wait_for(lambda: not backends_that_wait(), "the dead import's connection still waits")
    assert Opening.objects.count() == ROWS
    assert len(facts()) == ROWS, "openings without their results"


class Office:
    """A worker that can be killed, a broker that can forget, and the schedule's tick."""

    def __init__(self, environment: dict[str, str], lease: int) -> None:
        self.environment = {**environment, "IMPORT_LEASE_SECONDS": str(lease)}
        self.broker = environment["REDIS_URL"]
        self.bell = Celery(broker=self.broker.replace("unix://", "redis+socket://"))
        self.workers: list[subprocess.Popen[bytes]] = []

    def open(self) -> None:
        options = ["--concurrency", "1", "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "error"]
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", *options]
        self.workers.append(
            subprocess.Popen(command, cwd=configured.BASE_DIR, env=self.environment, start_new_session=True)
        )

    def cut_the_power(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait(10)
        redis.Redis.from_url(self.broker).flushdb()

    def tick(self) -> None:
        self.bell.send_task("crm.tasks.offer_imports", ignore_result=True)


@pytest.fixture
def office(process_environment) -> Iterator[Callable[[int], Office]]:
    made: list[Office] = []

    def office(lease: int) -> Office:
        made.append(Office(process_environment, lease))
        return made[-1]

    yield office
    for each in made:
        each.cut_the_power()
        each.bell.close()


def lose_the_worker(cast, desk, office: Office) -> Import:
    """A file is sent; its worker dies in the middle of the check, and the broker forgets everything."""
    imported = receive_file(asked=desk.asked(FILE, unit="B1"), actor=cast.clerk, now=timezone.now())
    with held_up_at("crm_dailyresult"):
        office.open()
        office.tick()
        wait_for(backends_that_wait, "the worker never came to the results")
        office.cut_the_power()
    wait_for(lambda: not backends_that_wait(), "the dead worker's connection still waits")
    imported.refresh_from_db()
    assert (imported.state, imported.job_tries, facts()) == ("received", 1, [])
    office.open()
    return imported


def tick_for(office: Office, seconds: float, until: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        office.tick()
        if until():
            return True
        time.sleep(0.3)
    return False


@pytest.fixture
def shared_files(settings):
    """The folder of files of worker processes."""
    location = configured.VAR_DIR / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": location}},
    }


def test_a_lost_worker_and_a_broker_that_forgot_cost_time_and_nothing_else(cast, desk, office, shared_files):
    here = office(1)
    imported = lose_the_worker(cast, desk, here)
    is_checked = Import.objects.filter(pk=imported.pk, state="checked", created=ROWS).exists
    assert tick_for(here, PATIENCE, is_checked)
    assert Message.objects.filter(recipient=cast.clerk).count() == 1
    assert facts() == []
    imported.file.delete(save=False)


def test_a_claim_that_never_runs_out_would_leave_the_file_lying(cast, desk, office, shared_files):
    here = office(3600)
    imported = lose_the_worker(cast, desk, here)
    assert not tick_for(here, 5, lambda: Import.objects.filter(pk=imported.pk, state="checked").exists())
    imported.file.delete(save=False)
