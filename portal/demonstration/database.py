"""The demonstration's own database: made when it is missing, emptied on request."""

from __future__ import annotations

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

COMPLETE = "the demonstration company is complete"


def _maintenance() -> psycopg.Connection:
    place = settings.DATABASES["default"]
    parts = {
        "host": place.get("HOST"),
        "port": place.get("PORT"),
        "user": place.get("USER"),
        "password": place.get("PASSWORD"),
    }
    return psycopg.connect(dbname="postgres", autocommit=True, **{key: value for key, value in parts.items() if value})


def ensure_database(*, anew: bool) -> None:
    """Make sure the demonstration's database exists; `anew` drops it with all it held."""
    name = settings.DATABASES["default"]["NAME"]
    if not name.endswith("_demo"):
        raise RuntimeError(f"{name} is not a demonstration's database")
    connection.close()
    with _maintenance() as server:
        if anew:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def mark_complete(size: str) -> None:
    """Leave a note on the database itself that the story stands complete in it."""
    with connection.cursor() as cursor:
        name = sql.Identifier(connection.settings_dict["NAME"])
        cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(f"{COMPLETE}: {size}")))


def is_complete() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        row = cursor.fetchone()
    return bool(row and row[0] and row[0].startswith(COMPLETE))
