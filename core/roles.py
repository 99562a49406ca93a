"""Two roles at the database: the owner migrates, `muster_app` works and can never change the audit trail.

Where the migrating role may create roles, `migrate` makes `muster_app` (without a login) and grants it what the
application needs. Give it to the application's login, or let the settings assume it (`DATABASE_ROLE=muster_app`).
"""

from __future__ import annotations

from typing import Any

APP_ROLE = "muster_app"
CREATE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'muster_app')
            AND (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) THEN
        CREATE ROLE muster_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN  -- another database of this server was faster
END $$
"""
GRANT = """
GRANT USAGE ON SCHEMA public TO muster_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO muster_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO muster_app;
REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON core_auditentry, core_auditseal FROM muster_app;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM muster_app;
"""


def separate(using: str = "default", **_: Any) -> None:
    """Make the application's role where that is allowed, and grant it what it needs; run after each `migrate`."""
    from django.db import connections  # noqa: PLC0415

    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('core_auditentry') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(CREATE)
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [APP_ROLE])
        if cursor.fetchone()[0]:
            cursor.execute(GRANT)
