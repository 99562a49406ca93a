"""The page of rankings: whose places one sees, on which day it opens, which days it says have not come."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse_lazy

from core.periods import Week
from supervision.services.reminding import remind
from supervision.tests.facts import know, moment, open_accounts
from tests.cast import TODAY, Cast

PAGE = reverse_lazy("supervision:ranking")
MONDAY, TUESDAY, FRIDAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 13)


@pytest.fixture
def opened(cast: Cast) -> Cast:
    """B9 opened nothing today, B2 less than B1."""
    know(cast, date(2026, 10, 1), TODAY)
    open_accounts(cast, {("cm", TODAY): 2, ("cm_m2", TODAY): 1, ("sibling_cm", TODAY): 1})
    return cast


@pytest.mark.parametrize(
    ("who", "query", "expected"),
    [
        ("sibling_mm", "within=HX&by=branch", ["B2"]),
        ("sibling_mm", "within=R1&by=market_department", ["B2M1"]),
        ("regional", "within=R1&by=market_department", ["B1M1", "B1M2", "B2M1"]),
        ("am", "within=B1M1&by=person", ["1001", "1002"]),
        ("cm", "within=B1M1&by=person", ["1001"]),
        ("cm", "", ["1001"]),
    ],
)
def test_a_ranking_shows_ones_own_place_and_what_one_leads(opened: Cast, signed_in, who, query, expected) -> None:
    response = signed_in(getattr(opened, who)).get(f"{PAGE}?{query}&on={TODAY}")
    assert [row.code for row in response.context["page"]] == expected


@pytest.mark.clause("S10.2")
def test_the_openings_of_a_week_are_published_to_the_team_and_to_nobody_else(opened: Cast, signed_in) -> None:
    week = Week(TODAY).previous()
    ranked = f"{PAGE}?period=week&on={week.last}"

    def seen(who: str, query: str) -> list[str]:
        return [row.code for row in signed_in(getattr(opened, who)).get(query).context["page"]]

    assert seen("cm", ranked) == ["1001"]
    remind(period=week, now=moment(week.end, time(9)))
    assert seen("cm", ranked) == seen("am_west", f"{ranked}&within=B1M1") == ["1001", "1002", "1003"]
    assert seen("cm", f"{PAGE}?on={TODAY}") == ["1001"], "a day is not published"
    assert signed_in(opened.cm).get(f"{ranked}&within=B1M2").status_code == 404
    assert f"on={week.last}" in signed_in(opened.cm).get("/").content.decode()


def test_a_ranking_elsewhere_does_not_exist(opened: Cast, signed_in) -> None:
    client = signed_in(opened.sibling_mm)
    assert client.get(f"{PAGE}?within=B1").status_code == 404


@pytest.mark.parametrize(
    "query", ["on=yesterday", "by=bank", "period=year", "first=2020-01-01", "run=x", "on=9999-12-31"]
)
def test_a_ranking_nobody_can_make_is_refused_at_its_field(opened: Cast, signed_in, query) -> None:
    assert signed_in(opened.market).get(f"{PAGE}?{query}").status_code == 200


def test_it_opens_on_the_last_trading_day_whose_openings_have_come(cast: Cast, signed_in) -> None:
    know(cast, date(2026, 10, 1), FRIDAY + timedelta(days=2))  # the file covers the weekend too
    open_accounts(cast, {("cm", FRIDAY): 2, ("sibling_cm", FRIDAY): 1})
    page = signed_in(cast.market).get(PAGE).context
    assert page["form"].asked.first == FRIDAY
    assert [(row.code, row.value) for row in page["page"]] == [("B1", 2), ("B2", 1), ("B9", 0)]
    assert page["missing"] == ()
    assert [f"on={FRIDAY}" in kind["query"] for kind in page["kinds"]] == [True, True, True]


def test_only_days_behind_us_are_said_not_to_have_come(cast: Cast, signed_in) -> None:
    know(cast, date(2026, 10, 1), FRIDAY)
    client = signed_in(cast.market)
    for query in ("period=month", f"period=month&on={TODAY}", f"period=week&on={TODAY}"):
        assert client.get(f"{PAGE}?{query}").context["missing"] == (MONDAY, TUESDAY)
    assert client.get(f"{PAGE}?on={TODAY}").context["missing"] == (TODAY,)
    assert client.get(f"{PAGE}?on={TODAY + timedelta(days=1)}").context["missing"] == ()


def test_on_the_first_of_a_month_nothing_is_late_yet(cast: Cast, signed_in, time_machine) -> None:
    first = date(2026, 12, 1)
    time_machine.move_to(datetime(2026, 12, 1, 4, tzinfo=UTC), tick=False)
    know(cast, date(2026, 10, 1), date(2026, 11, 30))
    client = signed_in(cast.market)
    assert client.get(f"{PAGE}?period=month&on={first}").context["missing"] == ()
    today = client.get(f"{PAGE}?on={first}")
    assert today.context["running"] and "alert-warning" not in today.content.decode()


def test_where_nothing_has_come_it_opens_on_today_and_says_so(cast: Cast, signed_in) -> None:
    page = signed_in(cast.regional).get(PAGE).context
    assert page["form"].asked.first == TODAY and page["missing"] == (TODAY,)


def test_nobody_is_first_with_nothing_and_what_runs_is_said_to_run(cast: Cast, signed_in) -> None:
    know(cast, date(2026, 10, 1), TODAY)
    page = signed_in(cast.market).get(f"{PAGE}?period=week&on={TODAY}")
    assert page.context["seen"].nobody_opened and page.context["running"]
    html = page.content.decode()
    assert "尚无人开户，暂不排名" in html and "进行中" in html and "<b>1</b>" not in html


def test_a_third_of_an_opening_thrice_ranks_with_a_whole_one(cast: Cast, signed_in) -> None:
    know(cast, date(2026, 10, 1), TODAY)
    third = Decimal(1) / 3
    open_accounts(
        cast, {("cm", TODAY): third, ("cm2", TODAY): third, ("cm_m2", TODAY): third, ("sibling_cm", TODAY): 1}
    )
    rows = signed_in(cast.market).get(f"{PAGE}?on={TODAY}").context["page"]
    assert [(row.code, row.value, row.rank) for row in rows] == [("B1", 1, 1), ("B2", 1, 1), ("B9", 0, 3)]
