"""Error pages say what happened and how to go on, in the reader's language, with nothing of the machine."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.views import defaults

from tests.cast import Cast


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "409", "429", "500"])
def test_every_error_page_stands_without_a_request(code: str):
    html = render_to_string(f"{code}.html")
    assert "回到首页" in html and code[:3] in html and "style=" not in html


def test_an_unknown_address_is_a_404_in_chinese(cast: Cast, signed_in):
    response = signed_in(cast.cm).get("/nothing/here/")
    assert response.status_code == 404
    assert "没有找到您要的内容" in response.content.decode() and "/nothing/here/" in response.content.decode()


def test_a_refusal_gives_its_reason(rf, cast: Cast):
    def refuse(reason: str) -> HttpResponse:
        request: HttpRequest = rf.get("/x/")
        request.user = cast.cm
        return defaults.permission_denied(request, PermissionDenied(reason))

    assert "先请区域经理批复" in refuse("先请区域经理批复").content.decode()
    assert "PermissionDenied" not in refuse("").content.decode()


def test_a_form_from_elsewhere_is_refused_with_advice(cast: Cast):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/language/", {"language": "en"})
    assert response.status_code == 403
    assert "表单已过期" in response.content.decode()


def test_what_breaks_shows_nothing_of_itself(rf):
    response = defaults.server_error(rf.get("/x/"))
    assert response.status_code == 500 and "Traceback" not in response.content.decode()
