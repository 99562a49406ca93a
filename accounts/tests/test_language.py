from __future__ import annotations

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_the_language_stays_with_the_person(cast, signed_in):
    client = signed_in(cast.cm)
    answer = client.post(reverse("accounts:language"), {"language": "zh-hant", "next": "/teams/"})
    assert (answer.status_code, answer.url) == (302, "/teams/")
    cast.cm.refresh_from_db()
    assert cast.cm.language == "zh-hant"
    assert client.get("/").headers["Content-Language"] == "zh-hant"


def test_before_sign_in_it_is_in_the_cookie_and_never_guessed_from_the_browser(client):
    page = reverse("account_login")
    assert client.get(page, HTTP_ACCEPT_LANGUAGE="en").headers["Content-Language"] == "zh-hans"
    client.post(reverse("accounts:language"), {"language": "en"})
    assert client.get(page).headers["Content-Language"] == "en"


def test_an_unknown_language_is_refused_and_a_foreign_address_not_followed(client):
    assert client.post(reverse("accounts:language"), {"language": "xx"}).status_code == 400
    answer = client.post(reverse("accounts:language"), {"language": "en", "next": "https://elsewhere.example/"})
    assert answer.url == "/"
    assert client.get(reverse("accounts:language")).status_code == 405
