"""`manage.py demo` as people run it: real processes in a folder of their own, from the first page to Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
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


def wait_for(condition: Callable[[], object], told: Callable[[], str]) -> None:
    until = time.monotonic() + PATIENCE
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

    def command(self, *options: str) -> list[str]:
        return [sys.executable, "manage.py", "demo", *(options or ("--port", str(self.port)))]

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*options), cwd=settings.BASE_DIR, env=self.environment,
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def start(self) -> None:
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                self.command(), cwd=settings.BASE_DIR, env=self.environment,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        wait_for(lambda: self.process.poll() is not None or self.answers(), self.output.read_text)
        assert self.process.poll() is None, self.output.read_text()

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

    def send(self, number: signal.Signals) -> int:
        """A signal as the terminal sends it, to the whole group; what the command ends with."""
        os.killpg(self.process.pid, number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def demonstration() -> Iterator[Demonstration]:
    """A company without anybody: the story itself is told elsewhere. In a folder that PostgreSQL's own user may enter."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        one = Demonstration(Path(folder) / "var", port)
        subprocess.run([sys.executable, "-c", FOUNDED, str(one.var), COMPLETE], cwd=settings.BASE_DIR, check=True)
        yield one
        if one.process.poll() is None:
            one.send(signal.SIGTERM)


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


def test_a_taken_port_gets_one_sentence(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"^Port {port} is taken. Name another one: make demo PORT={port + 1}$"):
            call_command("demo", port=port)
