from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from core.models import AuditEntry, AuditSeal
from core.verification import seal_digest

ONE_SEALER = 7_041_969
SEALED_EVERY = timedelta(hours=1)
# The oldest transaction that may still write here. The server counts the transactions of all its databases together;
# those that certainly work in another one do not hold the seal up.
HORIZON = """
WITH seen AS MATERIALIZED (SELECT pg_current_snapshot() AS snapshot),
running AS (
    SELECT xid FROM seen, pg_snapshot_xip(snapshot) AS xid
    WHERE NOT EXISTS (
        SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND transactionid = xid::xid
          AND datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
    )
)
SELECT least((SELECT min(xid::text::bigint) FROM running), pg_snapshot_xmax(snapshot)::text::bigint,
             pg_current_xact_id_if_assigned()::text::bigint)
FROM seen
"""


class CounterWentBack(Exception):
    """The server counts transactions anew, as after a restore into a fresh one: what is written now cannot be sealed."""


def seal_when_due(*, now: datetime) -> AuditSeal | None:
    """Seal where the last seal is an hour old or there is none yet: the first tick begins the chain."""
    last = AuditSeal.objects.order_by("to_transaction").last()
    if last is not None and now - last.sealed_at < SEALED_EVERY:
        return None
    return seal_audit_trail(now=now)


@transaction.atomic
def seal_audit_trail(*, now: datetime) -> AuditSeal | None:
    """Close the trail up to the oldest transaction that is still running, and chain it to the seal before.

    Transactions below that horizon are over, so nothing can appear behind a seal however late it commits. `None` when
    there is nothing new. Raises `CounterWentBack`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_SEALER])
        cursor.execute(HORIZON)
        horizon = int(cursor.fetchone()[0])
    last = AuditSeal.objects.order_by("to_transaction").last()
    first, previous = (last.to_transaction, last.digest) if last else (0, "")
    if horizon < first:
        raise CounterWentBack
    entries = AuditEntry.objects.filter(transaction__gte=first, transaction__lt=horizon)
    digests = list(entries.order_by("transaction", "id").values_list("digest", flat=True))
    if not digests:
        return None
    return AuditSeal.objects.create(
        sealed_at=now,
        from_transaction=first,
        to_transaction=horizon,
        entries=len(digests),
        previous=previous,
        digest=seal_digest(previous, first, horizon, digests),
    )
