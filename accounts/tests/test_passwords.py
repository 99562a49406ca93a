from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User

HER = User(employee_no="10012345", name="林小雨")
GOOD = "three blue umbrellas"


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
