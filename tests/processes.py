"""Processes of their own on the test's database, that wait for a word so that they meet at the same moment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, models


def started(code: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    """A process that runs `code` with the application set up; returns when it has said `ready`."""
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment.pop("PYTEST_CURRENT_TEST", None)
    process = subprocess.Popen(
        [sys.executable, "-c", f"import sys, django\ndjango.setup()\n{code}"],
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


@contextmanager
def without(model: type[models.Model], name: str, *emptied: type[models.Model]) -> Iterator[None]:
    """The table without one of its constraints; the rows of `emptied` go before the constraint comes back."""
    constraint = next(one for one in model._meta.constraints if one.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        for table in emptied:
            table._base_manager.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)
