"""A filled database of an earlier release, restored beside the test's own and migrated to what the code is now."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from tests.template_database import alone, pointed_at, run, worker

HERE = Path(__file__).parent
COPY, END = ") FROM stdin;\n", "\\.\n"


@contextmanager
def restored(release: str, folder: Path) -> Iterator[None]:
    """Django works on the database and the files of that release, migrated, for the length of the block."""
    name = "_".join(filter(None, ("test_muster_upgrade", worker())))
    with tarfile.open(HERE / f"{release}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    with alone() as server:
        run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        run(server, "CREATE DATABASE {}", name)
        run(server, "ALTER DATABASE {} SET synchronous_commit TO off", name)
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder / "files"}}
    try:
        with pointed_at(name), override_settings(STORAGES={**settings.STORAGES, "default": files}):
            connection.ensure_connection()
            read_in(connection.connection, (folder / "dump.sql").open())
            call_command("migrate", verbosity=0, interactive=False)
            yield
    finally:
        with alone() as server:
            run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def read_in(server: psycopg.Connection[Any], dump: io.TextIOBase) -> None:
    """Carry out a plain dump, by psycopg alone: no machine needs the programs of PostgreSQL for it."""
    server.execute("SET check_function_bodies = off")
    statements: list[str] = []
    for line in dump:
        statements.append(line)
        if line.startswith("COPY ") and line.endswith(COPY):
            server.execute("".join(statements[:-1]))  # type: ignore[arg-type]
            with server.cursor().copy(line) as rows:  # type: ignore[arg-type]
                for row in iter(dump.readline, END):
                    rows.write(row)
            statements = []
    server.execute("".join(statements))  # type: ignore[arg-type]
    go_on_counting(server)


def go_on_counting(server: psycopg.Connection[Any]) -> None:
    """The server counts its transactions on from where the dumped one was, as docs/audit.md asks of whoever restores."""
    last = server.execute("SELECT max(transaction) FROM core_auditentry").fetchone()
    while last and server.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() <= last:
        pass
