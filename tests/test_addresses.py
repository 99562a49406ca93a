"""What people make of addresses by hand: days nobody can mean and letters no database can hold are refused, never an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.cast import Cast

WILD = {
    "cm": (
        "/logs/day/0001-01-01/",
        "/logs/day/9999-12-31/new/prospect/",
        "/logs/week/?week=0001-W01",
        "/logs/week/?week=9999-W52",
        "/supervision/ranking/?within=%00",
        "/search/?q=%00",
    ),
    "mm": (
        "/logs/desk/?on=0001-01-01",
        "/logs/desk/?on=9999-12-31",
        "/logs/weeks/?within=%00",
        "/logs/score-tables/?week=9999-W52",
        "/logs/month-end/?month=9999-12",
        "/logs/month-end/?month=0001-01",
    ),
    "market": ("/calendar/?day=0001-01-01", "/calendar/?day=9999-12-31", "/calendar/?year=1", "/calendar/?year=x"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("key", WILD)
def test_an_address_with_a_day_nobody_can_mean_does_not_exist(
    cast: Cast, signed_in: Callable[[User], Client], key: str
):
    client = signed_in(cast.user[key])
    answers = {url: client.get(url).status_code for url in WILD[key]}
    assert answers == {url: 400 if "%00" in url else 404 for url in WILD[key]}
