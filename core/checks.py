"""What is unsafe about the database: `manage.py check --deploy --database default` says it, and production refuses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# A login that could take its superuser's rights back counts as one: the session's user, not only the assumed role.
QUESTION = """
SELECT (SELECT bool_or(rolsuper) FROM pg_roles WHERE rolname IN (current_user, session_user)),
       current_setting('fsync') = 'off' OR current_setting('full_page_writes') = 'off',
       current_setting('synchronous_commit') = 'off',
       coalesce(has_table_privilege(to_regclass('core_auditentry'), 'UPDATE, DELETE, TRUNCATE')
             OR has_table_privilege(to_regclass('core_auditseal'), 'UPDATE, DELETE, TRUNCATE'), false)
"""
SUPERUSER = Error(
    "The application signs in to the database as a superuser.",
    hint="Name a login of its own in DATABASE_URL and the owner's in DATABASE_OWNER_URL.",
    id="core.E001",
)
FORGETFUL = Error("The database may lose what it has confirmed: fsync or full_page_writes is off.", id="core.E002")
HASTY = Error("The database may lose what it has just confirmed: synchronous_commit is off.", id="core.E004")
UNGUARDED = Error("The application's role may change the audit trail.", hint="See docs/audit.md.", id="core.E003")
ERRORS = (SUPERUSER, FORGETFUL, HASTY, UNGUARDED)
FORBIDDEN = (SUPERUSER, FORGETFUL, HASTY)  # what production does not start with


def unsafe_about(connection: BaseDatabaseWrapper) -> list[Error]:
    with connection.cursor() as cursor:
        cursor.execute(QUESTION)
        return [error for error, is_so in zip(ERRORS, cursor.fetchone(), strict=True) if is_so]


@register(Tags.database, deploy=True)
def database_is_safe(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    return [error for name in databases or () for error in unsafe_about(connections[name])]


def refuse_unsafe(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """In production no process works on a database that could not keep what Muster promises; asked once a process.

    The owner, who migrates, may be whoever the administrator likes.
    """
    global asked  # noqa: PLW0603
    if asked or not settings.PRODUCTION or settings.MIGRATING:
        return
    found = [str(error.msg) for error in unsafe_about(connection) if error in FORBIDDEN]
    if found:
        connection.close()
        raise ImproperlyConfigured("Muster does not work on an unsafe database: " + " ".join(found))
    asked = True


asked = False
