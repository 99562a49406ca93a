from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from core import audit
from core.models import AuditEntry
from teams.models import PartnerBank

pytestmark = pytest.mark.django_db


def entries() -> list[tuple[str, str, int | None]]:
    return [
        (e.operation, e.row, e.actor_id) for e in AuditEntry.objects.filter(table="teams_partnerbank").order_by("id")
    ]


def test_save_update_bulk_and_raw_sql_leave_one_entry_each_with_the_actor(cast):
    with audit.acting(actor_id=cast.clerk.pk, reason="because"):
        bank = PartnerBank.objects.create(code="ICBC", name="工商银行")
        PartnerBank.objects.filter(pk=bank.pk).update(key=True)
        PartnerBank.objects.bulk_create(
            [PartnerBank(code="CCB", name="建设银行"), PartnerBank(code="BOC", name="中国银行")]
        )
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM teams_partnerbank WHERE code = 'BOC'")
    assert [operation for operation, _, _ in entries()] == ["I", "U", "I", "I", "D"]
    assert {actor for _, _, actor in entries()} == {cast.clerk.pk}
    assert set(AuditEntry.objects.filter(table="teams_partnerbank").values_list("reason", flat=True)) == {"because"}


def test_a_write_that_changes_nothing_leaves_no_entry(cast):
    bank = PartnerBank.objects.create(code="ICBC", name="工商银行")
    bank.save()
    assert len(entries()) == 1


def test_a_password_is_never_in_the_trail(cast):
    cast.cm.set_password("a long enough sentence")
    cast.cm.save()
    entry = AuditEntry.objects.filter(table="accounts_user", operation="U").latest("id")
    assert entry.old and entry.new
    assert cast.cm.password not in str(entry.new)
    assert entry.old["password"] != entry.new["password"]


@pytest.mark.parametrize("statement", ["UPDATE core_auditentry SET reason = 'x'", "DELETE FROM core_auditentry"])
def test_the_trail_itself_refuses_to_change(cast, statement):
    with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_entry_tells_by_which_request_from_where_and_why(cast, signed_in):
    browser = signed_in(cast.cm)
    entries = AuditEntry.objects.filter(table="accounts_user", row=str(cast.cm.pk)).order_by("-id")
    requests = set()
    for language in ("en", "zh-hant"):
        with audit.acting(reason="she asked"):
            browser.post("/accounts/language/", {"language": language}, REMOTE_ADDR="10.2.3.4")
        entry = entries[0]
        assert (entry.actor_id, entry.source, entry.address, entry.reason) == (
            cast.cm.pk,
            "web",
            "10.2.3.4",
            "she asked",
        )
        requests.add(entry.request_id)
    assert len(requests) == 2 and all(len(number) == 32 for number in requests)
