"""The pages of units and people show figures over time, with the table behind each picture, within the reader's sight."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import DailyResult
from portal.tests.world import fill, one_opening
from teams.models import Posting, Target
from tests.cast import Cast

pytestmark = pytest.mark.budget(3)


def figures(client, address: str):
    found = client.get(address).context["panels"]
    return found[0].figures if found else None


def unit(cast: Cast, code: str) -> str:
    return f"/teams/units/{cast.unit[code].pk}/"


def person(cast: Cast, key: str) -> str:
    return f"/teams/people/{cast.person(key).public_id}/"


def test_a_unit_shows_its_openings_by_day_and_month_beside_target_and_the_year_before(cast: Cast, signed_in):
    one_opening(cast, date(2025, 11, 3))
    fill(cast)
    Target.objects.filter(unit=cast.unit["B1"]).update(value=50)
    client = signed_in(cast.manager)
    shown, home = figures(client, unit(cast, "B1")), client.get("/").context["teams"]
    assert shown.days.openings[cast.today.day - 1] == shown.months.values[-1] == home.openings or home.scope
    assert (shown.days.target, shown.months.marks[-1], shown.months.before[-1]) == (50, 50, 1)
    assert shown.days.last_year[0] == 0 and shown.days.last_year[-1] == 1
    assert shown.days.openings[cast.today.day] is None, "what lies ahead is not known"
    page = client.get(unit(cast, "B1")).content.decode()
    assert page.count("<figure") == page.count("查看表格") >= 3 and "style=" not in page.split("<main")[1]


def test_openings_of_a_month_are_those_of_the_ranking(cast: Cast, signed_in):
    fill(cast)
    client = signed_in(cast.market)
    rows = {row.unit.code: row for row in client.get("/").context["teams"].rows}
    for code, row in rows.items():
        shown = figures(client, unit(cast, code))
        assert (shown.months.values[-1] or 0) == row.openings


def test_rank_over_time_leaves_out_the_running_month_and_months_of_zeros(cast: Cast, signed_in):
    fill(cast)
    shown = figures(signed_in(cast.market), unit(cast, "B1"))
    assert shown.ranks.labels[-1] == "2026-10" and shown.ranks.values[0] is None
    assert shown.ranks.values[-1] in (1, 2, 3) and shown.ranks.marks[-1] >= 2


def test_a_person_shows_her_weeks_and_only_to_who_may_see_them(cast: Cast, signed_in):
    fill(cast, weeks=3)
    for key in ("am", "cm2"):
        shown = figures(signed_in(cast.user[key]), person(cast, "cm2"))
        assert shown.weeks.values[-1] is not None and shown.weeks.marks[-1] == 100
        credited = DailyResult.objects.filter(person=cast.person("cm2"), day__gte=date(2026, 11, 1))
        assert shown.months.values[-1] == sum((one.openings for one in credited), Decimal(0))
    assert signed_in(cast.cm).get(person(cast, "cm2")).status_code == 404
    assert figures(signed_in(cast.mm), person(cast, "am")) is None, "she writes no logs"


def test_a_unit_above_ones_own_keeps_its_figures_to_itself(cast: Cast, signed_in):
    fill(cast, weeks=1)
    assert figures(signed_in(cast.am), unit(cast, "B1")) is None
    assert figures(signed_in(cast.am), unit(cast, "B1M1A1")) is not None


def test_the_pages_ask_as_often_with_more_people(cast: Cast, signed_in):
    fill(cast, weeks=1)
    assert Posting.objects.filter(unit=cast.unit["B1M1A1"]).exists()
    for key, address in (("manager", unit(cast, "B1")), ("am", person(cast, "cm"))):
        client = signed_in(cast.user[key])
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 15, [one["sql"][:90] for one in queries.captured_queries]
