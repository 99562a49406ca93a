"""Three roles at the database: the owner migrates, the application works, the third only reads.

`muster_owner` owns the tables; `muster_app` reads and writes rows and can change neither the audit trail nor a table nor
a trigger; `muster_read` reads everything but passwords, second factors and sessions. The embedded server makes all three
as logins of their own. Elsewhere `migrate` makes the last two (without a login) where its role may, and grants each what
it needs: an administrator gives them to logins, see docs/audit.md.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

OWNER_ROLE, APP_ROLE, READ_ROLE = "muster_owner", "muster_app", "muster_read"
SUPERUSER = "postgres"  # of the embedded server
CREATE = """
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['muster_app', 'muster_read'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)
                AND (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        END IF;
    END LOOP;
EXCEPTION WHEN duplicate_object OR unique_violation THEN  -- another database of this server was faster
END $$
"""
GRANT_APP = """
GRANT USAGE ON SCHEMA public TO muster_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO muster_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO muster_app;
REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON core_auditentry, core_auditseal FROM muster_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON core_audittransaction, core_auditcount FROM muster_app;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM muster_app;
"""
NEEDED = [
    "core_auditentry",
    "core_audittransaction",
    "accounts_user",
    "django_session",
    "mfa_authenticator",
    "usersessions_usersession",
]
GRANT_READ = """
GRANT USAGE ON SCHEMA public TO muster_read;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO muster_read;
REVOKE SELECT ON accounts_user, django_session, mfa_authenticator, usersessions_usersession FROM muster_read;
DO $$ BEGIN
    EXECUTE (SELECT format('GRANT SELECT (%s) ON accounts_user TO muster_read', string_agg(quote_ident(attname), ', '))
        FROM pg_attribute
        WHERE attrelid = 'accounts_user'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'password');
END $$;
"""
# The embedded server's roles sign in by themselves. The owner may end what the others do, to throw a database away.
EMBEDDED = """
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['muster_owner', 'muster_app', 'muster_read'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I', role);
        END IF;
        EXECUTE format('ALTER ROLE %I LOGIN', role);
    END LOOP;
    ALTER ROLE muster_owner CREATEDB;
    ALTER ROLE muster_read SET default_transaction_read_only = on;
    GRANT muster_app, muster_read TO muster_owner;
EXCEPTION WHEN duplicate_object OR unique_violation THEN  -- another process was faster
END $$
"""
# A database that a superuser made becomes the owner's, with all that is in it.
HAND_OVER = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT pg_class.oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype IN ('e', 'a', 'i'))
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO muster_owner', one.name);
    END LOOP;
    FOR one IN
        SELECT pg_proc.oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO muster_owner', one.name);
    END LOOP;
    EXECUTE format('ALTER DATABASE %I OWNER TO muster_owner', current_database());
END $$
"""


# A guard looks for what it reads in our schema first: whoever may make a temporary table could hide a table from it else.
# What runs as a trigger of ours, or is called by one, is made anew by each `migrate`, so this comes after.
GUARDS_LOOK_HERE = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT pg_proc.oid::regprocedure AS name FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
        WHERE pronamespace = 'public'::regnamespace AND lanname = 'plpgsql'
          AND NOT coalesce(proconfig::text LIKE '%search_path=%', false)
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP
        EXECUTE format('ALTER ROUTINE %s SET search_path = public, pg_temp', one.name);
    END LOOP;
END $$
"""


def separate(using: str = "default", **_: Any) -> None:
    """Make the application's and the reader's role where that is allowed, and grant them what they need; run after each `migrate`."""
    from django.db import connections  # noqa: PLC0415

    from core.closing import kept_models  # noqa: PLC0415

    with connections[using].cursor() as cursor:
        cursor.execute("SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(%s::text[]) AS name", [NEEDED])
        if not cursor.fetchone()[0]:
            return
        cursor.execute(GUARDS_LOOK_HERE)
        cursor.execute(CREATE)
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)", [APP_ROLE, READ_ROLE])
        there = {role for (role,) in cursor.fetchall()}
        for role, grant in ((APP_ROLE, GRANT_APP), (READ_ROLE, GRANT_READ)):
            if role in there:
                cursor.execute(grant)
        if APP_ROLE in there:
            existing = set(connections[using].introspection.table_names(cursor))
            kept = [f'"{model._meta.db_table}"' for model in kept_models() if model._meta.db_table in existing]
            cursor.execute(
                f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(kept)} FROM {APP_ROLE}" if kept else "SELECT"
            )


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """Work as the owner of the tables for the length of the block: to migrate, and to make or drop a demonstration."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    before = connection.settings_dict
    connection.close()
    connection.settings_dict = {**before, **settings.DATABASE_OWNER}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before
