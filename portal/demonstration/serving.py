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
import time
import urllib.request
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from types import FrameType

from django.conf import settings

from core import embedded
from core.embedded import ENDING

FIRST_PORT = 8000
TRIED = 20
GRACE = 1.5  # seconds for what was started to end by itself


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
    with (folder / "demo.lock").open("a+") as held, ended_by(interrupt):
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
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, earlier)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Ends whatever is under way; from then on nothing disturbs the tidying up."""
    for other in ENDING:
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


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


def serve(port: int, greet: Callable[[], None]) -> int:
    """Run until interrupted or until one of the three stops; 0 when it was asked to stop. `greet` once pages answer."""
    logs = Path(settings.VAR_DIR) / "log"
    logs.mkdir(parents=True, exist_ok=True)
    asked = threading.Event()
    running: dict[str, subprocess.Popen[bytes]] = {}
    has_greeted = False
    with ended_by(lambda number, frame: asked.set()):
        try:
            for name, command in commands(port).items():
                running[name] = started(name, command, logs)
            while not asked.wait(0.5 if has_greeted else 0.1):
                for name, process in running.items():
                    if process.poll() is not None:
                        sys.stderr.write(f"The {name} process stopped; its last words are in {logs / name}.log\n")
                        return 1
                keep_database_running()
                if not has_greeted and is_ready(port):
                    greet()
                    has_greeted = True
            return 0
        finally:
            stop_all(list(running.values()))
            if settings.LOCAL:
                embedded.forget_the_killed(settings.VAR_DIR)


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"{address(port)}readyz", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def keep_database_running() -> None:
    """The folder's own server is started again where it died; while that does not succeed yet, at the next look."""
    if settings.LOCAL:
        with contextlib.suppress(subprocess.SubprocessError, AssertionError, OSError):
            embedded.start_again(settings.VAR_DIR)


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
    """Ask all of them, then end whatever is left in their sessions: what they started has nobody else to end it."""
    for process in processes:
        process.terminate()
    until = time.monotonic() + GRACE
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0, until - time.monotonic()))
    until = time.monotonic() + 1
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)
            while time.monotonic() < until:
                os.killpg(process.pid, 0)
                time.sleep(0.02)
