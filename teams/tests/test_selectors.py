from __future__ import annotations

from datetime import date

import pytest

from core.periods import Month
from teams.models import Function, Posting, Role, UnitKind
from teams.selectors import people, posts, units
from tests.cast import TODAY, Cast


def test_members_carry_the_line_of_their_unit(cast: Cast) -> None:
    members = {member.employee_no: member for member in people.members_on(TODAY)}
    assert set(members) == {"1001", "1002", "1003", "1004", "2001", "9001"}
    lin = members["1001"]
    assert (lin.name, lin.area_id, lin.branch_id) == ("林小雨", cast.unit["B1M1A1"].pk, cast.unit["B1"].pk)
    assert lin.regional_department_id == cast.unit["R1"].pk
    assert (members["9001"].area_id, members["9001"].regional_department_id) == (None, None)


def test_a_leaver_is_no_member_from_the_day_she_is_gone(cast: Cast) -> None:
    cast.person("cm").left_on = TODAY
    cast.person("cm").save()
    assert "1001" not in {member.employee_no for member in people.members_on(TODAY, units=[cast.unit["B1M1"]])}
    (november,) = [m for m in people.members_during(Month(TODAY)) if m.employee_no == "1001"]
    assert (november.from_on, november.to_on) == (date(2026, 11, 1), TODAY)


def test_a_transfer_gives_two_members_of_one_month(cast: Cast) -> None:
    old = Posting.objects.get(person=cast.person("cm"))
    old.to_on = TODAY
    old.save()
    Posting.objects.create(person=cast.person("cm"), unit=cast.unit["B1M2"], role=Role.CUSTOMER_MANAGER, from_on=TODAY)
    november = [m for m in people.members_during(Month(TODAY)) if m.employee_no == "1001"]
    assert [(m.unit_id, m.from_on, m.to_on) for m in november] == [
        (cast.unit["B1M1A1"].pk, date(2026, 11, 1), TODAY),
        (cast.unit["B1M2"].pk, TODAY, date(2026, 12, 1)),
    ]


@pytest.mark.clause("D7")
def test_leaders_include_who_stands_in(cast: Cast) -> None:
    area = cast.unit["B1M1A1"]
    Posting.objects.create(
        person=cast.person("cm2"),
        unit=area,
        role=Role.AREA_MANAGER,
        from_on=TODAY,
        to_on=date(2026, 11, 25),
        acting_for=Posting.objects.get(person=cast.person("am")),
    )
    assert posts.leaders_of(area, TODAY) == [cast.am, cast.cm2]
    assert posts.leaders_of(area, date(2026, 11, 25)) == [cast.am]


def test_holders_and_head_office(cast: Cast) -> None:
    assert posts.holders(Role.MARKET_MANAGER, cast.unit["B1"], TODAY) == [cast.mm, cast.mm2]
    assert posts.head_office(Function.MARKET_SUPERVISION, TODAY) == [cast.market]
    assert units.ancestor(cast.unit["B1M1A1"], UnitKind.BRANCH) == cast.unit["B1"]
    assert units.ancestor(cast.unit["B9M1"], UnitKind.REGIONAL_DEPARTMENT) is None


def test_units_in_preparation_are_listed_but_not_ranked(cast: Cast) -> None:
    cast.unit["B2"].started_on = None
    cast.unit["B2"].save()
    cast.unit["B9"].closed_on = TODAY
    cast.unit["B9"].save()
    found = units.units_of_kind(UnitKind.BRANCH, TODAY)
    assert [(unit.code, units.unranked_because(unit, TODAY)) for unit in found] == [
        ("B1", ""),
        ("B2", "in preparation"),
    ]
    assert units.units_of_kind(UnitKind.AREA, TODAY, within=cast.unit["B2"]) == [cast.unit["B2M1A1"]]
