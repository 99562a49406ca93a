"""Searching finds what one may see and nothing else."""

from __future__ import annotations

from tests.cast import Cast


def found(client, text: str):
    return client.get("/search/", {"q": text}).context["found"]


def test_a_leader_finds_her_people_by_name_and_number(cast: Cast, signed_in):
    client = signed_in(cast.am)
    assert [person.name for person in found(client, "小雨").people] == ["林小雨"]
    assert [person.name for person in found(client, "1002").people] == ["陈大文"]


def test_nobody_finds_people_outside_her_sight(cast: Cast, signed_in):
    assert found(signed_in(cast.am), "邓超然").is_empty
    assert found(signed_in(cast.cm), "陈大文").is_empty
    assert [person.name for person in found(signed_in(cast.market), "邓超然").people] == ["邓超然"]


def test_units_are_found_by_name_and_code(cast: Cast, signed_in):
    client = signed_in(cast.manager)
    assert cast.unit["B1M1"] in found(client, "市场一部").units
    assert found(client, "b1m2").units == (cast.unit["B1M2"],)
    assert cast.unit["B2"] not in found(client, "营业部").units


def test_an_empty_search_asks_nothing(cast: Cast, signed_in):
    client = signed_in(cast.am)
    assert found(client, "  ").is_empty
