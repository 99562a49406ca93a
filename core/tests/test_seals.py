"""The audit trail against somebody with every right at the database, and against the application's own role."""

from __future__ import annotations

import contextlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO

import psycopg
import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from config.celery import app
from core import checks, services
from core.commands import Failed
from core.models import AuditCount, AuditEntry, AuditSeal, AuditTransaction
from core.verification import transactions_are_numbered_without_gaps
from teams.models import PartnerBank, Unit

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)

BANK = "INSERT INTO teams_partnerbank (code, name, key, head_name, head_phone) VALUES (%s, 'S', false, '', '')"
WAITING = "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted"
COLUMN = {"core_audittransaction": "number", "core_auditcount": "transactions"}
ELSEWHERE = """
SELECT proname FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
WHERE pronamespace = 'public'::regnamespace AND lanname = 'plpgsql'
  AND NOT coalesce('search_path=public, pg_temp' = ANY (proconfig), false)
"""
REFUSED = r"permission denied|must be owner"


@pytest.fixture
def sealed():
    """Two seals over three banks, and a fourth that is not sealed yet."""
    PartnerBank.objects.create(code="ICBC", name="工商银行")
    PartnerBank.objects.create(code="CCB", name="建设银行")
    assert services.seal_audit_trail(now=NOW)
    PartnerBank.objects.create(code="BOC", name="中国银行")
    assert services.seal_audit_trail(now=NOW)
    PartnerBank.objects.create(code="ABC", name="农业银行")


@contextlib.contextmanager
def tampering():
    """What an administrator of the database can do: write with the triggers off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


def verified():
    out = StringIO()
    with contextlib.suppress(Failed):
        call_command("verify", "--json", stdout=out)
    (line,) = out.getvalue().splitlines()
    return json.loads(line)


def entry(code: str) -> AuditEntry:
    return AuditEntry.objects.get(table="teams_partnerbank", new__code=code)


def test_an_untouched_trail_is_sound(sealed):
    answer = verified()
    assert (answer["sound"], answer["first_bad"]) == (True, None)
    assert AuditSeal.objects.count() == 2


def test_a_server_that_counts_anew_seals_nothing(sealed):
    last = AuditSeal.objects.latest("to_transaction")
    far = last.to_transaction + 10**9
    AuditSeal.objects.create(
        sealed_at=NOW,
        from_transaction=last.to_transaction,
        to_transaction=far,
        entries=0,
        previous=last.digest,
        digest="x",
    )
    with pytest.raises(services.CounterWentBack):
        services.seal_audit_trail(now=NOW)


def test_sealing_again_with_nothing_new_writes_nothing(sealed):
    services.seal_audit_trail(now=NOW)
    before = AuditSeal.objects.count()
    assert services.seal_audit_trail(now=NOW) is None
    assert AuditSeal.objects.count() == before


def test_a_changed_entry_is_named_sealed_or_not(sealed):
    for code in ("CCB", "ABC"):
        tampered = entry(code)
        with tampering() as cursor:
            cursor.execute("UPDATE core_auditentry SET actor_id = 7 WHERE id = %s", [tampered.pk])
        answer = verified()
        assert not answer["sound"]
        assert answer["first_bad"]["row"] == f"core_auditentry {entry('CCB').pk}"


def test_a_changed_entry_with_its_digest_made_anew_is_found_by_its_seal(sealed):
    with tampering() as cursor:
        cursor.execute("UPDATE core_auditentry SET reason = 'x' WHERE id = %s", [entry("CCB").pk])
        cursor.execute("UPDATE core_auditentry e SET digest = muster_audit_digest(e) WHERE id = %s", [entry("CCB").pk])
    assert verified()["first_bad"] == {
        "row": f"core_auditseal {AuditSeal.objects.earliest('id').pk}",
        "says": "an entry that it covers was replaced",
    }


def test_a_removed_entry_is_missed(sealed):
    with tampering() as cursor:
        cursor.execute("DELETE FROM core_auditentry WHERE id = %s", [entry("BOC").pk])
    assert "of which 0 are there" in verified()["first_bad"]["says"]


@pytest.mark.parametrize("code", ["ICBC", "ABC"])  # of a sealed transaction, of one that is not
def test_a_removed_entry_is_missed_where_its_transaction_says_how_many_there_were(sealed, code):
    gone = entry(code)
    with tampering() as cursor:
        cursor.execute("DELETE FROM core_auditentry WHERE id = %s", [gone.pk])
    assert verified()["first_bad"] == {
        "row": f"core_audittransaction {gone.transaction}",
        "says": "wrote 1 entries, of which 0 are there",
    }


@pytest.mark.parametrize("code", ["CCB", "ABC"])  # in the middle, and the last of all
def test_a_transaction_that_is_removed_whole_leaves_a_gap(sealed, code):
    gone = entry(code).transaction
    number = AuditTransaction.objects.get(pk=gone).number
    with tampering() as cursor:
        cursor.execute("DELETE FROM core_auditentry WHERE transaction = %s", [gone])
        cursor.execute("DELETE FROM core_audittransaction WHERE transaction = %s", [gone])
    assert verified()["first_bad"]["says"] == f"numbers {number} to {number} are missing"


def test_an_entry_that_was_smuggled_in_has_no_number(sealed):
    with tampering() as cursor:
        cursor.execute(
            """INSERT INTO core_auditentry (at, transaction, source, address, request_id, reason, "table", operation, "row", digest)
            SELECT at, transaction + 1000000, source, address, request_id, reason, "table", operation, "row", digest
            FROM core_auditentry WHERE id = %s""",
            [entry("ABC").pk],
        )
    assert "has entries and no number" in {f["says"] for c in verified()["checks"] for f in c["findings"]}


def test_many_writers_at_once_are_numbered_without_gaps_and_who_gives_up_takes_no_number(sealed):
    began = AuditCount.objects.get().transactions

    def write(writer: int) -> None:
        with another_session() as session:
            for n in range(20):
                session.execute(BANK, [f"{writer}-{n}"])
                session.rollback() if n % 4 == 3 else session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert AuditCount.objects.get().transactions == began + 60
    numbers = list(AuditTransaction.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, began + 61))
    assert verified()["sound"]


def test_who_gets_a_number_waits_for_nothing_else_meanwhile(sealed):
    """Its keys are checked before: else the one whom it waits for would wait for its number."""
    unit = Unit.objects.create(code="HX", name="和信证券", kind="company")
    with another_session() as child, another_session() as parent, ThreadPoolExecutor(1) as pool:
        parent.execute("SELECT FROM teams_unit WHERE id = %s FOR UPDATE", [unit.pk])
        child.execute(BANK, ["other"])
        child.execute(
            "INSERT INTO teams_formername (unit_id, name, until) VALUES (%s, '旧名', '2026-11-01')", [unit.pk]
        )
        committing = pool.submit(child.commit)
        until = time.monotonic() + 10
        while not parent.execute(WAITING, [child.info.backend_pid]).fetchone() and time.monotonic() < until:
            time.sleep(0.01)
        parent.execute(BANK, ["one more"])
        parent.commit()
        committing.result(10)
    assert list(transactions_are_numbered_without_gaps()) == []


def test_the_first_tick_seals_and_then_the_hour_does(sealed):
    last = AuditSeal.objects.latest("to_transaction").sealed_at
    assert services.seal_when_due(now=last + timedelta(minutes=59)) is None
    assert services.seal_when_due(now=last + timedelta(minutes=60))
    with tampering() as cursor:
        cursor.execute("DELETE FROM core_auditseal")
    assert services.seal_when_due(now=NOW)
    assert app.conf.beat_schedule["seal the audit trail"]["schedule"] <= 60


def test_a_removed_seal_breaks_the_chain(sealed):
    with tampering() as cursor:
        cursor.execute("DELETE FROM core_auditseal WHERE id = %s", [AuditSeal.objects.earliest("id").pk])
    assert "does not follow" in verified()["first_bad"]["says"]


def test_a_chain_made_wholly_anew_lacks_the_digest_noted_elsewhere(sealed):
    noted = AuditSeal.objects.latest("id").digest
    call_command("verify", seal=noted, stdout=StringIO())
    with tampering() as cursor:
        cursor.execute("DELETE FROM core_auditseal")
    services.seal_audit_trail(now=NOW)
    assert verified()["sound"]
    with pytest.raises(Failed, match="not in the chain"):
        call_command("verify", seal=noted, stdout=StringIO())


def another_session(**changes):
    known = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    return psycopg.connect(**{name: known[name] for name in names if name in known} | changes)


def test_a_transaction_in_another_database_does_not_hold_a_seal_up(sealed):
    with another_session(dbname="postgres") as elsewhere:
        elsewhere.execute("SELECT pg_current_xact_id()")
        assert services.seal_audit_trail(now=NOW)
        assert entry("ABC").transaction < AuditSeal.objects.latest("to_transaction").to_transaction
        elsewhere.rollback()


def test_who_commits_late_is_sealed_later_and_never_missed(sealed):
    with another_session() as slow:
        slow.execute(BANK, ["S"])
        PartnerBank.objects.create(code="Q", name="quick")
        services.seal_audit_trail(now=NOW)
        assert entry("Q").transaction >= AuditSeal.objects.latest("to_transaction").to_transaction
        slow.commit()
    services.seal_audit_trail(now=NOW)
    last = AuditSeal.objects.latest("to_transaction")
    for code in ("S", "Q"):
        assert entry(code).transaction < last.to_transaction
    assert sum(AuditSeal.objects.values_list("entries", flat=True)) == AuditEntry.objects.count()
    assert verified()["sound"]


# --- the application's role --------------------------------------------------------------------------------------------
@contextlib.contextmanager
def as_the_application():
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE muster_app")
        try:
            yield cursor
        finally:
            cursor.execute("RESET ROLE")


@pytest.mark.parametrize("table", ["core_auditentry", "core_auditseal", "core_audittransaction", "core_auditcount"])
def test_the_application_cannot_change_the_trail(sealed, table):
    with as_the_application() as cursor:
        for statement in (
            f"UPDATE {table} SET {COLUMN.get(table, 'digest')} = DEFAULT",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"ALTER TABLE {table} ADD COLUMN more text",
            f"DROP TRIGGER is_kept ON {table}",
            f"DROP TABLE {table}",
        ):
            with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
                cursor.execute(statement)
    assert verified()["sound"]


def test_the_application_cannot_switch_the_triggers_off(sealed):
    with as_the_application() as cursor:
        for statement in (
            "SET session_replication_role = replica",
            "ALTER TABLE teams_partnerbank DISABLE TRIGGER ALL",
            "CREATE OR REPLACE FUNCTION muster_audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        ):
            with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
                cursor.execute(statement)


def test_a_temporary_table_hides_nothing_from_the_trail(sealed):
    with as_the_application() as cursor, transaction.atomic():
        cursor.execute("CREATE TEMPORARY TABLE core_auditentry (LIKE public.core_auditentry) ON COMMIT DROP")
        PartnerBank.objects.filter(code="ICBC").update(key=True)
    assert AuditEntry.objects.filter(table="teams_partnerbank", operation="U").count() == 1
    assert verified()["sound"]


def test_every_guard_looks_in_our_schema_first():
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE)
        assert cursor.fetchall() == []


def test_the_application_works_as_its_own_role(sealed):
    with as_the_application():
        PartnerBank.objects.filter(code="ICBC").update(key=True)
        services.seal_audit_trail(now=NOW)
    assert AuditEntry.objects.filter(table="teams_partnerbank", operation="U").count() == 1
    assert verified()["sound"]


def test_the_check_before_deployment_names_a_superuser_and_passes_the_application():
    found = {message.id for message in run_checks(databases=["default"], include_deployment_checks=True)}
    assert {"core.E001", "core.E003"} <= found
    with as_the_application():  # whoever signed in as a superuser can become one again
        found = {message.id for message in run_checks(databases=["default"], include_deployment_checks=True)}
    assert "core.E001" in found
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION AUTHORIZATION muster_app")
        try:
            found = {message.id for message in run_checks(databases=["default"], include_deployment_checks=True)}
        finally:
            cursor.execute("RESET SESSION AUTHORIZATION")
    assert not {"core.E001", "core.E003"} & found


# --- an unsafe database in production ------------------------------------------------------------------------------------
@pytest.fixture
def in_production(settings, monkeypatch):
    connection.ensure_connection()
    settings.PRODUCTION, settings.MIGRATING = True, False
    monkeypatch.setattr(checks, "asked", False)
    monkeypatch.setattr(connection, "close", lambda: None)


def test_production_works_on_no_database_as_a_superuser(in_production):
    """Also where it assumes a role: it could take the superuser's rights back."""
    with as_the_application(), pytest.raises(ImproperlyConfigured, match="as a superuser"):
        checks.refuse_unsafe(connection)


def test_production_works_on_no_database_that_may_forget(in_production, monkeypatch):
    monkeypatch.setattr(checks, "FORBIDDEN", (checks.HASTY,))
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        with pytest.raises(ImproperlyConfigured, match="synchronous_commit"):
            checks.refuse_unsafe(connection)
        cursor.execute("SET synchronous_commit = on")
        checks.refuse_unsafe(connection)


def test_the_reader_sees_no_password_and_changes_nothing(sealed):
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE muster_read")
        try:
            cursor.execute("SELECT employee_no, name FROM accounts_user")
            for statement in ("SELECT password FROM accounts_user", "SELECT * FROM django_session",
                              "DELETE FROM teams_unit", "SELECT * FROM mfa_authenticator"):  # fmt: skip
                with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
                    cursor.execute(statement)
        finally:
            cursor.execute("RESET ROLE")
