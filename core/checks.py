"""What `manage.py check --deploy --database default` says about the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

QUESTION = """
SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
       current_setting('fsync') = 'off' OR current_setting('full_page_writes') = 'off',
       coalesce(has_table_privilege(to_regclass('core_auditentry'), 'UPDATE, DELETE, TRUNCATE')
             OR has_table_privilege(to_regclass('core_auditseal'), 'UPDATE, DELETE, TRUNCATE'), false)
"""
ERRORS = (
    Error(
        "The application works as a superuser of the database.", hint="Set DATABASE_ROLE=muster_app.", id="core.E001"
    ),
    Error("The database may lose what it has confirmed: fsync or full_page_writes is off.", id="core.E002"),
    Error("The application's role may change the audit trail.", hint="See docs/audit.md.", id="core.E003"),
)


@register(Tags.database, deploy=True)
def database_is_safe(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name in databases or ():
        with connections[name].cursor() as cursor:
            cursor.execute(QUESTION)
            found += [error for error, is_so in zip(ERRORS, cursor.fetchone(), strict=True) if is_so]
    return found
