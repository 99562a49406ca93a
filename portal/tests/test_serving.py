"""`manage.py demo` as people run it: real processes in a folder of their own, from the first page to Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from celery import Celery
from django.conf import settings
from django.core.management import CommandError, call_command

from core import embedded
from portal.demonstration import serving
from portal.demonstration.database import COMPLETE

pytestmark = pytest.mark.processes
PATIENCE = 120  # seconds a machine that is busy with other tests may take; an idle one needs ten
FOUNDED = """
import sys
from pathlib import Path
import psycopg
from core import embedded
place = embedded.postgres(Path(sys.argv[1]), "muster_demo")
with psycopg.connect(host=place["HOST"], port=place["PORT"], user="postgres", dbname="muster_demo") as database:
    database.execute(f"COMMENT ON DATABASE muster_demo IS '{sys.argv[2]}: empty'")
"""

WORKING = """
import sys
from pathlib import Path
import psycopg
from core import embedded
place = embedded.postgres(Path(sys.argv[1]), "muster_demo")
with psycopg.connect(host=place["HOST"], port=place["PORT"], user="postgres", dbname="postgres") as server:
    for (role,) in server.execute("SELECT usename FROM pg_stat_activity WHERE datname = 'muster_demo'"):
        print(role)
with psycopg.connect(host=place["HOST"], port=place["PORT"], user=place["USER"], dbname="muster_demo", autocommit=True) as served:
    for attempt in FORBIDDEN:
        try:
            served.execute(attempt)
            print("may:" + attempt.replace(" ", "_"))
        except psycopg.errors.InsufficientPrivilege:
            pass
"""
FORBIDDEN = (
    "ALTER TABLE compensation_payline DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
    "UPDATE core_auditentry SET reason = 'x'",
    "DELETE FROM core_audittransaction",
    "DELETE FROM archives_document",
)


def in_time() -> float:
    """Seconds from Ctrl-C until nothing is left: five, and more where other tests keep the machine busy meanwhile."""
    return 5 * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


def wait_for(condition: Callable[[], object], told: Callable[[], str], patience: float = PATIENCE) -> None:
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, told()
        time.sleep(0.1)


class Demonstration:
    """The demonstration of one folder, started as from a terminal: it leads its own process group."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL", "PYTEST_CURRENT_TEST", "DJANGO_SETTINGS_MODULE"}
        } | {"MUSTER_VAR": str(var), "WEB_CONCURRENCY": "1", "PYTHONUNBUFFERED": "1"}
        self.output = var.parent / "output"
        self.by: list[str] = []

    def command(self, *options: str) -> list[str]:
        return [*self.by, sys.executable, "manage.py", "demo", *(options or ("--port", str(self.port)))]

    def belongs_to(self, who: str) -> None:
        """Let another user run it, where we are root and she may run what is installed here."""
        self.by = ["runuser", "-u", who, "--"]
        there = os.geteuid() == 0 and shutil.which("runuser")
        tried = [*self.by, sys.executable, "-c", "import django"]
        if not there or subprocess.run(tried, check=False, capture_output=True).returncode:
            pytest.skip(f"{who} may not run Python here")
        shutil.chown(self.var.parent, who)

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*options), cwd=settings.BASE_DIR, env=self.environment,
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def start(self) -> None:
        self.begin()
        wait_for(lambda: self.process.poll() is not None or self.answers(), self.output.read_text)
        assert self.process.poll() is None, self.output.read_text()

    def says_its_address(self) -> bool:
        return serving.address(self.port) in self.output.read_text()

    def begin(self) -> None:
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                self.command(), cwd=settings.BASE_DIR, env=self.environment,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def all_that_lives(self) -> list[str]:
        """Whatever works in this folder, by its environment; the server of the database, which has none of ours, by itself."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                is_ours = process.environ().get("MUSTER_VAR") == str(self.var) or str(self.var) in " ".join(
                    process.cmdline()
                )
                if is_ours and embedded.is_alive(process.pid):
                    found.append(" ".join(process.cmdline()))
        return found

    def status(self, page: str) -> int:
        """As to a browser that was here before: its session is looked up."""
        asked = urllib.request.Request(
            f"{serving.address(self.port)}{page}", headers={"Cookie": f"sessionid={'s' * 32}"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    def answers(self) -> bool:
        try:
            page = urllib.request.urlopen(f"{serving.address(self.port)}accounts/login/", timeout=5)
        except OSError:
            return False
        return bool(page.status == 200 and 'name="login"' in page.read().decode())

    def all_of_it(self) -> dict[str, psutil.Process]:
        """Every process it started, by what it is."""
        words = {"granian": "web", "worker": "worker", "beat": "schedule", "valkey-server": "broker"}
        found = {
            name: child
            for child in psutil.Process(self.process.pid).children()
            for word, name in words.items()
            if word in " ".join(child.cmdline()).replace("/", " ").split()
        }
        database = self.database()
        return found | ({"database": database} if database else {})

    def database(self) -> psutil.Process | None:
        file = self.var / "postgres" / "postmaster.pid"
        return psutil.Process(int(file.read_text().split()[0])) if file.exists() else None

    def kill_database(self) -> None:
        server = self.database()
        assert server
        parts = [server, *server.children()]
        for part in parts:
            with contextlib.suppress(psutil.NoSuchProcess):
                part.kill()
        psutil.wait_procs(parts, 5)

    def roles(self) -> set[str]:
        """Who works on its database just now, and what of `FORBIDDEN` the served application could do there."""
        place = subprocess.run(
            [sys.executable, "-c", f"FORBIDDEN = {FORBIDDEN!r}\n{WORKING}", str(self.var)], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
        )  # fmt: skip
        return set(place.stdout.split())

    def send(self, number: signal.Signals) -> int:
        """A signal as the terminal sends it, to the whole group; what the command ends with."""
        os.killpg(self.process.pid, number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def empty_folder() -> Iterator[Demonstration]:
    """A folder in which nothing was ever started, that PostgreSQL's own user may enter."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        one = Demonstration(Path(folder) / "var", port)
        yield one
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGCONT)
            one.send(signal.SIGTERM)


@pytest.fixture
def demonstration(empty_folder: Demonstration) -> Demonstration:
    """A company without anybody: the story itself is told elsewhere."""
    found = [sys.executable, "-c", FOUNDED, str(empty_folder.var), COMPLETE]
    subprocess.run(found, cwd=settings.BASE_DIR, check=True)
    return empty_folder


def test_it_serves_and_ctrl_c_leaves_nothing_running(demonstration):
    demonstration.start()
    first = demonstration.all_of_it()
    assert set(first) == {"web", "worker", "schedule", "broker", "database"}
    sender = Celery(broker=f"redis+socket://{embedded.valkey_socket(demonstration.var)}")
    wait_for(lambda: sender.control.ping(timeout=1), lambda: "the worker does not answer")
    sender.close()

    beside = demonstration.run()
    assert beside.returncode == 2
    assert "running already" in beside.stderr
    assert serving.address(demonstration.port) in beside.stderr
    assert len(beside.stderr.splitlines()) == 1

    assert demonstration.send(signal.SIGINT) == 0
    assert "Stopped." in demonstration.output.read_text()
    assert [name for name, process in first.items() if embedded.is_alive(process.pid)] == []
    assert not embedded.valkey_socket(demonstration.var).exists()

    again = demonstration.run("--no-serve", "--json")
    assert (again.returncode, again.stderr) == (0, "")
    assert json.loads(again.stdout) == {"built": False, "address": None, "password": "demo-company", "sign_ins": []}
    assert demonstration.database() is None


def test_the_address_is_said_when_it_answers_and_ctrl_c_at_that_moment_leaves_nothing(demonstration):
    """It took fifteen seconds here, and left the database running once in three."""
    demonstration.begin()
    wait_for(demonstration.says_its_address, demonstration.output.read_text)
    assert demonstration.status("readyz") == 200
    asked = time.monotonic()
    assert demonstration.send(signal.SIGINT) == 0
    assert time.monotonic() - asked < in_time()
    assert demonstration.all_that_lives() == []


def test_while_the_database_is_gone_pages_say_so_and_it_comes_back_by_itself(demonstration):
    demonstration.start()
    wait_for(demonstration.says_its_address, demonstration.output.read_text)
    os.kill(demonstration.process.pid, signal.SIGSTOP)  # so that nobody starts it again meanwhile
    demonstration.kill_database()
    for page in ("readyz", "accounts/login/"):
        asked = time.monotonic()
        assert demonstration.status(page) == 503, page
        assert time.monotonic() - asked < 6, page
    os.kill(demonstration.process.pid, signal.SIGCONT)
    wait_for(lambda: demonstration.status("readyz") == 200, lambda: "the database does not come back")
    wait_for(demonstration.answers, lambda: "the pages do not come back")
    assert demonstration.roles() <= {"muster_app"}
    assert demonstration.send(signal.SIGINT) == 0
    assert demonstration.all_that_lives() == []


@pytest.mark.drill
@pytest.mark.parametrize("who", ["", "nobody"])
@pytest.mark.parametrize("moment", range(12))
def test_ctrl_c_at_any_moment_leaves_nothing_and_the_next_start_goes_on(empty_folder, moment, who):
    if who:
        empty_folder.belongs_to(who)
    seconds = random.Random().uniform(0.1, 25)
    empty_folder.begin()
    time.sleep(seconds)
    asked = time.monotonic()
    code = empty_folder.send(signal.SIGINT)
    took = time.monotonic() - asked
    assert took < in_time(), f"{took:.1f} s after {seconds:.1f} s, {code}: {empty_folder.output.read_text()}"
    assert empty_folder.all_that_lives() == [], f"after {seconds:.1f} s"
    if moment == 0:
        empty_folder.begin()
        wait_for(empty_folder.says_its_address, empty_folder.output.read_text, 600)
        assert empty_folder.send(signal.SIGINT) == 0


def test_a_taken_port_gets_one_sentence(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"^Port {port} is taken. Name another one: make demo PORT={port + 1}$"):
            call_command("demo", port=port)
