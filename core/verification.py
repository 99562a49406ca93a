"""Does what is written still hold? Each app's `verification.py` adds checks; the `verify` command runs them all.

    @check("filed documents")
    def documents_are_unchanged() -> Iterator[Finding]: ...

A check yields what is wrong, worst or earliest first, and nothing when all is well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules

from core.models import AuditEntry, AuditSeal

Check = Callable[[], Iterable["Finding"]]
_checks: dict[str, Check] = {}


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that does not hold: `row` names it (`table id`), `says` what is wrong."""

    row: str
    says: str


def check(name: str) -> Callable[[Check], Check]:
    def register(function: Check) -> Check:
        if _checks.setdefault(name, function) is not function:
            raise ValueError(f"Two checks are called {name}")
        return function

    return register


def checks() -> dict[str, Check]:
    return dict(sorted(_checks.items()))


SHOWN = 20  # findings of one check that are kept and said


def findings_of_all() -> dict[str, list[Finding]]:
    """What every check of every app finds, by its name."""
    autodiscover_modules("verification")
    return {name: list(one()) for name, one in checks().items()}


def as_answer(found: dict[str, list[Finding]]) -> list[dict[str, Any]]:
    """By check how many rows are bad, and the first of them."""
    return [
        {"name": name, "bad": len(findings), "findings": [asdict(one) for one in findings[:SHOWN]]}
        for name, findings in found.items()
    ]


# --- the audit trail ---------------------------------------------------------------------------------------------------
# The same text as the trigger digests (`muster_audit_digest`), hashed here: a changed function in the database is seen.
CONTENT = r"""
SELECT id, digest, concat_ws(E'\x1f', id, extract(epoch FROM at), transaction, coalesce(actor_id::text, ''), source,
    address, request_id, reason, "table", operation, "row", coalesce(old::text, ''), coalesce(new::text, ''))
FROM core_auditentry ORDER BY transaction, id
"""
AT_ONCE = 5_000


def seal_digest(previous: str, first: int, end: int, digests: Iterable[str]) -> str:
    """What a seal says of the entries of transactions [first, end), in the order of transaction and id."""
    sealed = hashlib.sha256(f"{previous}\x1f{first}\x1f{end}".encode())
    for digest in digests:
        sealed.update(digest.encode())
    return sealed.hexdigest()


@check("audit entries")
def entries_are_as_written() -> Iterator[Finding]:
    """Every entry's digest is that of its content."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DECLARE verified NO SCROLL CURSOR FOR {CONTENT}")
        while True:
            cursor.execute(f"FETCH {AT_ONCE} FROM verified")
            rows = cursor.fetchall()
            if not rows:
                return
            for entry, digest, content in rows:
                if hashlib.sha256(content.encode()).hexdigest() != digest:
                    yield Finding(f"core_auditentry {entry}", "was changed after it was written")


# Transactions that are under way see their own row without a number.
UNCOUNTED = """
WITH written AS (SELECT transaction, count(*) AS entries FROM core_auditentry GROUP BY transaction),
counted AS (SELECT * FROM core_audittransaction WHERE transaction IS DISTINCT FROM pg_current_xact_id_if_assigned()::text::bigint)
SELECT transaction, coalesce(c.entries, 0), coalesce(w.entries, 0), c.transaction IS NULL OR c.number IS NULL
FROM counted c FULL JOIN written w USING (transaction)
WHERE transaction IS DISTINCT FROM pg_current_xact_id_if_assigned()::text::bigint
  AND (c.entries IS DISTINCT FROM w.entries OR c.number IS NULL)
ORDER BY transaction
"""
GAPS = """
WITH numbers AS (
    SELECT number, lag(number, 1, 0::bigint) OVER (ORDER BY number) AS before FROM core_audittransaction WHERE number IS NOT NULL
    UNION ALL SELECT coalesce(max(c.transactions), 0) + 1, coalesce((SELECT max(number) FROM core_audittransaction), 0)
    FROM core_auditcount c
)
SELECT before + 1, number - 1 FROM numbers WHERE number <> before + 1 ORDER BY 1
"""


@check("audit numbers")
def transactions_are_numbered_without_gaps() -> Iterator[Finding]:
    """No transaction is missing, and each holds as many entries as it counted when it committed, sealed or not."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UNCOUNTED)
        for number, counted, there, is_unnumbered in cursor.fetchall():
            says = f"wrote {counted} entries, of which {there} are there"
            yield Finding(f"core_audittransaction {number}", "has entries and no number" if is_unnumbered else says)
        cursor.execute(GAPS)
        for first, last in cursor.fetchall():
            yield Finding("core_audittransaction", f"numbers {first} to {last} are missing")


@check("audit seals")
def seals_are_a_chain() -> Iterator[Finding]:
    """Every seal follows the one before and covers exactly the entries of its transactions."""
    previous, first = "", 0
    for seal in AuditSeal.objects.order_by("to_transaction"):
        named = f"core_auditseal {seal.pk}"
        if (seal.previous, seal.from_transaction) != (previous, first):
            yield Finding(named, "does not follow the seal before it: one is missing or was changed")
        sealed = AuditEntry.objects.filter(
            transaction__gte=seal.from_transaction, transaction__lt=seal.to_transaction
        ).order_by("transaction", "id")
        digests = list(sealed.values_list("digest", flat=True))
        if len(digests) != seal.entries:
            yield Finding(named, f"covers {seal.entries} entries, of which {len(digests)} are there")
        elif seal_digest(seal.previous, seal.from_transaction, seal.to_transaction, digests) != seal.digest:
            yield Finding(named, "an entry that it covers was replaced")
        previous, first = seal.digest, seal.to_transaction
