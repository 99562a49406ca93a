"""One migrated template, a copy of it for every test process.

Migrating takes seconds, copying a database a moment. The template remembers the fingerprint of the code it was made
from and is made anew only when that changes. What migrations seed (the calendar, rules, permissions) is kept aside in
the schema `seeds`, so that a test with real transactions leaves the database as it found it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase
from psycopg import sql

LOCK = 20_261_118
NOT_SEEDS = ("django_migrations", "core_auditentry", "core_auditseal", "core_audittransaction", "core_auditcount")
RESTORE = """
CREATE FUNCTION seeds.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
    columns text;
    place record;
    is_filled boolean;
    touched text[] := '{}';
BEGIN
    SET LOCAL lock_timeout = '30s';
    SET CONSTRAINTS ALL DEFERRED;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO is_filled;
        IF is_filled THEN touched := touched || format('public.%I', name); END IF;
    END LOOP;
    IF touched <> '{}' THEN
        EXECUTE format('TRUNCATE %s RESTART IDENTITY CASCADE', array_to_string(touched, ', '));
    END IF;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'seeds' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO is_filled;
        CONTINUE WHEN is_filled;
        SELECT string_agg(quote_ident(column_name), ', ') INTO columns FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = name AND is_generated = 'NEVER';
        EXECUTE format('INSERT INTO public.%1$I (%2$s) SELECT %2$s FROM seeds.%1$I', name, columns);
    END LOOP;
    FOR place IN
        SELECT own.oid::regclass AS sequence, kept.relname AS "table", pg_attribute.attname AS "column"
        FROM pg_class own
        JOIN pg_depend ON pg_depend.objid = own.oid AND pg_depend.deptype IN ('a', 'i')
        JOIN pg_class kept ON kept.oid = pg_depend.refobjid AND kept.relnamespace = 'public'::regnamespace
        JOIN pg_attribute ON pg_attribute.attrelid = kept.oid AND pg_attribute.attnum = pg_depend.refobjsubid
        JOIN pg_tables ON pg_tables.schemaname = 'seeds' AND pg_tables.tablename = kept.relname
        WHERE own.relkind = 'S'
    LOOP
        EXECUTE format('SELECT setval(%L, (SELECT max(%I) FROM public.%I))', place.sequence, place."column", place."table");
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
    TRUNCATE core_auditentry, core_auditseal, core_audittransaction, core_auditcount RESTART IDENTITY;
END $$
"""


def fingerprint() -> str:
    """Changes with any line of code that may take part in building the database."""
    digest = hashlib.sha256(Path(settings.BASE_DIR, "requirements.txt").read_bytes() + RESTORE.encode())
    for app in [*settings.OWN_APPS, "config"]:
        for path in sorted(Path(settings.BASE_DIR, app).rglob("*.py")):
            if "tests" not in path.parts:
                digest.update(path.relative_to(settings.BASE_DIR).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def worker() -> str:
    """`gw0`, `gw1` … under pytest-xdist, else empty."""
    return os.environ.get("PYTEST_XDIST_WORKER", "")


def address() -> str:
    """The URL of the database this process works on, for processes that a test starts."""
    at = connection.settings_dict
    user = ":".join(quote(part, safe="") for part in (at["USER"], at["PASSWORD"]) if part)
    host = f"{at['HOST']}:{at['PORT']}" if not at["HOST"].startswith("/") else f":{at['PORT']}/{quote(at['HOST'])}"
    return f"postgresql://{user}@{host.rstrip(':')}/{at['NAME']}"


@contextlib.contextmanager
def own_database() -> Iterator[None]:
    """Point Django at this process's own copy for the length of the block."""
    own = settings.DATABASES["default"]["NAME"]
    template = f"test_{own}_template"
    copy = "_".join(filter(None, (f"test_{own}", worker())))
    with alone() as server:
        if made_from(server, template) != fingerprint():
            build(server, template)
        run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)
        run(server, "CREATE DATABASE {} TEMPLATE {}", copy, template)
        run(server, "ALTER DATABASE {} SET synchronous_commit TO off", copy)
    with pointed_at(copy), restored_after_transactions():
        try:
            yield
        finally:
            connections.close_all()
            with alone() as server:
                run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)


@contextlib.contextmanager
def alone() -> Iterator[psycopg.Connection[Any]]:
    """A connection beside all tests, under a lock: one process at a time makes or copies."""
    known = connection.get_connection_params()
    address = {name: known[name] for name in ("host", "port", "user", "password", "sslmode") if name in known}
    with psycopg.connect(**address, dbname="postgres", autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield server


def run(server: psycopg.Connection[Any], statement: str, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


@contextlib.contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Django works on that database; the content types of another have other numbers, and it remembers them."""
    from django.contrib.contenttypes.models import ContentType

    connection.close()
    ContentType.objects.clear_cache()
    before, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
    try:
        yield
    finally:
        connection.close()
        ContentType.objects.clear_cache()
        connection.settings_dict["NAME"] = before


def made_from(server: psycopg.Connection[Any], name: str) -> str | None:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    row = server.execute(query, [name]).fetchone()
    return str(row[0]) if row else None


def build(server: psycopg.Connection[Any], name: str) -> None:
    from django.core.management import call_command

    run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    run(server, "CREATE DATABASE {}", name)
    run(server, "ALTER DATABASE {} SET synchronous_commit TO off", name)
    with pointed_at(name):
        call_command("migrate", verbosity=0, interactive=False)
        keep_seeds()
    server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(fingerprint())))


def keep_seeds() -> None:
    """Put every row that the migrations wrote aside, with the function that brings it back."""
    with connection.cursor() as cursor:
        names = set(connection.introspection.table_names(cursor)) - set(NOT_SEEDS)
        cursor.execute("CREATE SCHEMA seeds")
        for name in sorted(names):
            cursor.execute(f'SELECT EXISTS (SELECT FROM public."{name}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE seeds."{name}" AS TABLE public."{name}"')
        cursor.execute(RESTORE)


def restore() -> None:
    """Take away whatever tests have committed and put the seeds back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seeds.restore()")


@contextlib.contextmanager
def restored_after_transactions() -> Iterator[None]:
    """A test with real transactions ends with the seeds in place, where Django would leave every table empty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: restore())
        yield
