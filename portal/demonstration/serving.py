"""Web, one worker and the schedule in the foreground; Ctrl-C stops everything that was started."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from django.conf import settings

from core import embedded

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, `kill`, a closed terminal
FIRST_PORT = 8000
TRIED = 20


class PortTaken(Exception):
    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is taken. Name another one: make demo PORT={port + 1}")


class RunningAlready(Exception):
    def __init__(self, who: str) -> None:
        super().__init__(f"The demonstration of this folder is running already ({who}). Ctrl-C there stops it.")


@contextlib.contextmanager
def place(wanted: int | None, *, to_serve: bool) -> Iterator[int | None]:
    """Keep the folder's demonstration, and the port it is served on, to oneself for the length of the block.

    Whatever ends the process (`ENDING`) ends the block. Raises `RunningAlready`, `PortTaken`.
    """
    folder = Path(settings.VAR_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("a+") as held, ended_by(signal.default_int_handler):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            raise RunningAlready(held.read()) from None
        port = port_to_use(wanted) if to_serve else None
        held.truncate(0)
        held.write(f"process {os.getpid()}" + (f", {address(port)}" if port else ""))
        held.flush()
        yield port


@contextlib.contextmanager
def ended_by(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in ENDING}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def address(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def port_to_use(wanted: int | None) -> int:
    """The wanted port, or the first free one from 8000 on. Raises `PortTaken`."""
    if wanted is not None:
        if not is_free(wanted):
            raise PortTaken(wanted)
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + TRIED):
        if is_free(port):
            return port
    raise PortTaken(FIRST_PORT + TRIED - 1)


@contextlib.contextmanager
def broker() -> Iterator[None]:
    """A Valkey of one's own for the length of the block, unless `REDIS_URL` names a server."""
    if settings.REDIS_URL:
        yield
        return
    with embedded.running_valkey(settings.VAR_DIR):
        yield


def commands(port: int) -> dict[str, list[str]]:
    python = sys.executable
    workers = os.environ.get("WEB_CONCURRENCY", str(min(os.cpu_count() or 1, 4)))
    schedule = settings.VAR_DIR / "celerybeat-schedule"
    web = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", workers]
    return {
        "web": [python, "-m", *web, "--blocking-threads", "1", "--no-ws", "config.wsgi:application"],
        "worker": [python, "-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "WARNING"],
        "schedule": [python, "-m", "celery", "-A", "config", "beat", "-s", str(schedule), "--loglevel", "WARNING"],
    }


def serve(port: int) -> int:
    """Run until interrupted or until one of the three stops; 0 when it was asked to stop."""
    logs = Path(settings.VAR_DIR) / "log"
    logs.mkdir(parents=True, exist_ok=True)
    asked = threading.Event()
    running: dict[str, subprocess.Popen[bytes]] = {}
    with ended_by(lambda number, frame: asked.set()):
        try:
            for name, command in commands(port).items():
                running[name] = started(name, command, logs)
            while not asked.wait(0.5):
                for name, process in running.items():
                    if process.poll() is not None:
                        sys.stderr.write(f"The {name} process stopped; its last words are in {logs / name}.log\n")
                        return 1
            return 0
        finally:
            stop_all(list(running.values()))
            if settings.LOCAL:
                embedded.forget_the_killed(settings.VAR_DIR)


def started(name: str, command: list[str], logs: Path) -> subprocess.Popen[bytes]:
    with (logs / f"{name}.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603
            command,
            cwd=settings.BASE_DIR,
            env={**os.environ, "MUSTER_WEB": "1" if name == "web" else ""},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop_all(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    for process in processes:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)
