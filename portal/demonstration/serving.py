"""Web, one worker and the schedule in the foreground; Ctrl-C stops everything that was started."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from django.conf import settings

from core import embedded

FIRST_PORT = 8000
TRIED = 20


class PortTaken(Exception):
    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is taken. Name another one: make demo PORT={port + 1}")


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
        "schedule": [
            python,
            "-m",
            "celery",
            "-A",
            "config",
            "beat",
            "--schedule",
            str(schedule),
            "--loglevel",
            "WARNING",
        ],
    }


def serve(port: int) -> int:
    """Run until interrupted or until one of the three stops; 0 when it was asked to stop."""
    logs = Path(settings.VAR_DIR) / "log"
    logs.mkdir(parents=True, exist_ok=True)
    asked = threading.Event()
    running: dict[str, subprocess.Popen[bytes]] = {}

    def stop(_signal: int, _frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for name, command in commands(port).items():
            with (logs / f"{name}.log").open("ab") as log:
                running[name] = subprocess.Popen(  # noqa: S603
                    command,
                    cwd=settings.BASE_DIR,
                    env={**os.environ, "MUSTER_WEB": "1" if name == "web" else ""},
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
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
        for number, handler in before.items():
            signal.signal(number, handler)


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
