from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.rules import masked_name, masked_number, ranked


def test_equals_share_the_rank_of_the_first_of_them():
    values = {"a": Decimal(5), "b": Decimal(9), "c": Decimal(5), "d": Decimal(1)}
    assert [(place.key, place.rank, place.of) for place in ranked(values)] == [
        ("b", 1, 4),
        ("a", 2, 4),
        ("c", 2, 4),
        ("d", 4, 4),
    ]


@given(st.dictionaries(st.integers(), st.integers(0, 5).map(Decimal), max_size=30), st.randoms())
def test_a_ranking_does_not_depend_on_the_order_of_rows(values, random):
    items = list(values.items())
    random.shuffle(items)
    assert ranked(dict(items)) == ranked(values)
    for place in ranked(values):
        assert place.rank == 1 + sum(other > place.value for other in values.values())


def test_a_name_is_kept_by_its_first_character_only():
    assert [masked_name(name) for name in ("林小雨", "张三", "欧阳修文", "Acme Corporation", " ", "𠮷田")] == [
        "林**",
        "张*",
        "欧**",
        "A**",
        "",
        "𠮷*",
    ]


@pytest.mark.parametrize(
    ("number", "shown"),
    [("0301234567", "03*****567"), ("1234567", "12**567"), ("12345678", "12***678"), ("123456", "****56"), ("123", "**23")],
)  # fmt: skip
def test_a_number_shows_its_ends_only(number, shown):
    assert masked_number(number) == shown
