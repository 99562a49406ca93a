"""First and forgotten passwords: who gives them to whom, what happens to the person, and what stays written down."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Reset, User
from core.models import AuditEntry
from messaging.models import Channel, Message
from teams.authority import authority_of
from teams.models import Person, Posting, Role

pytestmark = pytest.mark.django_db
REASON = {"reason": "忘记密码，本人到场"}
OWN = "three blue umbrellas"
GIVING = {
    "clerk": "cm cm2 cm_west cm_m2 am am_west mm mm2 tradeadmin",
    "tradeadmin": "cm cm2 cm_west cm_m2 am am_west mm mm2",
}


@pytest.fixture(autouse=True)
def nobody_failed_before():
    cache.clear()


def address(name, cast, key):
    return reverse(f"teams:{name}", args=[cast.person(key).public_id])


def given(answer) -> str:
    found = re.search(r'class="one-time"[^>]*>([^<]+)<', answer.content.decode())
    assert found
    return found[1]


def sign_in(number, password):
    client = Client()
    return client, client.post(reverse("account_login"), {"login": number, "password": password})


@pytest.mark.parametrize("giver", GIVING)
def test_a_branch_gives_passwords_to_its_own_people_but_not_to_those_who_sign_and_see_pay(cast, giver):
    authority = {key: authority_of(user, cast.today) for key, user in cast.user.items()}
    assert {k for k, one in authority.items() if authority[giver].gives_passwords_to(one)} == set(GIVING[giver].split())


def test_the_company_market_department_gives_them_to_everybody_but_itself_and_the_auditor(cast):
    authority = {key: authority_of(user, cast.today) for key, user in cast.user.items()}
    refused = {key for key, one in authority.items() if not authority["market"].gives_passwords_to(one)}
    assert refused == {"market", "auditor"}


def test_nobody_else_gives_any(cast):
    authority = {key: authority_of(user, cast.today) for key, user in cast.user.items()}
    givers = {k for k, one in authority.items() for other in authority.values() if one.gives_passwords_to(other)}
    assert givers == {"clerk", "tradeadmin", "sibling_clerk", "market"}


def test_a_second_post_elsewhere_puts_a_person_out_of_the_branchs_reach(cast):
    Posting.objects.create(person=cast.person("cm"), unit=cast.unit["B2"], role=Role.FINANCE_CLERK, from_on=cast.today)
    mine, hers = (authority_of(cast.user[key], cast.today) for key in ("clerk", "cm"))
    assert not mine.gives_passwords_to(hers)


def test_a_one_time_password_opens_once_and_only_to_choose_ones_own(cast, signed_in):
    before = signed_in(cast.cm)
    password = given(signed_in(cast.clerk).post(address("give_password", cast, "cm"), REASON))
    assert before.get("/").status_code == 302, "her sessions have ended"

    client, answer = sign_in("1001", password)
    for page in (answer.url, reverse("teams:units"), reverse("account_reauthenticate")):
        assert client.get(page).url == reverse("account_change_password")
    change = {"oldpassword": password, "password1": password, "password2": password}
    assert client.post(reverse("account_change_password"), change).status_code == 200, "not the same again"
    change |= {"password1": OWN, "password2": OWN}
    assert client.post(reverse("account_change_password"), change).url == "/"
    assert client.get("/").status_code == 200
    assert not sign_in("1001", password)[0].session.get("_auth_user_id")
    assert sign_in("1001", OWN)[1].status_code == 302


def test_it_runs_out_after_a_week(cast, signed_in, time_machine):
    password = given(signed_in(cast.clerk).post(address("give_password", cast, "cm"), REASON))
    time_machine.shift(timedelta(days=7))
    client, answer = sign_in("1001", password)
    assert answer.url == reverse("account_login")
    assert "_auth_user_id" not in client.session
    assert "一次性密码已失效" in client.get(answer.url).content.decode()


def test_who_gave_it_when_and_why_is_kept_the_password_is_not(cast, signed_in):
    User.objects.filter(pk=cast.cm.pk).update(password="x$not!unusable")
    password = given(signed_in(cast.clerk).post(address("give_password", cast, "cm"), REASON))
    reset = Reset.objects.get()
    assert (reset.user, reset.by, reset.kind, reset.reason) == (cast.cm, cast.clerk, "password", REASON["reason"])
    entry = AuditEntry.objects.filter(table="accounts_user", row=str(cast.cm.pk)).latest("id")
    assert (entry.actor, entry.reason) == (cast.clerk, REASON["reason"])
    assert password not in json.dumps([*AuditEntry.objects.values_list("old", "new")])
    told = Message.objects.filter(recipient=cast.cm)
    assert set(told.values_list("channel", flat=True)) == {Channel.IN_APP, Channel.SMS}
    assert password not in " ".join(told.values_list("body", flat=True))
    assert REASON["reason"] in signed_in(cast.clerk).get(address("access", cast, "cm")).content.decode()


def test_a_reason_is_needed(cast, signed_in):
    answer = signed_in(cast.clerk).post(address("give_password", cast, "cm"), {"reason": " "})
    assert answer.status_code == 422
    assert not Reset.objects.exists()


def test_a_lost_second_factor_is_taken_away_and_the_sessions_end(cast, signed_in):
    cast.am.set_password(OWN)
    cast.am.save()
    hers, clerk = sign_in("1010", OWN)[0], signed_in(cast.clerk)
    assert hers.get("/").status_code == 200
    TOTP.activate(cast.am, generate_totp_secret())
    assert clerk.post(address("take_second_factor", cast, "am"), REASON).status_code == 302
    assert not Authenticator.objects.exists()
    assert hers.get("/").status_code == 302
    assert Reset.objects.get().kind == "second_factor"
    assert clerk.post(address("take_second_factor", cast, "am"), REASON).status_code == 302
    assert Reset.objects.count() == 1, "there is none any more"


def test_finance_that_owes_both_chooses_a_password_and_then_sets_up_the_second_factor(cast, settings, capsys):
    settings.SECOND_FACTOR_REQUIRED = True
    call_command("give_password", "1030", "--reason", "上线", "--json")
    password = json.loads(capsys.readouterr().out)["password"]
    client = sign_in("1030", password)[0]
    for page in ("/", reverse("mfa_activate_totp")):
        assert client.get(page).url == reverse("account_change_password")
    change = {"oldpassword": password, "password1": OWN, "password2": OWN}
    assert client.post(reverse("account_change_password"), change).status_code == 302
    assert client.get("/").url == reverse("mfa_activate_totp")
    assert client.get(reverse("mfa_activate_totp")).url.startswith(reverse("account_reauthenticate"))


def test_first_passwords_of_a_unit_come_on_slips_for_those_who_never_had_one(cast, signed_in):
    User.objects.exclude(pk=cast.clerk.pk).update(password="!" + "x" * 40)
    User.objects.filter(pk=cast.cm2.pk).update(password="x$used")
    client = signed_in(cast.clerk)
    page = client.get(reverse("teams:first_passwords", args=[cast.unit["B1M1"].pk]))
    assert {p.employee_no for p in page.context["people"]} == {"1001", "1003", "1010", "1011", "1020"}
    slips = client.post(reverse("teams:give_first_passwords", args=[cast.unit["B1M1"].pk]), {"reason": "首次密码"})
    assert len({slip.password for slip in slips.context["slips"]}) == 5
    assert "no-store" in slips.headers["Cache-Control"]
    assert not Message.objects.exists(), "nobody asked who could be warned"
    first = next(slip for slip in slips.context["slips"] if slip.person.employee_no == "1001")
    assert sign_in("1001", first.password)[0].session.get("_auth_user_id")
    again = client.get(reverse("teams:first_passwords", args=[cast.unit["B1M1"].pk]))
    assert again.context["people"] == []


def test_the_operators_give_the_first_administrator_hers(cast, capsys):
    call_command("give_password", "6001", "--reason", "上线", "--json")
    told = json.loads(capsys.readouterr().out)
    assert sign_in("6001", told["password"])[0].session.get("_auth_user_id")
    assert (Reset.objects.get().by, Reset.objects.get().reason) == (None, "上线")
    with pytest.raises(CommandError, match="7777"):
        call_command("give_password", "7777", "--reason", "x")


def test_the_operators_say_why(cast):
    before = cast.market.password
    with pytest.raises(CommandError, match="--reason") as refused:
        call_command("give_password", cast.market.employee_no, "--reason", " ")
    cast.market.refresh_from_db()
    assert (refused.value.returncode, cast.market.password) == (2, before)


def test_the_sign_in_page_says_whom_to_ask(client):
    assert "交易管理岗" in client.get(reverse("account_login")).content.decode()


def test_a_leaver_gets_none(cast):
    Person.objects.filter(pk=cast.person("cm").pk).update(left_on=cast.today)
    mine, hers = (authority_of(cast.user[key], cast.today) for key in ("clerk", "cm"))
    assert not mine.gives_passwords_to(hers)
