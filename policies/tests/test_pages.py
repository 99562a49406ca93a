from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from policies import services
from policies.models import ParameterValue
from policies.selectors import layers_of, set_below, standings
from tests.cast import TODAY, Cast
from tests.opened import opened

pytestmark = pytest.mark.usefixtures("probed")
MONDAY = date(2026, 11, 23)
SET = {"value": "25", "from_on": MONDAY, "source": "会议纪要"}


def put(cast: Cast, actor: str, unit: str, value: int | None, from_on: date) -> ParameterValue:
    return services.set_value(
        code="probe.mark",
        unit=cast.unit[unit],
        value=value,
        from_on=from_on,
        source="minutes",
        actor=cast.user[actor],
        today=min(from_on, TODAY),
    )


def test_what_will_change_when_counts_only_what_takes_effect(cast: Cast) -> None:
    put(cast, "manager", "B1", 25, date(2026, 11, 1))
    put(cast, "market", "HX", 22, MONDAY)
    put(cast, "market", "HX", 30, date(2026, 12, 1))
    (row,) = standings(["probe.mark"], unit=cast.unit["B1M1A1"], on=TODAY)
    assert (row.now.value, row.now.layer) == (25, "人民路营业部")
    assert [(day, held.value, held.layer) for day, held in row.ahead] == [(date(2026, 12, 1), 30, "和信证券")]


def test_a_value_overtaken_from_above_is_shown_as_such(cast: Cast) -> None:
    put(cast, "manager", "B1", 25, date(2026, 11, 1))
    put(cast, "market", "HX", 30, TODAY)
    rows = {
        row.unit.code: (row.own.value if row.own else None, row.holds.value, row.is_moot)
        for row in layers_of("probe.mark", unit=cast.unit["B1"], on=TODAY)
    }
    assert rows == {"HX": (30, 30, False), "R1": (None, 30, False), "B1": (25, 30, True)}
    assert [row.unit.code for row in set_below("probe.mark", unit=cast.unit["R1"], on=TODAY)] == ["B1"]


@pytest.mark.clause("S3.g")
def test_a_branch_manager_raises_a_mark_on_the_page(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(cast.manager)
    url = reverse("policies:set_value", args=["probe.mark", cast.unit["B1"].pk])
    refused = browser.post(url, SET | {"value": "19"})
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "19" in text and "20" in text and "会议纪要" in text, "both values are named, what was typed is kept"
    assert not ParameterValue.objects.exists()
    assert browser.post(url, SET).status_code == 302
    assert ParameterValue.objects.get().value == "25"
    page = browser.get(reverse("policies:overview")).content.decode()
    assert "2026" in page and "25" in page


def test_a_missing_value_is_asked_for_unless_the_layer_above_is_followed(
    cast: Cast, signed_in: Callable[[User], Client]
) -> None:
    browser = signed_in(cast.manager)
    url = reverse("policies:set_value", args=["probe.mark", cast.unit["B1"].pk])
    assert browser.post(url, SET | {"value": ""}).status_code == 422
    assert browser.post(url, SET | {"value": "", "follow": "on"}).status_code == 302
    assert ParameterValue.objects.get().value is None


@pytest.mark.parametrize("value", ["-1", "1.5", "viele", "99999999999999"])
def test_what_is_no_value_is_refused_at_its_field(cast: Cast, signed_in: Callable[[User], Client], value: str) -> None:
    url = reverse("policies:set_value", args=["probe.mark", cast.unit["B1"].pk])
    assert signed_in(cast.manager).post(url, SET | {"value": value}).status_code == 422
    assert not ParameterValue.objects.exists()


def test_a_value_to_come_is_withdrawn_by_who_may(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    value = put(cast, "manager", "B1", 25, MONDAY)
    url = reverse("policies:withdraw", args=[value.pk])
    assert signed_in(cast.mm).post(url).status_code == 403
    assert signed_in(cast.sibling_mm).post(url).status_code == 404
    assert signed_in(cast.manager).post(url).status_code == 302
    value.refresh_from_db()
    assert value.withdrawn_by == cast.manager


def test_the_overview_costs_the_same_at_any_size(
    cast: Cast, signed_in: Callable[[User], Client], django_assert_max_num_queries
) -> None:
    browser = signed_in(cast.market)
    browser.get(reverse("policies:overview"))
    for n in range(20):
        put(cast, "market", "HX", 21 + n, date(2026, 11, 20 + n % 10))
    with django_assert_max_num_queries(12):
        browser.get(reverse("policies:overview"))
    with django_assert_max_num_queries(15):
        browser.get(reverse("policies:parameter", args=["probe.mark"]))


def test_a_value_to_come_of_a_unit_below_is_shown_with_its_day(cast: Cast) -> None:
    later = TODAY + timedelta(days=9)
    services.set_value(
        code="probe.mark", unit=cast.unit["B1M1"], value=30, from_on=later, source="x", actor=cast.mm, today=TODAY
    )
    (row,) = set_below("probe.mark", unit=cast.unit["B1"], on=TODAY)
    assert (row.own and row.own.value, row.is_to_come, row.holds.value) == (30, True, 20)
    (row,) = set_below("probe.mark", unit=cast.unit["B1"], on=later)
    assert (row.own and row.own.value, row.is_to_come, row.holds.value) == (30, False, 30)


def test_an_older_page_replaces_no_value_that_somebody_set_meanwhile(
    cast: Cast, signed_in: Callable[[User], Client]
) -> None:
    browser, at_unit = signed_in(cast.manager), f"?unit={cast.unit['B1'].pk}"
    page = reverse("policies:parameter", args=["probe.mark"]) + at_unit
    url = reverse("policies:set_value", args=["probe.mark", cast.unit["B1"].pk])
    older = opened(browser.get(page))
    assert browser.post(url, SET | {"opened": older}).status_code == 302
    answer = browser.post(url, SET | {"value": "30", "source": "电话通知", "opened": older})
    assert answer.status_code == 409 and "电话通知" in answer.content.decode() and "会议纪要" in answer.content.decode()
    assert ParameterValue.objects.standing().get().value == "25"
    again = SET | {"value": "30", "source": "电话通知", "opened": opened(answer)}
    assert browser.post(url, again).status_code == 302
    assert ParameterValue.objects.standing().get().value == "30"
