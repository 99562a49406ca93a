"""A small zoo of bad files: each is refused in words, within a second, and no process of ours dies of it."""

from __future__ import annotations

import contextlib
import io
import random
import resource
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from core.cells import Column
from core.files import read_tables
from core.guard import Limits, sheets_of
from core.tables import Filled, Sheet, TableRefused, fill

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
    "</Relationships>"
)
BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{extra}'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{inner}</worksheet>'


def packed(inner: str, *, extra: str = "", parts: dict[str, bytes] | None = None) -> bytes:
    """A workbook written by hand, with one sheet."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS.format(kind="officeDocument", target="xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", BOOK.format(extra=extra))
        archive.writestr(
            "xl/_rels/workbook.xml.rels", RELATIONS.format(kind="worksheet", target="worksheets/sheet1.xml")
        )
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format(inner=inner))
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return file.getvalue()


def cells(*references: str) -> str:
    rows = "".join(f'<row><c r="{r}" t="inlineStr"><is><t>x</t></is></c></row>' for r in references)
    return f"<sheetData>{rows}</sheetData>"


def bomb() -> bytes:
    return packed(cells("A1"), parts={"xl/media/image1.bin": b"\0" * (65 << 20)})


def lying() -> bytes:
    """The zip's directory says a part is small; what is packed there is large."""
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = body.compress(b"<x/>" * (20 << 20)) + body.flush()
    whole = bytearray(packed(cells("A1"), parts={"xl/media/a.bin": b"A" * 1000}))
    name = b"xl/media/a.bin"
    local = whole.index(b"PK\x03\x04", whole.index(b"sheet1.xml") + 1)
    while name not in whole[local : local + 30 + len(name)]:
        local = whole.index(b"PK\x03\x04", local + 1)
    start = local + 30 + len(name)
    old = struct.unpack("<I", whole[local + 18 : local + 22])[0]
    whole[start : start + old] = data
    whole[local + 18 : local + 22] = struct.pack("<I", len(data))
    central = whole.index(b"PK\x01\x02", start + len(data))
    while name not in whole[central : central + 46 + len(name)]:
        central = whole.index(b"PK\x01\x02", central + 1)
    whole[central + 20 : central + 24] = struct.pack("<I", len(data))
    end = whole.index(b"PK\x05\x06", central)
    whole[end + 16 : end + 20] = struct.pack("<I", whole.index(b"PK\x01\x02", start + len(data)))
    return bytes(whole)


def password() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 3000


def encrypted_zip() -> bytes:
    whole = bytearray(packed(cells("A1")))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = whole.find(signature)
        while place >= 0:
            whole[place + at] |= 1
            place = whole.find(signature, place + 4)
    return bytes(whole)


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def entities() -> bytes:
    whole = zipfile.ZipFile(io.BytesIO(packed("")))
    parts = {name: whole.read(name) for name in whole.namelist()}
    parts["xl/worksheets/sheet1.xml"] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    return zipped(parts)


def noise() -> bytes:
    return random.Random(7).randbytes(4000)


ZOO: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.csv": (lambda: b"", "empty"),
    "empty.xlsx": (lambda: b"", "empty"),
    "nul.csv": (lambda: b"a,b\n1,2\n3,\0\n", "NUL"),
    "overlong.csv": (lambda: b"a,b\n1," + b"x" * 200_000 + b"\n", "longer than"),
    "unclosed.csv": (lambda: b'a,b\n1,"2\n3,4\n', "quotation"),
    "wide.csv": (lambda: b",".join([b"x"] * 300) + b"\n", "columns"),
    "broken-utf8.csv": (lambda: "姓名\n".encode() + b"\xff\xfe\xff\n", "neither UTF-8 nor GB18030"),
    "utf16-cut.csv": (lambda: "姓名,值".encode("utf-16")[:-1], "neither UTF-8 nor GB18030"),
    "web.xlsx": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
    "web-bom.csv": (lambda: b"\xef\xbb\xbf \n<!DOCTYPE html><html></html>", "web page"),
    "old.xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000, "old Excel"),
    "password.xlsx": (password, "password"),
    "encrypted.xlsx": (encrypted_zip, "password"),
    "paper.csv": (lambda: b"%PDF-1.7\n", "PDF"),
    "picture.xlsx": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "PNG"),
    "truncated.xlsx": (lambda: packed(cells("A1", "B2"))[:-300], "damaged"),
    "head-only.xlsx": (lambda: b"PK\x03\x04", "damaged"),
    "not-a-workbook.zip": (lambda: zipped({"a.txt": b"x"}), "not an Excel workbook"),
    "many-parts.xlsx": (lambda: packed(cells("A1"), parts={f"xl/p{n}.xml": b"" for n in range(300)}), "parts"),
    "bomb.xlsx": (bomb, "larger than 64 MB"),
    "lying.xlsx": (lying, ""),
    "far-corner.xlsx": (lambda: packed(cells("A1", "XFD1048576")), "rows"),
    "far-column.xlsx": (lambda: packed(cells("A1", "XFD2")), "columns"),
    "1904.xlsx": (lambda: packed(cells("A1"), extra='<workbookPr date1904="1"/>'), "1904"),
    "entities.xlsx": (entities, "declarations"),
    "binary.csv": (noise, ""),
}


def seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", ZOO)
def test_it_refuses_every_animal_of_the_zoo_quickly_and_in_words(tmp_path: Path, name: str):
    build, word = ZOO[name]
    path = tmp_path / name
    path.write_bytes(build())
    began = seconds_of_children()
    with pytest.raises(TableRefused) as refused:
        sheets_of(path)
    assert seconds_of_children() - began < 1
    assert word in refused.value.refusals[0].rule % refused.value.refusals[0].values


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else_happens(tmp_path: Path, seed: int):
    chance = random.Random(seed)
    content = bytearray(packed(cells(*(f"A{n}" for n in range(1, 40)))))
    for _ in range(chance.randrange(1, 30)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(content)
    with contextlib.suppress(TableRefused):
        assert sheets_of(path)


def test_a_child_that_needs_too_much_memory_dies_alone(tmp_path: Path):
    path = tmp_path / "many.csv"
    path.write_text("a,b\n" + "1,2\n" * 1000)
    with pytest.raises(TableRefused, match=r"cannot be read|memory"):
        sheets_of(path, limits=Limits(memory=8 << 20))


def test_a_workbook_comes_back_with_its_days_and_numbers_and_its_merged_cells(tmp_path: Path):
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "开户"
    sheet.append(["表头", None, None])
    sheet.append([None, date(2026, 11, 18), 12.5])
    sheet.append([None, "18位", 3])
    sheet.merge_cells("A1:C1")
    book.save(tmp_path / "good.xlsx")
    (read,) = read_tables(tmp_path / "good.xlsx")
    assert (read.name, read.merged) == ("开户", ("A1:C1",))
    assert [(number, list(row)) for number, row in read.rows] == [
        (1, ["表头", "", ""]),
        (2, ["", date(2026, 11, 18), 12.5]),
        (3, ["", "18位", 3.0]),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_by_mark_then_utf8_then_gb18030(tmp_path: Path, encoding: str):
    path = tmp_path / "names.csv"
    path.write_bytes("姓名;城市\n䶮㛃𠮷;上海\n".encode(encoding))
    (read,) = sheets_of(path)
    assert [list(row) for _, row in read.rows] == [["姓名", "城市"], ["䶮㛃𠮷", "上海"]]


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def text(reference: str, value: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>'


HEADER = row(1, text("A1", "name"), text("B1", "amount"))
A_FORMULA = '<c r="B7"><f>A1</f></c>'
EMPTY_TEXT = '<c r="B2" t="str"><f>IF(1,&quot;&quot;)</f><v></v></c>'
FIVE = '<c r="B3"><v>5</v></c>'


def read(tmp_path: Path, *rows: str) -> Filled:
    path = tmp_path / "book.xlsx"
    path.write_bytes(packed(f"<sheetData>{HEADER}{''.join(rows)}</sheetData>"))
    return fill(sheets_of(path)[0], (Column("name"), Column("amount", kind="decimal")))


UNCOMPUTED = {
    "an error": '<c r="B2" t="e"><v>#N/A</v></c>',
    "the error of a formula": '<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
    "a formula without a result": '<c r="B2"><f>A9*2</f></c>',
    "an empty result": '<c r="B2"><f>A9*2</f><v></v></c>',
    "a cell that does not say where it stands": "<c><f>A9*2</f></c>",
    "a very long formula": f'<c r="B2"><f>{"1+" * 6000}1</f><v/></c>',
    "a shared formula": '<c r="B2"><f t="shared" si="0"/></c>',
}


@pytest.mark.parametrize("cell", UNCOMPUTED.values(), ids=UNCOMPUTED.keys())
def test_what_a_spreadsheet_did_not_compute_refuses_its_row_and_is_never_a_blank(tmp_path: Path, cell: str):
    filled = read(tmp_path, row(2, text("A2", "x"), cell), row(3, text("A3", "y"), FIVE))
    assert [(refusal.sheet, refusal.row, refusal.column) for refusal in filled.refusals] == [("S", 2, "amount")]
    assert [row["name"] for row in filled.rows] == ["y"]


def test_a_row_that_holds_nothing_but_uncomputed_cells_is_there_too(tmp_path: Path):
    filled = read(tmp_path, row(7, A_FORMULA))
    assert [refusal.row for refusal in filled.refusals] == [7]


def test_every_cell_that_one_formula_fills_needs_its_result(tmp_path: Path):
    first = '<c r="B2"><f t="array" ref="B2:B3">A2:A3*2</f><v>4</v></c>'
    filled = read(tmp_path, row(2, text("A2", "x"), first), row(3, text("A3", "y")))
    assert [refusal.row for refusal in filled.refusals] == [3]


def test_a_text_that_a_formula_found_to_be_empty_is_a_blank(tmp_path: Path):
    filled = read(tmp_path, row(2, text("A2", "x"), EMPTY_TEXT))
    assert not filled.refusals and filled.rows[0]["amount"] is None


def test_what_its_sender_did_not_see_is_named_with_what_became_of_it(tmp_path: Path):
    book = Workbook()
    seen, unseen = book.worksheets[0], book.create_sheet("旧表")
    for line in (("name", "amount", "note"), ("x", 1, ""), ("y", 2, ""), ("z", 3, "")):
        seen.append(line)
    unseen.sheet_state = "veryHidden"
    for number in (3, 4):
        seen.row_dimensions[number].hidden = True
    seen.column_dimensions["B"].hidden = True
    seen.column_dimensions["Z"].hidden = True
    book.save(tmp_path / "book.xlsx")
    (sheet,) = sheets_of(tmp_path / "book.xlsx")
    assert (sheet.hidden.sheets, sheet.hidden.rows, sheet.hidden.columns) == (("旧表",), ("3–4",), ("B",))
    assert len(sheet.rows) == 4
    assert [remark.values["names"] for remark in sheet.hidden.remarks(sheet.name)] == ["旧表", "3–4", "B"]


def test_a_workbook_whose_sheets_are_all_hidden_says_so(tmp_path: Path):
    whole = packed(f"<sheetData>{HEADER}</sheetData>")
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.infolist():
            new.writestr(part, old.read(part).replace(b'sheetId="1"', b'sheetId="1" state="hidden"'))
    with pytest.raises(TableRefused, match="hidden"):
        sheets_of(path)


@pytest.mark.parametrize("way", [sheets_of, read_tables], ids=["guard", "command"])
def test_a_file_in_big5_is_named_as_such_and_one_in_gb18030_is_read(tmp_path: Path, way: Callable[[Path], list[Sheet]]):
    path = tmp_path / "people.csv"
    path.write_text("員工編號,姓名,入職日期,備註\n10001,陳大文,2026-11-02,客戶經理\n", "big5")
    with pytest.raises(TableRefused, match="Big5"):
        way(path)
    for text in (
        "员工编号,姓名,入职日期\n10001,陈大文,2026-11-02\n",
        "員工編號,姓名,入職日期\n10001,陳大文,2026-11-02\n",
    ):
        path.write_text(text, "gb18030")
        assert len(way(path)[0].rows) == 2
