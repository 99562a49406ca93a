"""The console: who may do what with which table, exactly; and every list asks as often with many rows as with few."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from teams.models import Person, Posting, Unit
from tests.builders import Builder
from tests.cast import Cast
from tests.crowd import fill

ENTERING = "clerk accountant tradeadmin regional market sibling_clerk sibling_accountant"
BRANCH_DATA = "clerk accountant tradeadmin market sibling_clerk sibling_accountant"
PLACES = "tradeadmin market"
# table: who looks it up, who adds and changes, who imports and exports ("" for nobody, None where there is no such page)
CONSOLE: dict[str, tuple[str, str, str | None, str | None]] = {
    "teams_unit": (ENTERING, "", None, None),
    "teams_person": (ENTERING, "", None, None),
    "teams_posting": (ENTERING, "", None, None),
    "teams_outletposting": (ENTERING, PLACES, None, None),
    "teams_partnerbank": (ENTERING, "market", "market", ENTERING),
    "teams_outlet": (ENTERING, PLACES, PLACES, ENTERING),
    "teams_target": (ENTERING, PLACES, PLACES, ENTERING),
    "crm_import": (BRANCH_DATA, "", None, None),
    "crm_opening": (BRANCH_DATA, "", None, BRANCH_DATA),
    "crm_accountmonth": (BRANCH_DATA, "", None, BRANCH_DATA),
    "crm_dailyresult": (BRANCH_DATA, "", None, BRANCH_DATA),
    "supervision_reminderrule": (
        "clerk accountant regional market sibling_clerk sibling_accountant",
        "market",
        None,
        None,
    ),
}
ELSEWHERE = {("crm_import", "add")}  # leads to the page on which a file is checked and taken
FILLED = {Unit, Person, Posting}  # of which the crowd makes more
BUDGET = 15
pytestmark = [pytest.mark.django_db, pytest.mark.matrix, pytest.mark.budget(8)]


def test_every_table_of_the_console_is_declared():
    reverse("admin:index")  # the addresses take off what libraries put there
    assert {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry} == set(CONSOLE)


def test_everybody_gets_exactly_what_is_declared(cast: Cast, signed_in: Callable[[User], Client]):
    """Of those for whom the console opens; that it opens for nobody else is tried in `tests/access`."""
    wrong = []
    for person in ENTERING.split():
        browser = signed_in(cast.user[person])
        for table, may in CONSOLE.items():
            for page, allowed in zip(("changelist", "add", "import", "export"), may, strict=True):
                try:
                    status = browser.get(reverse(f"admin:{table}_{page}")).status_code
                except NoReverseMatch:
                    status = None
                expected = None if allowed is None else 200 if person in allowed.split() else 403
                if status != (302 if (table, page) in ELSEWHERE else expected):
                    wrong.append(f"{table} {page} as {person}: {status}")
    assert wrong == []


def test_a_list_costs_the_same_with_few_rows_and_with_many(cast: Cast, signed_in: Callable[[User], Client]):
    browser, make = signed_in(cast.market), Builder(cast)

    def grown(numbers: range) -> dict[str, int]:
        """What each list asks the database once there are so many more rows of everything."""
        fill(cast, numbers)
        found = {}
        for model in admin.site._registry:
            for _ in numbers if model not in FILLED else ():
                make.build(model).save()
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            browser.get(address)
            with CaptureQueriesContext(connection) as queries:
                browser.get(address)
            found[address] = len(queries)
        return found

    few, many = grown(range(2)), grown(range(2, 6))
    assert {page: (few[page], many[page]) for page in few if few[page] != many[page]} == {}
    assert {page: cost for page, cost in many.items() if cost > BUDGET} == {}
