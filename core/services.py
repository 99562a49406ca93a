from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from core.models import AuditEntry, AuditSeal
from core.verification import seal_digest

ONE_SEALER = 7_041_969


class CounterWentBack(Exception):
    """The server counts transactions anew, as after a restore into a fresh one: what is written now cannot be sealed."""


@transaction.atomic
def seal_audit_trail(*, now: datetime) -> AuditSeal | None:
    """Close the trail up to the oldest transaction that is still running, and chain it to the seal before.

    Transactions below that horizon are over, so nothing can appear behind a seal however late it commits. `None` when
    there is nothing new. Raises `CounterWentBack`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_SEALER])
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
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
