"""Workbooks as people make them: what is understood, and what is refused because a spreadsheet has spoilt it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from crm.models import Import, Opening
from crm.services.importing import check_file, import_file
from crm.services.staging import ImportAsked
from tests.cast import TODAY

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
HEADINGS = ["开户日期", "营业部", "客户号", "资金账号", "所属员工", "比例", "开户资产"]
ROW = [date(2026, 11, 16), "B1", "0101", "0201", 1001, 0.5, 1234.565]


@pytest.fixture
def check(cast, tmp_path: Path):
    def check(build, unit: str = "HX") -> Import:
        book = Workbook()
        sheet = book.active
        assert isinstance(sheet, Worksheet)
        build(book, sheet)
        book.save(tmp_path / "crm.xlsx")
        asked = ImportAsked(
            kind="openings", path=tmp_path / "crm.xlsx", name="crm.xlsx", unit=cast.unit[unit], today=TODAY
        )
        return check_file(asked=asked, actor=None, now=NOW)

    return check


def rows(*lines: list[Any]):
    def build(book: Workbook, sheet: Worksheet) -> None:
        for line in lines:
            sheet.append(line)

    return build


def rules(imported: Import) -> list[tuple[int, str, str, str]]:
    return [(r["row"], r["column"], r["value"], r["rule"]) for r in imported.refusals]


def test_dates_numbers_and_percentages_are_read_as_they_are_meant(cast, tmp_path, check):
    imported = check(rows(HEADINGS, ROW, [*ROW[:4], 1002, "50%", ""]))
    assert rules(imported) == []
    assert (imported.state, imported.created) == ("checked", 2)
    asked = ImportAsked(kind="openings", path=tmp_path / "crm.xlsx", name="crm.xlsx", unit=cast.unit["HX"], today=TODAY)
    import_file(asked=asked, good_rows_only=False, actor=None, now=NOW)
    opening = Opening.objects.get(developer=cast.person("cm"))
    assert (opening.client_no, opening.fund_account, opening.share) == ("0101", "0201", Decimal("0.5"))
    assert (opening.open_date, opening.open_assets) == (date(2026, 11, 16), Decimal("1234.57"))


def test_an_account_number_that_lost_its_last_digits_is_refused(check):
    imported = check(rows(HEADINGS, [*ROW[:3], 110101199003077721, *ROW[4:]]))
    (refusal,) = rules(imported)
    assert refusal[:2] == (2, "资金账号")
    assert refusal[3] == "stored as a number, its last digits are lost: format the column as text"


def test_titles_may_be_merged_and_cells_below_them_may_not(check):
    def titled(book: Workbook, sheet: Worksheet) -> None:
        rows(["十一月开户"], HEADINGS, ROW)(book, sheet)
        sheet.merge_cells("A1:G1")

    def merged(book: Workbook, sheet: Worksheet) -> None:
        titled(book, sheet)
        sheet.append([None, *ROW[1:3], "0202", *ROW[4:]])
        sheet.merge_cells("A3:A4")

    assert check(titled).refusals == []
    (refusal,) = rules(check(merged))
    assert refusal[:3] == (3, "A3:A4", "A3:A4")
    assert refusal[3].startswith("merged cells")


def test_hidden_and_other_sheets_are_passed_over_and_a_second_table_is_not(check):
    def beside(book: Workbook, sheet: Worksheet) -> None:
        rows(HEADINGS, ROW)(book, sheet)
        rows(["说明", "请按月填写"])(book, book.create_sheet("说明"))
        hidden = book.create_sheet("旧")
        rows(HEADINGS, ROW)(book, hidden)
        hidden.sheet_state = "hidden"

    def twice(book: Workbook, sheet: Worksheet) -> None:
        rows(HEADINGS, ROW)(book, sheet)
        rows(HEADINGS, ROW)(book, book.create_sheet("又一张"))

    imported = check(beside)
    assert (imported.rows, imported.notes["ignored_sheets"]) == (1, ["说明"])
    assert check(twice).refusals[0]["rule"].startswith("The workbook holds this table twice")


@pytest.mark.parametrize("serial", [0, 60, -5, 2958466])
def test_a_day_that_cannot_be_meant_is_refused(check, serial):
    def build(book: Workbook, sheet: Worksheet) -> None:
        rows(HEADINGS, ROW)(book, sheet)
        sheet["A2"] = serial
        sheet["A2"].number_format = "yyyy-mm-dd"

    (refusal,) = rules(check(build))
    assert refusal[:2] == (2, "开户日期")


def test_big5_read_as_something_else_does_not_get_through(cast, tmp_path):
    path = tmp_path / "crm.csv"
    path.write_bytes(
        "open_date,branch,client_no,fund_account,developer\n2026-11-16,人民路營業部,1,2,1001\n".encode("big5")
    )
    asked = ImportAsked(kind="openings", path=path, name="crm.csv", unit=cast.unit["HX"], today=TODAY)
    imported = check_file(asked=asked, actor=None, now=NOW)
    assert imported.state == "refused"
    assert "Big5" in imported.refusals[0]["rule"]
