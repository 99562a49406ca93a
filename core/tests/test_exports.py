from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from core import exports
from core.exports import Asked, NotExportable, export

COLUMNS = ("name", "amount", "on", "at", "passed", "unmet")
ROW = (
    '=HYPERLINK("http://x")',
    Decimal("-12.30"),
    date(2026, 11, 18),
    datetime(2026, 11, 18, 4, tzinfo=UTC),
    True,
    ["prospect", "client_call"],
)


@pytest.fixture
def greeting(monkeypatch):
    monkeypatch.setattr(exports, "_declared", dict(exports.exports()))

    @export("greeting", columns=COLUMNS)
    def greeting(asked: Asked):
        if asked.unit == "NONE":
            raise NotExportable("No unit has the code NONE")
        yield ROW


def as_command(tmp_path, form, *extra):
    file = tmp_path / f"out.{form}"
    call_command(
        "export", "greeting", "--from", "2026-11-01", "--to", "2026-11-30", "--format", form, "-o", str(file), *extra
    )
    return file


def test_csv_text_cannot_run_as_a_formula_and_numbers_stay_numbers(greeting, tmp_path):
    lines = as_command(tmp_path, "csv").read_bytes().decode().split("\r\n")
    assert lines[0] == "name,amount,on,at,passed,unmet"
    assert lines[1] == (
        '"\'=HYPERLINK(""http://x"")",-12.30,2026-11-18,2026-11-18T12:00:00+08:00,yes,prospect;client_call'
    )


def test_xlsx_text_is_a_text_cell(greeting, tmp_path):
    sheet = load_workbook(as_command(tmp_path, "xlsx"))["export"]
    header, row = list(sheet.iter_rows())
    assert [cell.value for cell in header] == list(COLUMNS)
    assert row[0].data_type == "s" and row[0].value == '=HYPERLINK("http://x")'
    assert row[1].value == pytest.approx(-12.3)
    assert str(row[2].value)[:10] == "2026-11-18"


RUNS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u200b=1",
    "\ufeff+1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
)
STAYS = ("1-1", "a=b", "林=小雨", "88000001")


@pytest.mark.parametrize("text", [*RUNS, *STAYS])
def test_what_would_run_in_a_spreadsheet_is_inert_in_both(text):
    as_csv, as_xlsx = io.BytesIO(), io.BytesIO()
    exports.written_as_csv(["name"], [[text]], as_csv)
    exports.written_as_xlsx(["name"], [[text]], as_xlsx)
    (_, [cell]) = csv.reader(io.StringIO(as_csv.getvalue().decode(), newline=""))
    assert cell == (f"'{text}" if text in RUNS else text)
    found = load_workbook(as_xlsx)["export"]["A2"]
    assert found.data_type in "sn" and bool(found.quotePrefix) is (text in RUNS)


def test_control_characters_do_not_stop_an_xlsx():
    into = io.BytesIO()
    assert exports.written_as_xlsx(["name"], [["a\x00b\x1bc"]], into) == 1
    assert load_workbook(into)["export"]["A2"].value == "abc"


def test_json_is_a_list_of_objects(greeting, tmp_path):
    (item,) = json.loads(as_command(tmp_path, "json").read_text())
    assert item == {
        "name": '=HYPERLINK("http://x")',
        "amount": "-12.30",
        "on": "2026-11-18",
        "at": "2026-11-18T12:00:00+08:00",
        "passed": True,
        "unmet": ["prospect", "client_call"],
    }


def test_a_refused_export_leaves_no_file(greeting, tmp_path):
    with pytest.raises(CommandError, match="No unit has the code NONE") as refused:
        as_command(tmp_path, "csv", "--unit", "NONE")
    assert refused.value.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_declared_is_refused_with_what_there_is(tmp_path):
    with pytest.raises(CommandError, match="Nothing is exported as moon"):
        call_command("export", "moon", "--from", "2026-11-01", "--to", "2026-11-01", "-o", str(tmp_path / "x"))
