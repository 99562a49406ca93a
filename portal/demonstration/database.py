"""The demonstration's own database: made when it is missing, emptied on request. The owner of the tables does it."""

from __future__ import annotations

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from core.roles import as_owner

OURS = "a demonstration of Muster"
COMPLETE = "the demonstration company is complete"
NOTE = "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s"


class NotADemonstration(Exception):
    """A database of the demonstration's name that it did not make: nothing in it is touched."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not a demonstration's database: name another one in DATABASE_URL.")


def _maintenance() -> psycopg.Connection:
    place = connection.settings_dict
    parts = {
        "host": place.get("HOST"),
        "port": place.get("PORT"),
        "user": place.get("USER"),
        "password": place.get("PASSWORD"),
    }
    return psycopg.connect(dbname="postgres", autocommit=True, **{key: value for key, value in parts.items() if value})


def ensure_database(*, anew: bool) -> None:
    """Make sure the demonstration's database exists and is migrated; `anew` drops it with all it held.

    Raises `NotADemonstration` for one that somebody else made and filled.
    """
    name = settings.DATABASES["default"]["NAME"]
    if not name.endswith("_demo"):
        raise NotADemonstration(name)
    with as_owner():
        with _maintenance() as server:
            _refuse_foreign(server, name)
            if anew:
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            if not server.execute(NOTE, [name]).fetchone():
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        call_command("migrate", verbosity=0, interactive=False)
        if not is_complete():
            _note(OURS)


def _refuse_foreign(server: psycopg.Connection, name: str) -> None:
    note = server.execute(NOTE, [name]).fetchone()
    if (
        settings.LOCAL or note is None or note[0].startswith((OURS, COMPLETE))
    ):  # the folder's own server holds nobody else's
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        is_empty = cursor.fetchone() == (0,)
    connection.close()
    if not is_empty:
        raise NotADemonstration(name)


def mark_complete(size: str) -> None:
    """Leave a note on the database itself that the story stands complete in it."""
    with as_owner():
        _note(f"{COMPLETE}: {size}")


def _note(text: str) -> None:
    with connection.cursor() as cursor:
        name = sql.Identifier(connection.settings_dict["NAME"])
        cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(text)))


def is_complete() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [connection.settings_dict["NAME"]])
        row = cursor.fetchone()
    return bool(row and row[0].startswith(COMPLETE))
