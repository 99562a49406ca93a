"""Every page asks the database as often with many rows as with few, and never more than the budget."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.paginator import Page
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.access.lines import BUILDERS
from tests.access.table import TABLE
from tests.cast import Cast
from tests.crowd import fill

BUDGET = 15
BUDGET_OF_LIST = 12  # a page that turns pages
MORE_THAN_A_LIST = {"worklogs:desk"}  # a team's days, weeks, answers and phrases; the logs that wait come by pages
PAGES = [line for line in TABLE if line.is_page]
pytestmark = [pytest.mark.django_db, pytest.mark.matrix, pytest.mark.budget(20)]


def test_pages_cost_the_same_with_few_rows_and_with_many(cast: Cast, signed_in: Callable[[User], Client]):
    fill(cast, range(1, 3))
    things = {name: build(cast) for name, build in BUILDERS.items()}
    pages = [(line, reverse(line.name, kwargs=line.arguments(things))) for line in PAGES]
    clients = {key: signed_in(cast.user[key]) for line in PAGES for key in line.viewers}
    lists: set[str] = set()

    def counts() -> dict[tuple[str, str], int]:
        found = {}
        for line, address in pages:
            for viewer in line.viewers:
                with CaptureQueriesContext(connection) as queries:
                    response = clients[viewer].get(address)
                found[line.name, viewer] = len(queries)
                if isinstance((response.context or {}).get("page"), Page):
                    lists.add(line.name)
        return found

    counts()  # what is asked once per process is asked here
    few = counts()
    fill(cast, range(3, 9))
    many = counts()

    assert {page: (few[page], many[page]) for page in few if few[page] != many[page]} == {}
    assert {"supervision:lists", "compensation:runs", "messaging:inbox"} <= lists
    short = lists - MORE_THAN_A_LIST
    assert {p: n for p, n in many.items() if n > (BUDGET_OF_LIST if p[0] in short else BUDGET)} == {}
