"""Money in cents, and what a digest is made of."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.explain import canonical
from core.money import in_capitals, shared_out, to_cents

AMOUNTS = st.decimals(min_value=-10_000, max_value=10_000, places=2)
WEIGHTS = st.lists(st.decimals(min_value=0, max_value=1000, places=3), min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.345", "2.35"), ("2.344999", "2.34"), ("1E+3", "1000.00")],
)
def test_half_a_cent_goes_away_from_zero(amount: str, cents: str):
    assert to_cents(Decimal(amount)) == Decimal(cents)


@given(AMOUNTS, WEIGHTS)
def test_what_is_shared_out_sums_to_the_cent_and_no_share_is_a_cent_off(total: Decimal, weights: list[Decimal]):
    parts, whole = shared_out(total, weights), sum(weights)
    assert sum(parts) == total
    if whole:
        assert all(
            abs(part - total * weight / whole) < Decimal("0.01") for part, weight in zip(parts, weights, strict=True)
        )


def test_a_float_never_enters_a_digest():
    with pytest.raises(TypeError):
        canonical({"rate": 0.1})


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10", "壹拾元整"),
        ("1204.50", "壹仟贰佰零肆元伍角整"),
        ("100000.07", "壹拾万元零柒分"),
        ("10004", "壹万零肆元整"),
        ("3030303.30", "叁佰零叁万零叁佰零叁元叁角整"),
        ("100200000.01", "壹亿零贰拾万元零壹分"),
        ("-18637.73", "负壹万捌仟陆佰叁拾柒元柒角叁分"),
    ],
)
def test_a_sum_is_written_out_in_capital_figures(amount: str, said: str) -> None:
    assert in_capitals(Decimal(amount)) == said
