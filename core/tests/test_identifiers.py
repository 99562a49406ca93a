"""One thing has one spelling, whatever way it comes in; what merely looks like it is named, not taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from core.cells import BadCell, Column, read_cell
from core.forms import NumberField, WholeField
from core.identifiers import NotAPhoneNumber, identifier, likeness, lookalikes, phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("991000000001", "991000000001"),
        ("９９１００００００００１", "991000000001"),
        ("'00071", "00071"),
        ("＇00071", "00071"),
        ("0007 1", "00071"),
        ("\u202d00071\u202c", "00071"),
        ("\ufeff000\u200b71", "00071"),
        ("Ｂ０１‐２", "B01-2"),
        ("b01", "b01"),
    ],
)
def test_an_identifier_has_one_form(typed, kept):
    assert identifier(typed) == kept


@given(st.text(max_size=30))
def test_a_kept_identifier_keeps_its_form(text):
    assert identifier(identifier(text)) == identifier(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+86 139-0001 0045", "13900010045"),
        ("86 138 0001 0045", "13800010045"),
        ("8613800010045", "13800010045"),
        ("\u202d13800010045\u202c", "13800010045"),
        ("138\u200b0001\u200b0045", "13800010045"),
        ("86-21-8888 6666", "02188886666"),
        ("+852 6123 4567", "+85261234567"),
        ("00852 6123 4567", "+85261234567"),
        ("400 800 1234", "4008001234"),
    ],
)
def test_a_phone_number_has_one_form_and_loses_the_country_only_where_it_is_ours(typed, kept):
    assert phone(typed, abroad=True) == kept
    assert phone(kept, abroad=True) == kept


@pytest.mark.parametrize("typed", ["", "-", "abc", "123", "+86 12345x"])
def test_what_is_no_phone_number_anywhere_is_refused(typed):
    with pytest.raises(NotAPhoneNumber):
        phone(typed, abroad=True)


def test_numbers_that_differ_in_leading_zeros_or_capitals_name_the_known_one():
    known = ["00071", "030000001269", "b01"]
    assert lookalikes(["71", "30000001269", "B01", "00071", "72"], known) == {
        "71": "00071",
        "30000001269": "030000001269",
        "B01": "b01",
    }
    assert likeness("0") == likeness("000") != likeness("1")


TAKEN = [
    ("１２３．４５", "123.45"),
    ("1,234.56", "1234.56"),
    ("１，２３４．５６", "1234.56"),
    ("￥12", "12"),
    ("−3.10", "-3.10"),
]
REFUSED = ["1e3", "1_000", "1,23", "#N/A", "#DIV/0!", "NaN", "Infinity", "0x10", "١٢", "1.005", "abc", "5²", "５①"]


class Typed(forms.Form):
    amount = NumberField(max_digits=16, decimal_places=2)
    count = WholeField(required=False)


@pytest.mark.parametrize(("text", "number"), TAKEN)
def test_files_and_forms_take_the_same_numbers(text, number):
    form = Typed({"amount": text})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == read_cell(text, Column("", kind="decimal")) == Decimal(number)


@pytest.mark.parametrize("text", REFUSED)
def test_files_and_forms_refuse_the_same_numbers(text):
    assert "amount" in Typed({"amount": text}).errors
    with pytest.raises(BadCell):
        read_cell(text, Column("", kind="decimal"))


def test_a_footnote_is_no_digit_of_an_identifier():
    with pytest.raises(BadCell):
        read_cell("00071²", Column("", kind="identifier"))


def test_a_whole_number_is_read_by_the_same_rules():
    assert Typed({"amount": "1", "count": "１，０００"}).is_valid()
    assert (
        set(Typed({"amount": "1", "count": "1_000"}).errors)
        == set(Typed({"amount": "1", "count": "2.5"}).errors)
        == {"count"}
    )


def test_a_figure_with_more_places_than_its_column_is_refused_naming_them_however_it_is_stored():
    for raw in ("0.005", 0.005):
        with pytest.raises(BadCell) as bad:
            read_cell(raw, Column("", kind="decimal"))
        assert bad.value.values_in_rule == {"places": "2"}
    assert read_cell(0.1 + 0.2, Column("", kind="decimal")) == Decimal("0.3")


@pytest.mark.parametrize(
    "text",
    ["2026/11/30 0:00", "2026-11-30 00:00:00", "2026-11-30T00:00:00", "2026/11/30 0:00:00.000", "2026年11月30日 0:00",
     "2026-11-30T00:00:00+08:00", "2026/11/30 12:00:00 AM", "2026/11/30 上午12:00:00", "２０２６／１１／３０", "\u200b20261130"],
)  # fmt: skip
def test_a_day_at_midnight_is_that_day(text):
    assert read_cell(text, Column("", kind="date")) == date(2026, 11, 30)


@pytest.mark.parametrize("text", ["2026/11/30 0:01", "2026-11-30 12:00", "2026-11-30 00:00:01"])
def test_a_day_at_another_time_is_no_day(text):
    with pytest.raises(BadCell):
        read_cell(text, Column("", kind="date"))
