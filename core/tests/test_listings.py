"""A listing declared once is the same rows on the page, on the phone and in a file."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from openpyxl import load_workbook

from core.listings import COUNT, DAY, MONEY, STATE, Cell, Listing, ListingColumn

PENS = [("pen", date(2026, 11, 2), 3, Decimal("1.5"), True), ("=1+1", date(2026, 11, 3), 2, Decimal(4), False)]
NOON = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def cells(row):
    name, since, number, price, is_there = row
    word = "there" if is_there else "gone"
    return (
        Cell(name, note="a note", href=f"/{name}"),
        since,
        number,
        price,
        Cell(is_there, met=is_there, says=word),
        "x",
    )


def listing(rows=PENS, **more) -> Listing:
    columns = [
        ListingColumn("Item"),
        ListingColumn("Since", DAY),
        ListingColumn("Number", COUNT, total=Decimal(5)),
        ListingColumn("Price", MONEY),
        ListingColumn("State", STATE),
        ListingColumn("Code", only_in_file=True),
    ]
    return Listing("Stock", columns, rows, cells, none="Nothing is kept here", **more)


def shown(of: Listing, number: int = 1) -> str:
    context = {"listing": of, "page": of.page(number)}
    return " ".join(render_to_string("components/listing.html", context, RequestFactory().get("/")).split())


def test_a_page_shows_values_by_their_kind_notes_links_states_and_sums():
    page = shown(listing())
    for said in (
        '<a href="/pen">pen</a>',
        "a note",
        ">1.50<",
        ">4.00<",
        "there",
        "gone",
        'scope="row"',
        "Total",
        ">5<",
    ):
        assert said.replace("Total", "合计") in page.replace("> ", ">").replace(" <", "<")
    assert 'data-label="Price"' in page and "Code" not in page


def test_a_page_without_rows_says_so():
    assert "Nothing is kept here" in shown(listing(rows=[]))


def test_only_the_rows_of_a_page_are_asked_for_their_cells():
    asked = []

    def cells(n: int) -> tuple[int]:
        asked.append(n)
        return (n,)

    one = Listing("Numbers", [ListingColumn("n", COUNT)], range(120), cells)
    assert [cell.value for ((_column, cell),) in one.page(3).object_list] == list(range(100, 120)) == asked


def test_a_workbook_holds_every_column_the_sums_and_who_took_it_and_nothing_that_runs():
    answer = listing().file("xlsx", by="林小雨 1001", at=NOON)
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    titles, pen, other, sums, taken = (list(row) for row in sheet.values)
    assert titles == ["Item", "Since", "Number", "Price", "State", "Code"]
    assert pen == ["pen", datetime(2026, 11, 2), 3, 1.5, "是", "x"]  # noqa: DTZ001
    assert other[0] == "=1+1" and sheet["A3"].data_type == "s"
    assert sums[:3] == ["合计", None, 5]
    assert taken[0] == "林小雨 1001 于 2026-11-18 12:00 取出"
    assert answer["Content-Disposition"] == 'attachment; filename="Stock.xlsx"'


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_file_holds_the_rows_of_all_pages(kind: str):
    assert len(listing(per_page=1).page(1).object_list) == 1
    assert len(listing(per_page=1).file(kind, by="x", at=NOON).content) > len(
        listing(rows=PENS[:1]).file(kind, by="x", at=NOON).content
    )


def test_text_for_a_spreadsheet_is_inert():
    lines = listing().file("csv", by="=x", at=NOON).content.decode("utf-8-sig").splitlines()
    assert lines[2].startswith("'=1+1,2026-11-03,2,4,") and lines[-1].startswith("'=x")
