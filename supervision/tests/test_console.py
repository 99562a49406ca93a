from __future__ import annotations

import json

import pytest
from django.urls import reverse

from supervision.models import ReminderRule
from tests.cast import Cast

ADD = "admin:supervision_reminderrule_add"
NEXT = {
    "code": "S7.1",
    "from_on": "2026-12-01",
    "is_active": "on",
    "position": 1,
    "clause": "S7.1",
    "period": "day",
    "scope": "company",
    "ranked": "branch",
    "measure": "openings",
    "how": "zero_or_last",
    "parameter": "supervision.company_last",
    "addressees": json.dumps([{"who": "branch_heads", "channels": ["email"], "text": "supervision.day_list"}]),
}


def test_the_company_changes_a_rule_by_a_further_row(cast: Cast, signed_in) -> None:
    assert signed_in(cast.market).post(reverse(ADD), NEXT).status_code == 302
    assert ReminderRule.objects.filter(code="S7.1").count() == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"from_on": "2026-11-18"}, "from_on"),
        ({"scope": "area"}, "scope"),
        ({"parameter": "supervision.nothing"}, "parameter"),
        ({"addressees": "[]"}, "addressees"),
        ({"addressees": json.dumps([{"who": "the_chairman", "channels": ["sms"], "text": "x"}])}, "addressees"),
        ({"addressees": json.dumps([{"who": "branch_heads", "channels": ["sms"], "text": "x"}])}, "addressees"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_at_its_field(cast: Cast, signed_in, wrong, field) -> None:
    response = signed_in(cast.market).post(reverse(ADD), {**NEXT, **wrong})
    assert field in response.context["adminform"].form.errors
    assert ReminderRule.objects.filter(code="S7.1").count() == 1


def test_a_region_looks_and_changes_nothing(cast: Cast, signed_in) -> None:
    client = signed_in(cast.regional)
    rule = ReminderRule.objects.get(code="S7.1")
    assert client.get(reverse("admin:supervision_reminderrule_change", args=[rule.pk])).status_code == 200
    assert client.post(reverse(ADD), NEXT).status_code == 403
    assert (
        client.post(reverse("admin:supervision_reminderrule_delete", args=[rule.pk]), {"post": "yes"}).status_code
        == 403
    )
    assert ReminderRule.objects.filter(code="S7.1").count() == 1
