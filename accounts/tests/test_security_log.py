from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import security
from accounts.models import SecurityEvent

PASSWORD = "a sentence with enough letters"
LOG = reverse("accounts:security_log")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_failed_before():
    cache.clear()


@pytest.fixture
def member(cast):
    cast.cm.set_password(PASSWORD)
    cast.cm.save()
    return cast.cm


def sign_in(number: str, password: str):
    return Client().post(reverse("account_login"), {"login": number, "password": password}, REMOTE_ADDR="10.3.3.3")


def kinds(**of: object) -> list[str]:
    return list(SecurityEvent.objects.filter(**of).order_by("pk").values_list("kind", flat=True))


def test_failures_locks_and_sign_ins_are_kept_without_any_password(member):
    for _ in range(6):
        sign_in("1001", "Her-other-password-9")
    cache.clear()
    sign_in("1001", PASSWORD)
    assert kinds(user=member, address="10.3.3.3") == [*["wrong_password"] * 5, "waits", "signed_in"]
    sign_in(PASSWORD[:30], "1001")  # typed into the wrong field
    everything = str(list(SecurityEvent.objects.values_list()))
    assert PASSWORD[:30] not in everything and "Her-other" not in everything
    assert SecurityEvent.objects.latest("pk").number == "as…"


def test_what_is_refused_for_want_of_the_power_is_kept(cast, signed_in):
    signed_in(cast.cm).get(reverse("supervision:calls"))
    signed_in(cast.cm).get("/nothing/here/")
    event = SecurityEvent.objects.get()
    assert (event.kind, event.user, event.what) == ("refused", cast.cm, "GET /supervision/calls/")


def test_the_auditor_finds_by_person_address_and_day_and_her_looking_is_kept(member, cast, signed_in):
    sign_in("1001", "wrong")
    sign_in("2002", "wrong")
    auditor = signed_in(cast.auditor)
    for query, is_there in (
        ("?person=1001", True),
        ("?person=林小雨", True),
        ("?person=9999", False),
        ("?address=10.3", True),
        ("?address=10.4", False),
        ("?kind=wrong_password", True),
        (f"?day={timezone.localdate() - timedelta(days=400)}", False),
    ):
        rows = auditor.get(LOG + query).context["page"]
        assert ("1001" in [row.number for row in rows]) is is_there, query
    looked = SecurityEvent.objects.filter(kind="looked", user=cast.auditor)
    assert looked.count() == 7 and looked.order_by("pk")[1].what == "林小雨"
    assert auditor.get(LOG + "?kind=looked").context["page"].paginator.count == 8, "this look as well"
    assert "安全日志" in auditor.get("/").content.decode(), "it is in her navigation"
    assert signed_in(cast.manager).get(LOG).status_code == 403


def test_nothing_of_it_is_changed_and_only_what_is_old_goes(member):
    sign_in("1001", "wrong")
    for statement in ("UPDATE accounts_securityevent SET kind = 'signed_in'", "DELETE FROM accounts_securityevent"):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert security.sweep(now=timezone.now()) == 0
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO accounts_securityevent (at, kind, number, name, address, device, what)"
                       " SELECT now() - make_interval(days => n), 'waits', '', '', '', '', '' FROM generate_series(300, 400, 10) n")  # fmt: skip
    assert security.sweep(now=timezone.now()) == 4
    assert SecurityEvent.objects.filter(kind="waits").count() == 7
