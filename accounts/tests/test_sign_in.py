from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import limits, services
from accounts.models import User

PASSWORD = "a sentence with enough letters"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_failed_before():
    cache.clear()


@pytest.fixture
def member(cast):
    cast.cm.set_password(PASSWORD)
    cast.cm.save()
    return cast.cm


def sign_in(number, password, client=None, **headers):
    return (client or Client()).post(reverse("account_login"), {"login": number, "password": password}, **headers)


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("usersessions_list")).status_code == 200


def without_csrf(content: bytes) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"', "", content.decode())


def test_a_person_signs_in_by_employee_number(member):
    client = Client()
    assert sign_in("1001", PASSWORD, client).status_code == 302
    assert is_signed_in(client)


def test_a_wrong_number_and_a_wrong_password_get_the_same_answer(member):
    wrong = without_csrf(sign_in("1001", "not her password").content)
    unknown = without_csrf(sign_in("7777", "not her password").content)
    assert wrong.replace("1001", "N") == unknown.replace("7777", "N")


@pytest.mark.parametrize("number", ["1001", "7777"])
def test_after_five_failures_the_account_waits_even_with_the_right_password(member, number):
    for nth in range(5):
        assert "密码" in sign_in(number, "wrong", REMOTE_ADDR=f"10.0.0.{nth}").content.decode()
    client = Client()
    answer = sign_in(number, PASSWORD, client, REMOTE_ADDR="10.0.0.99")
    assert answer.status_code == 200
    assert not is_signed_in(client)
    cache.clear()  # what the passing of a quarter of an hour does
    if number == "1001":
        assert sign_in(number, PASSWORD, client).status_code == 302


@pytest.mark.parametrize("spelled", ["１００１", " 1001 ", "'1001", "\u202d1001\u202c", "10 01"])
def test_another_spelling_of_a_number_is_the_same_account_for_signing_in_and_for_failing(member, spelled):
    client = Client()
    assert sign_in(spelled, PASSWORD, client).status_code == 302 and is_signed_in(client)
    for nth in range(5):
        sign_in("1001", "wrong", REMOTE_ADDR=f"10.0.0.{nth}")
    client = Client()
    sign_in(spelled, PASSWORD, client, REMOTE_ADDR="10.0.0.99")
    assert not is_signed_in(client), "no spelling has tries of its own"


def test_no_password_is_hashed_for_an_account_that_waits(member, monkeypatch):
    for nth in range(5):
        sign_in("1001", "wrong", REMOTE_ADDR=f"10.0.0.{nth}")
    hashed = []
    monkeypatch.setattr("django.contrib.auth.hashers.MD5PasswordHasher.encode", lambda *a, **k: hashed.append(a))
    sign_in("1001", PASSWORD, REMOTE_ADDR="10.0.0.77")
    assert hashed == []


@pytest.mark.parametrize(("before", "now"), [("10.1.1.1", "10.1.1.1"), ("2001:db8:1:2::aa", "2001:db8:1:2:3:4:5:6")])
def test_guessing_from_elsewhere_does_not_keep_a_person_out(member, before, now):
    at_work = {"REMOTE_ADDR": now}
    assert sign_in("1001", PASSWORD, REMOTE_ADDR=before).status_code == 302
    for nth in range(7):
        sign_in("1001", "guess", REMOTE_ADDR="6.6.6.6", HTTP_X_FORWARDED_FOR=f"10.9.{nth}.1")
    assert sign_in("1001", PASSWORD, **at_work).status_code == 302


def test_ten_mistypes_behind_one_address_keep_nobody_else_out(member):
    for nth in range(10):
        sign_in(f"70{nth}", "mistyped", REMOTE_ADDR="10.2.2.2")
    client = Client()
    assert sign_in("1001", PASSWORD, client, REMOTE_ADDR="10.2.2.2").status_code == 302
    assert is_signed_in(client)


def test_far_more_than_a_branch_does_is_slowed_for_seconds_except_for_who_signed_in_there_before(
    member, time_machine, monkeypatch
):
    time_machine.move_to(datetime(2026, 11, 18, 1, tzinfo=UTC), tick=False)
    monkeypatch.setattr(limits, "FROM_ONE_ADDRESS", replace(limits.FROM_ONE_ADDRESS, amount=4))
    here = {"REMOTE_ADDR": "10.2.2.2"}
    sign_in("1001", PASSWORD, **here)
    for nth in range(5):
        answer = sign_in(f"70{nth}", "guess", **here)
    assert "09:00:10" in answer.content.decode(), "the page says until when"
    client = Client()
    assert sign_in("1001", PASSWORD, client, **here).status_code == 302
    time_machine.shift(timedelta(seconds=11))
    assert "09:00" not in sign_in("7777", "guess", **here).content.decode()


def test_the_page_says_until_when_and_a_one_time_password_opens_the_lock(member, cast, time_machine):
    time_machine.move_to(datetime(2026, 11, 18, 1, tzinfo=UTC), tick=False)
    for _ in range(6):
        answer = sign_in("1001", "wrong")
    assert "09:16" in answer.content.decode()
    given = services.give_one_time_passwords(users=[member], reason="忘记密码", actor=None, now=timezone.now())
    client = Client()
    assert sign_in("1001", given[member.pk], client).status_code == 302
    assert client.get(reverse("usersessions_list")).headers["Location"] == reverse("account_change_password")


def test_a_password_longer_than_any_is_refused_before_it_is_hashed(member, monkeypatch):
    hashed = []
    monkeypatch.setattr("django.contrib.auth.hashers.MD5PasswordHasher.encode", lambda *a, **k: hashed.append(a))
    for number in ("1001", "7777"):
        assert "密码" in sign_in(number, "x" * 129).content.decode()
    with pytest.raises(ValidationError):
        validate_password("three blue umbrellas " * 7, member)
    assert not member.check_password("x" * 129)
    assert hashed == []


def test_forwarded_addresses_are_believed_only_from_our_own_proxies(member, settings, rf):
    from allauth.account.adapter import get_adapter

    request = rf.get("/", HTTP_X_FORWARDED_FOR="1.1.1.1, 2.2.2.2", REMOTE_ADDR="3.3.3.3")
    assert get_adapter().get_client_ip(request) == "3.3.3.3"
    settings.TRUSTED_PROXY_COUNT = 1
    assert get_adapter().get_client_ip(request) == "2.2.2.2"


def test_a_session_ends_when_its_person_is_deactivated(member):
    client = Client()
    sign_in("1001", PASSWORD, client)
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert not is_signed_in(client)
    assert sign_in("1001", PASSWORD, client).url == reverse("account_inactive")


def test_a_session_ends_on_the_day_its_person_has_left(cast, signed_in):
    client = signed_in(cast.cm)
    assert is_signed_in(client)
    person = cast.person("cm")
    person.left_on = cast.today
    person.save()
    assert not is_signed_in(client)


def test_a_session_ends_after_half_an_hour_without_a_request(cast, signed_in, time_machine):
    client = signed_in(cast.cm)
    for minutes in (0, 20, 29):
        time_machine.shift(timedelta(minutes=minutes))
        assert is_signed_in(client)
    time_machine.shift(timedelta(minutes=31))
    answer = client.get(reverse("teams:units"), follow=True)
    assert answer.redirect_chain[0][0].endswith("?next=/teams/")
    assert "请重新登录" in answer.content.decode()


def test_a_session_ends_after_twelve_hours_however_busy(cast, signed_in, time_machine):
    client = signed_in(cast.cm)
    for _ in range(26):
        assert is_signed_in(client)
        time_machine.shift(timedelta(minutes=28))
    assert not is_signed_in(client)


@pytest.mark.parametrize("path", ["signup/", "email/", "password/reset/", "confirm-email/", "3rdparty/", "login/code/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_up_or_gets_in_by_mail(cast, signed_in, path, method):
    for client in (Client(), signed_in(cast.cm)):
        answer = getattr(client, method)(f"/accounts/{path}", {"username": "x", "password1": PASSWORD})
        assert answer.status_code == 404
    assert not User.objects.filter(employee_no="x").exists()


def test_the_console_has_no_door_of_its_own(client, db):
    answer = client.post("/admin/login/", {"username": "1001", "password": "x"})
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


# --- the second factor -------------------------------------------------------------------------------------------------
@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


OTP_PAGES = {"mfa_activate_totp", "mfa_authenticate", "mfa_reauthenticate", "account_reauthenticate"}


def plain_addresses() -> list[str]:
    """Every address of the project that needs no argument."""
    from django.urls import NoReverseMatch, get_resolver

    def names(resolver, prefix=""):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from names(pattern, inner)
            elif pattern.name:
                yield prefix + pattern.name

    found = []
    for name in names(get_resolver()):
        if name not in OTP_PAGES | {"accounts:language", "account_login", "account_logout"}:
            try:
                found.append(reverse(name))
            except NoReverseMatch:
                continue
    return found


def test_with_a_password_only_finance_gets_nothing_but_the_set_up_of_the_second_factor(cast, signed_in, required):
    client = signed_in(cast.clerk)
    addresses = plain_addresses()
    assert len(addresses) > 20
    for address in addresses:
        answer = client.get(address)
        assert (answer.status_code, answer.headers.get("Location")) == (302, reverse("mfa_activate_totp")), address


def test_a_customer_manager_needs_no_second_factor(cast, signed_in, required):
    assert is_signed_in(signed_in(cast.cm))


def code_for(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_between_password_and_code_nobody_is_signed_in_and_a_code_works_once(member, required):
    secret = generate_totp_secret()
    TOTP.activate(member, secret)
    client = Client()
    assert sign_in("1001", PASSWORD, client).url == reverse("mfa_authenticate")
    for address in plain_addresses():
        assert client.get(address).status_code in (200, 302, 404, 405), address
        assert "_auth_user_id" not in client.session
    code = code_for(secret)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert is_signed_in(client)
    again = Client()
    sign_in("1001", PASSWORD, again)
    again.post(reverse("mfa_authenticate"), {"code": code})
    assert not is_signed_in(again)
    assert Authenticator.objects.count() == 1


def test_codes_cannot_be_guessed(member, required):
    secret = generate_totp_secret()
    TOTP.activate(member, secret)
    client = Client()
    sign_in("1001", PASSWORD, client)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert not is_signed_in(client)


def test_a_dump_of_the_database_gives_no_second_factor_away(member, settings):
    from cryptography.fernet import Fernet, InvalidToken

    secret, old, new = generate_totp_secret(), Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    TOTP.activate(member, secret)
    assert secret not in str(Authenticator.objects.get().data)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert Authenticator.objects.get().wrap().validate_code(code_for(secret))
    settings.FIELD_ENCRYPTION_KEYS = [new]
    with pytest.raises(InvalidToken):
        Authenticator.objects.get().wrap().validate_code(code_for(secret))


def test_while_redis_is_away_sign_in_says_so_and_who_is_signed_in_goes_on(member, settings):
    client, visitor = Client(), Client(raise_request_exception=False)
    sign_in("1001", PASSWORD, client)
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    answer = sign_in("1001", PASSWORD, visitor)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "稍" in answer.content.decode()
    assert is_signed_in(client)


def test_while_the_database_is_away_pages_say_so(member, monkeypatch):
    from django.db import OperationalError

    def away(*args, **kwargs):
        raise OperationalError("the server closed the connection unexpectedly")

    client = Client(raise_request_exception=False)
    sign_in("1001", PASSWORD, client)
    with monkeypatch.context() as patch:
        patch.setattr("django.db.backends.utils.CursorWrapper.execute", away)
        assert client.get("/").status_code == 503
    assert is_signed_in(client)
