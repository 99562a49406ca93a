from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import PastPassword, User

HER = User(employee_no="10012345", name="林小雨")
GOOD = "three blue umbrellas"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("profile", "password", "is_taken"),
    [
        ("nist", GOOD, True),
        ("nist", "shortish", False),
        ("nist", "password123456", False),
        ("nist", "muster is my friend", False),
        ("nist", "和信证券是我家呀哈哈哈哈哈", False),
        ("nist", "1001234510012345", False),
        ("mlps", GOOD, False),
        ("mlps", "Three blue umbrellas", True),
        ("mlps", "Ab1!short", False),
        ("mlps", "ABCDEFGHIJKLMN12", False),
    ],
)
def test_each_profile_takes_what_it_should(settings, profile, password, is_taken):
    settings.PASSWORD_PROFILE, settings.FIRM_NAME = profile, "和信证券"
    settings.AUTH_PASSWORD_VALIDATORS = [*settings.AUTH_PASSWORD_VALIDATORS]  # the validators are built afresh
    if is_taken:
        validate_password(password, HER)
    else:
        with pytest.raises(ValidationError):
            validate_password(password, HER)


@pytest.mark.django_db
@pytest.mark.budget(2)  # the dictionary of sounds is read once
@pytest.mark.parametrize(
    "word", ["和信证券", "和信", "人民路营业部", "人民路", "HexinZhengquan", "hexin", "renminlu", "RMLYYB"]
)
def test_no_name_of_firm_or_branch_makes_a_good_password(cast, settings, word):
    settings.FIRM_NAME = "和信证券股份有限公司"
    settings.AUTH_PASSWORD_VALIDATORS = [*settings.AUTH_PASSWORD_VALIDATORS]
    with pytest.raises(ValidationError):
        validate_password(f"{word}是我工作的地方呀2026", cast.cm)
    validate_password(GOOD, cast.cm)


@pytest.mark.django_db
def test_mlps_takes_none_of_the_last_five_again(cast, settings):
    settings.PASSWORD_PROFILE = "mlps"
    settings.AUTH_PASSWORD_VALIDATORS = [*settings.AUTH_PASSWORD_VALIDATORS]
    for nth in range(7):
        validate_password(f"Three blue umbrellas {nth}", cast.cm)
        services.choose_password(user=cast.cm, password=f"Three blue umbrellas {nth}", now=timezone.now())
    for nth, is_taken in [(6, False), (5, False), (1, False), (0, True)]:
        if is_taken:
            validate_password(f"Three blue umbrellas {nth}", cast.cm)
        else:
            with pytest.raises(ValidationError):
                validate_password(f"Three blue umbrellas {nth}", cast.cm)
    assert PastPassword.objects.count() == 5


@pytest.mark.django_db
def test_mlps_asks_for_a_new_one_after_ninety_days_and_nist_never(cast, settings, signed_in, time_machine):
    client = signed_in(cast.cm)
    User.objects.filter(pk=cast.cm.pk).update(password_set_at=timezone.now())
    time_machine.shift(timedelta(days=90))
    client = signed_in(cast.cm)
    User.objects.filter(pk=cast.cm.pk).update(password_set_at=timezone.now() - timedelta(days=90))
    assert client.get(reverse("teams:units")).status_code == 200
    settings.PASSWORD_PROFILE = "mlps"
    assert client.get(reverse("teams:units")).url == reverse("account_change_password")
    User.objects.filter(pk=cast.cm.pk).update(password_set_at=timezone.now() - timedelta(days=89))
    assert client.get(reverse("teams:units")).status_code == 200
