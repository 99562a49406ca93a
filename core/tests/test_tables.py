from __future__ import annotations

import contextlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cells import BadCell, Column, read_cell
from core.files import csv_sheet, read_tables
from core.tables import Form, Sheet, TableRefused, doubled_keys, fill, for_forms

PEOPLE = (
    Column("employee_no", ("员工编号", "員工編號"), required=True, longest=32),
    Column("name", ("姓名",), required=True),
    Column("joined_on", ("入职日期",), required=True, kind="date"),
    Column("share", ("比例",), kind="share"),
)

NINE_THIRTY = datetime.combine(date(2026, 11, 18), time(9, 30))


def sheet_of(text: str, encoding: str = "utf-8") -> Sheet:
    return csv_sheet(text.encode(encoding), "people")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_headers_come_in_any_order_script_and_encoding(encoding: str) -> None:
    filled = fill(sheet_of("入职日期, 姓 名,備註,員工編號\n2026-11-18,䶮㛃,x,007\n", encoding), PEOPLE)
    assert filled.refusals == []
    assert filled.ignored == ("備註",)
    assert filled.rows[0].values == {
        "employee_no": "007",
        "name": "䶮㛃",
        "joined_on": date(2026, 11, 18),
        "share": None,
    }


def test_a_title_above_the_header_blank_rows_and_totals_are_passed_over() -> None:
    filled = fill(sheet_of("人员表(2026年)\n\nemployee_no,name,joined_on\n1,甲,2026/1/2\n,,\n合计:,,1\n"), PEOPLE)
    assert [row.number for row in filled.rows] == [4]
    assert [row.number for row in filled.totals] == [6]
    assert filled.refusals == []


def test_a_missing_required_column_refuses_the_sheet() -> None:
    filled = fill(sheet_of("employee_no,入职日期\n1,2026-01-02\n"), PEOPLE)
    assert [(r.sheet, r.row, r.column, r.rule) for r in filled.refusals] == [
        ("people", 1, "name", "this column is missing")
    ]
    assert filled.rows == []


def test_two_headers_for_one_column_are_both_named() -> None:
    (refusal,) = fill(sheet_of("employee_no,name,姓名,joined_on\n1,a,b,2026-01-02\n"), PEOPLE).refusals
    assert (refusal.column, refusal.value) == ("name", "name (2), 姓名 (3)")


def test_a_refusal_names_sheet_row_column_value_and_rule() -> None:
    filled = fill(sheet_of("员工编号,姓名,入职日期\n1,甲,18.13.2026\n2,乙,2026-01-02\n"), PEOPLE)
    assert [r.as_json() for r in filled.refusals] == [
        {
            "sheet": "people",
            "row": 2,
            "column": "入职日期",
            "value": "18.13.2026",
            "rule": "不是像 2026-11-18 这样的日期",
        }
    ]
    assert [row["employee_no"] for row in filled.rows] == ["2"]


def test_a_row_wider_than_its_header_is_refused() -> None:
    (refusal,) = fill(sheet_of("employee_no,name,joined_on\n1,甲,2026-01-02,x\n"), PEOPLE).refusals
    assert refusal.rule == "the row has more cells than the header"


def test_the_same_key_twice_is_refused() -> None:
    filled = fill(sheet_of("employee_no,name,joined_on\n1,甲,2026-01-02\n1,乙,2026-01-02\n"), PEOPLE)
    assert [(r.row, r.value) for r in doubled_keys(filled, "employee_no")] == [(3, "1")]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (b"\xff\xfe\xff\xff,", 0),
        (b"a,b\n1,\x00\n", 2),
        (b'a,b\n"open,2\n', 2),
        (b"a,b\n1," + b"x" * 131_073 + b"\n", 2),
        (b"," * 201, 1),
    ],
    ids=["encoding", "NUL", "open quote", "overlong field", "too wide"],
)
def test_a_file_that_is_no_table_is_refused_with_its_line(content: bytes, row: int) -> None:
    with pytest.raises(TableRefused) as refused:
        csv_sheet(content, "people")
    assert refused.value.refusals[0].row == row


def test_a_folder_gives_one_sheet_per_file(tmp_path: Path) -> None:
    (tmp_path / "人员.csv").write_text("姓名\n", "utf-8")
    (tmp_path / "other.csv").write_text("x\n", "utf-8")
    found, ignored = for_forms(read_tables(tmp_path), [Form("people", PEOPLE, ("人员",))])
    assert (list(found), ignored) == (["people"], ["other"])


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", 1001.0, "1001"),
        ("text", "\u3000a b ", "a b"),
        ("decimal", "1,234.50", Decimal("1234.50")),
        ("decimal", 0.1 + 0.2, Decimal("0.30")),
        ("decimal", "-12", Decimal(-12)),
        ("share", "50%", Decimal("0.5")),
        ("share", 0.5, Decimal("0.5")),
        ("int", "12", 12),
        ("bool", "是", True),
        ("bool", "No", False),
        ("date", "20261118", date(2026, 11, 18)),
        ("date", "2026年11月8日", date(2026, 11, 8)),
        ("date", datetime.combine(date(2026, 11, 18), time()), date(2026, 11, 18)),
        ("month", "2026-11", date(2026, 11, 1)),
        ("month", "2026年1月", date(2026, 1, 1)),
        ("month", date(2026, 11, 18), date(2026, 11, 1)),
        ("time", "9:00", time(9)),
        ("moment", "2026-11-18 09:30", NINE_THIRTY),
        ("choice", "员工", "employee"),
    ],
)
def test_a_cell_is_read_as_what_it_is(kind: str, raw, value) -> None:
    assert read_cell(raw, Column("x", kind=kind, choices={"employee": ("员工",)})) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("text", 1.101011990030777e17),
        ("text", "a\x07"),
        ("text", "x" * 201),
        ("decimal", "1,23"),
        ("decimal", "NaN"),
        ("decimal", "1.234"),
        ("decimal", "1e5"),
        ("decimal", True),
        ("share", "50"),
        ("int", "1.5"),
        ("bool", "maybe"),
        ("date", "2026-02-29"),
        ("date", "1899-12-31"),
        ("date", NINE_THIRTY),
        ("date", time(0)),
        ("month", "2026-13"),
        ("time", "24:00"),
        ("time", timedelta(hours=30)),
        ("moment", "gestern"),
        ("choice", "boss"),
    ],
)
def test_a_cell_that_breaks_its_rule_is_refused(kind: str, raw) -> None:
    with pytest.raises(BadCell):
        read_cell(raw, Column("x", kind=kind, choices={"employee": ()}))


@pytest.mark.budget(4)
@given(
    st.one_of(
        st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.timedeltas()
    ),
    st.sampled_from(["text", "int", "decimal", "share", "bool", "date", "month", "time", "moment", "choice"]),
)
def test_any_cell_is_read_or_refused(raw, kind: str) -> None:
    with contextlib.suppress(BadCell):
        read_cell(raw, Column("x", kind=kind, choices={"a": ()}))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    with contextlib.suppress(TableRefused):
        fill(csv_sheet(content, "x"), PEOPLE)
