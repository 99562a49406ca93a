from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from core.models import AuditEntry, AuditSeal, Verification
from core.verification import Finding, as_answer, findings_of_all, seal_digest

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


# --- verifications: the row is the job, whoever dies with it leaves a claim that runs out ---------------------------------
ONE_VERIFICATION = 7_041_970
LEASE = timedelta(hours=1)
TRIES = 3
ON_WAY = (Verification.State.ASKED, Verification.State.RUNNING)
MAY_WRITE = "SELECT has_table_privilege('core_verification', 'INSERT')"


@transaction.atomic
def ask_to_verify(*, actor_id: int, now: datetime) -> Verification:
    """The verification that is under way, or a new one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_VERIFICATION])
    on_way = Verification.objects.filter(state__in=ON_WAY).first()
    return on_way or Verification.objects.create(asked_by_id=actor_id, asked_at=now)


def verify_when_asked(*, now: datetime, clock: Callable[[], datetime]) -> Verification | None:
    """Do what is asked for, or was left by somebody who died; `None` where nothing is. It takes
    minutes: `clock` says when it was done."""
    due = Verification.objects.filter(Q(state="asked") | Q(state="running", held_until__lt=now))
    due.filter(tries__gte=TRIES).update(state=Verification.State.BROKEN, finished_at=now)
    verification = due.first()
    claim = {"state": Verification.State.RUNNING, "held_until": now + LEASE, "tries": F("tries") + 1}
    if verification is None or not due.filter(pk=verification.pk).update(**claim):
        return None
    _settle(verification, findings_of_all(), clock())
    verification.save(update_fields=["state", "checks", "finished_at"])
    return verification


def record_verification(*, found: dict[str, list[Finding]], now: datetime) -> None:
    """Keep what the command found, where the role it runs as may write."""
    with connection.cursor() as cursor:
        cursor.execute(MAY_WRITE)
        if not cursor.fetchone()[0]:
            return
    verification = Verification(asked_at=now)
    _settle(verification, found, now)
    verification.save(force_insert=True)


def _settle(verification: Verification, found: dict[str, list[Finding]], now: datetime) -> None:
    State = Verification.State  # noqa: N806
    verification.state = State.UNSOUND if any(found.values()) else State.SOUND
    verification.checks = as_answer(found)
    verification.finished_at = now
