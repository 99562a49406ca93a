"""Searching finds what one may see and nothing else."""

from __future__ import annotations

from time import perf_counter

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from worklogs.models import Contact


def found(client, text: str):
    return client.get("/search/", {"q": text}).context["found"]


def test_a_leader_finds_her_people_by_name_and_number(cast: Cast, signed_in):
    client = signed_in(cast.am)
    assert [one.person.name for one in found(client, "小雨").people] == ["林小雨"]
    assert [one.person.name for one in found(client, "1002").people] == ["陈大文"]


def test_nobody_finds_people_outside_her_sight(cast: Cast, signed_in):
    assert found(signed_in(cast.am), "邓超然").is_empty
    assert found(signed_in(cast.cm), "陈大文").is_empty
    assert [one.person.name for one in found(signed_in(cast.market), "邓超然").people] == ["邓超然"]


def test_units_are_found_by_name_and_code(cast: Cast, signed_in):
    client = signed_in(cast.manager)
    assert cast.unit["B1M1"] in found(client, "市场一部").units
    assert found(client, "b1m2").units == (cast.unit["B1M2"],)
    assert cast.unit["B2"] not in found(client, "营业部").units


def test_an_empty_search_asks_nothing(cast: Cast, signed_in):
    client = signed_in(cast.am)
    assert found(client, "  ").is_empty


def names(found) -> list[str]:
    return [one.person.name for one in found.people]


def test_people_units_and_outlets_are_found_by_pinyin_and_initials(cast: Cast, signed_in):
    client = signed_in(cast.market)
    for typed in ("linxiaoyu", "lin xiaoyu", "LXY", "xiaoyu", "林小雨"):
        assert names(found(client, typed)) == ["林小雨"], typed
    assert cast.unit["B1"] in found(client, "renminlu").units and cast.unit["B1"] in found(client, "rmlyyb").units
    assert found(signed_in(cast.am), "dengchaoran").is_empty, "out of sight"


def test_a_new_name_is_found_at_once_whatever_way_it_was_written(cast: Cast, signed_in):
    client = signed_in(cast.market)
    assert found(client, "zengming").is_empty
    type(cast.cm).objects.filter(pk=cast.cm.pk).update(name="曾明")
    assert names(found(client, "zengming")) == names(found(client, "cengming")) == ["曾明"]
    assert "曾明" in names(found(client, "zm"))
    assert found(client, "linxiaoyu").is_empty


def test_namesakes_are_told_apart_by_their_units(cast: Cast, signed_in):
    type(cast.cm).objects.filter(pk__in=[cast.cm.pk, cast.user["sibling_cm"].pk]).update(name="李伟")
    assert len({one.units for one in found(signed_in(cast.market), "liwei").people}) == 2


def test_contacts_are_found_by_her_who_knows_them_and_nobody_else(cast: Cast, signed_in):
    Contact.objects.create(
        phone="13800000001", name="周子涵", owner=cast.person("cm"), unit=cast.unit["B1M1A1"], registered_on=cast.today
    )
    for typed in ("zzh", "周子", "1380000"):
        assert [one.name for one in found(signed_in(cast.cm), typed).contacts] == ["周子涵"]
        assert found(signed_in(cast.am), typed).is_empty


def test_thirty_thousand_names_are_searched_quickly(cast: Cast, signed_in):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_spelling SELECT n || '', ' name' || n FROM generate_series(1, 30000) n; ANALYZE core_spelling"
        )
    client = signed_in(cast.market)
    found(client, "linxiaoyu")
    with CaptureQueriesContext(connection) as queries:
        began = perf_counter()
        assert names(found(client, "linxiaoyu")) == ["林小雨"]
        assert perf_counter() - began < 1
    assert len(queries) <= 15
