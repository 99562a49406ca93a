"""Sight and powers follow the postings of the day, in sessions that are open already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from teams.authority import Authority, Held
from teams.models import Outlet, OutletPosting, PartnerBank, Person, Posting, Role, Target, Unit
from teams.rules import HEAD_OFFICE, PLACES
from tests.cast import TODAY, Cast

PAGE = "teams:person"


def page_of(cast: Cast, key: str) -> str:
    return reverse(PAGE, args=[cast.person(key).public_id])


@pytest.mark.clause("D7")
def test_a_leaver_is_signed_out_at_the_next_request(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(cast.am)
    assert browser.get(page_of(cast, "cm")).status_code == 200
    Person.objects.filter(user=cast.am).update(left_on=TODAY)
    assert browser.get(page_of(cast, "cm")).status_code == 302
    assert "_auth_user_id" not in browser.session


def test_a_leaver_who_signs_in_is_told_why_nothing_opens(cast: Cast, client: Client) -> None:
    cast.am.set_password("correct horse battery")
    cast.am.save()
    Person.objects.filter(user=cast.am).update(left_on=date.today())  # noqa: DTZ011
    entered = {"login": cast.am.employee_no, "password": "correct horse battery"}
    page = client.post(reverse("account_login"), entered, follow=True)
    assert "已离职" in page.content.decode() and "_auth_user_id" not in client.session


@pytest.mark.parametrize("role", [role for role in Role if PLACES[role] == HEAD_OFFICE])
def test_head_office_needs_a_second_factor(role: Role) -> None:
    assert Authority(TODAY, 1, (Held(role, 1, "/1/", "hq_department"),)).needs_second_factor


@pytest.mark.parametrize("role", ["finance_clerk", "chief_accountant", "deputy_branch_manager", "branch_manager"])
def test_who_drafts_or_signs_pay_needs_a_second_factor(role: str) -> None:
    assert Authority(TODAY, 1, (Held(role, 1, "/1/", "branch"),)).needs_second_factor


def test_who_leaves_tomorrow_still_works_today(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    Person.objects.filter(user=cast.am).update(left_on=TODAY + timedelta(days=1))
    assert signed_in(cast.am).get(page_of(cast, "cm")).status_code == 200


def test_a_user_who_may_no_longer_sign_in_is_out_at_once(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(cast.am)
    User.objects.filter(pk=cast.am.pk).update(is_active=False)
    assert browser.get(page_of(cast, "cm")).status_code == 302


def test_a_new_password_ends_the_other_sessions(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(cast.am)
    assert browser.get(page_of(cast, "cm")).status_code == 200
    cast.am.set_password("correct horse battery")
    cast.am.save()
    assert browser.get(page_of(cast, "cm")).status_code == 302


@pytest.mark.parametrize(
    "change",
    [{"unit": "B1M1A2"}, {"role": Role.CUSTOMER_MANAGER}, {"to_on": TODAY}],
    ids=["moved", "demoted", "ended"],
)
def test_a_changed_posting_bites_at_the_next_request(
    cast: Cast, signed_in: Callable[[User], Client], change: dict[str, object]
) -> None:
    browser = signed_in(cast.am)
    assert browser.get(page_of(cast, "cm")).status_code == 200
    changes = {name: cast.unit[str(value)] if name == "unit" else value for name, value in change.items()}
    Posting.objects.filter(person=cast.person("am")).update(**changes)
    assert browser.get(page_of(cast, "cm")).status_code == 404
    assert browser.get(page_of(cast, "am")).status_code == 200, "oneself one always sees"


SEEN = {
    # who: people, postings, outlets, outlet postings, targets seen (of a row each at B1M1A1, B1M2, B2M1A1, B9M1)
    "cm": (1, 1, 1, 1, 1),
    "am": (3, 3, 1, 1, 1),
    "mm": (6, 6, 1, 1, 1),
    "clerk": (13, 13, 2, 2, 2),
    "manager": (13, 13, 2, 2, 2),
    "sibling_mm": (3, 3, 1, 1, 1),
    "outsider_manager": (2, 2, 1, 1, 1),
    "regional": (21, 21, 3, 3, 3),
    "market": (26, 26, 4, 4, 4),
    "office": (26, 26, 4, 4, 4),
    "auditor": (26, 26, 4, 4, 4),
}


@pytest.mark.parametrize("key", SEEN)
def test_everybody_sees_exactly_her_own_part(cast: Cast, key: str) -> None:
    bank = PartnerBank.objects.create(code="ICBC", name="工商银行")
    places = {"cm": "B1M1A1", "cm_m2": "B1M2", "sibling_cm": "B2M1A1", "outsider_cm": "B9M1"}
    for n, (person, unit) in enumerate(places.items()):
        outlet = Outlet.objects.create(code=f"O{n}", name=f"O{n}", bank=bank, unit=cast.unit[unit])
        OutletPosting.objects.create(person=cast.person(person), outlet=outlet, from_on=TODAY)
        Target.objects.create(person=cast.person(person), month=TODAY.replace(day=1), measure="openings", value=1)
    user = cast.user[key]
    models = (Person, Posting, Outlet, OutletPosting, Target)
    assert tuple(model.objects.visible_to(user).count() for model in models) == SEEN[key]


def test_units_are_seen_downwards_and_up_ones_own_line(cast: Cast) -> None:
    assert set(Unit.objects.visible_to(cast.am).values_list("code", flat=True)) == {"HX", "R1", "B1", "B1M1", "B1M1A1"}
    assert "B2" not in set(Unit.objects.visible_to(cast.manager).values_list("code", flat=True))


@pytest.mark.parametrize("more", [0, 30])
def test_pages_of_units_cost_the_same_at_any_size(
    cast: Cast, signed_in: Callable[[User], Client], django_assert_max_num_queries, more: int
) -> None:
    area = cast.unit["B1M1A1"]
    for n in range(more):
        user = User.objects.create(employee_no=f"8{n:03}", name=f"人{n}")
        person = Person.objects.create(user=user, joined_on=TODAY)
        Posting.objects.create(person=person, unit=area, role=Role.CUSTOMER_MANAGER, from_on=TODAY)
    browser = signed_in(cast.mm)
    for url in (reverse("teams:units"), reverse("teams:unit", args=[area.pk]), page_of(cast, "cm")):
        browser.get(url)
        with django_assert_max_num_queries(18):
            browser.get(url)
