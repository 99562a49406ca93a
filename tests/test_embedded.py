"""The project's own PostgreSQL and Valkey: shared by the processes of a checkout, gone when the last one leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import redis
from django.conf import settings

from core import embedded

pytestmark = pytest.mark.processes

USER = """
import sys
from pathlib import Path
from core import embedded
print(embedded.postgres(Path(sys.argv[1]), "muster")["HOST"], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start(tmp_path: Path) -> Callable[[], subprocess.Popen[str]]:
    """Start a process that uses the server of one checkout until its input ends."""

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", USER, str(tmp_path / "var")],
            cwd=settings.BASE_DIR, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout
        assert process.stdout.readline().strip(), process.stderr and process.stderr.read()
        return process

    return start


def leave(process: subprocess.Popen[str]) -> str:
    """Let it end by itself; what it complained about."""
    return process.communicate(timeout=30)[1]


def test_the_server_is_shared_and_stops_with_the_last_who_leaves(start, tmp_path):
    folder = tmp_path / "var" / "postgres"

    def server() -> psutil.Process | None:
        file = folder / "postmaster.pid"
        return psutil.Process(int(file.read_text().split()[0])) if file.exists() else None

    first, second, killed = start(), start(), start()
    running = server()
    assert running

    assert leave(first) == ""
    assert server() == running, "the others still need it"

    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    interrupted = start()
    interrupted.send_signal(signal.SIGINT)
    leave(interrupted)
    assert server() == running

    late = start()  # notices that one of the users is dead
    leave(second)
    assert leave(late) == ""
    assert server() is None
    assert not embedded.is_alive(running.pid)


def test_two_that_come_first_at_once_share_what_one_of_them_makes(start):
    """The tests and the lint beside them, in a fresh checkout."""
    with ThreadPoolExecutor(3) as pool:
        both = list(pool.map(lambda _: start(), range(3)))
    assert [leave(process) for process in both] == ["", "", ""]


def test_after_a_power_cut_its_number_may_be_somebody_elses(start, tmp_path):
    leave(start())
    file = tmp_path / "var" / "postgres" / "postmaster.pid"
    file.write_text(f"{os.getpid()}\n{file.parent}\n0\n5432\n/tmp\n\n\nready\n")

    assert leave(start()) == ""


FILLED = """
import sys
from pathlib import Path
import psycopg
from core import embedded, roles

home = Path(sys.argv[1])
server = embedded.postgres_server(home)
info = server.get_postmaster_info()
at = {"host": str(info.socket_dir), "port": info.port, "autocommit": True}
with psycopg.connect(**at, user="postgres", dbname="postgres") as outside:
    outside.execute("CREATE DATABASE muster")
with psycopg.connect(**at, user="postgres", dbname="muster") as inside:
    inside.execute("CREATE TABLE kept (id bigint GENERATED ALWAYS AS IDENTITY, word text); INSERT INTO kept (word) VALUES ('x')")
    inside.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE EXTENSION btree_gist")
place = embedded.postgres(home, "muster", user="muster_owner")
with psycopg.connect(**at, user=place["USER"], dbname="muster") as owner:
    owner.execute("ALTER TABLE kept ADD COLUMN more text; DROP FUNCTION one(); INSERT INTO kept (word) VALUES ('y')")
    owner.execute("GRANT SELECT, UPDATE ON kept TO muster_app")
for user, forbidden in (
    ("muster_app", "SET session_replication_role = replica"),
    ("muster_app", "ALTER TABLE kept DISABLE TRIGGER ALL"),
    ("muster_app", "DELETE FROM kept"),
    ("muster_app", "SET ROLE postgres"),
    ("muster_app", "SET SESSION AUTHORIZATION postgres"),
    ("muster_owner", "SET ROLE postgres"),
    ("muster_read", "UPDATE kept SET word = 'z'"),
):
    with psycopg.connect(**at, user=user, dbname="muster") as one:
        try:
            one.execute(forbidden)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction):
            continue
    print(user, forbidden)
"""


def test_a_database_of_an_earlier_release_passes_to_the_owner_and_roles_stay_in_their_bounds(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FILLED, str(tmp_path / "var")],
        cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_valkey_runs_for_the_length_of_the_block(tmp_path):
    with embedded.running_valkey(tmp_path) as socket:
        assert redis.Redis(unix_socket_path=str(socket)).ping()
        mine = [child for child in psutil.Process().children() if str(socket) in " ".join(child.cmdline())]
        assert len(mine) == 1

    assert not socket.exists()
    assert not embedded.is_alive(mine[0].pid)


def test_a_leftover_socket_of_a_killed_valkey_does_not_hinder(tmp_path):
    embedded.valkey_socket(tmp_path).touch()

    with embedded.running_valkey(tmp_path) as socket:
        assert redis.Redis(unix_socket_path=str(socket)).ping()
