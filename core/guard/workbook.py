"""Workbooks: the zip judged by its parts and by the cells it claims, then parsed. Runs in the guard's child."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.cells import Raw
from core.explain import N_
from core.guard.markup import Marks, marks_of, parts_of
from core.guard.streams import CHUNK, MIB, Limits, Stream, refuse
from core.tables import CHOICES, Hidden, TableRefused, letters_of

REFERENCE = re.compile(rb"""\sr\s*=\s*["']\s*\$?([A-Za-z]*)\$?(\d+)\s*["']""")
BOOK = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
EPOCH_1904 = re.compile(rb"""date1904\s*=\s*["'](?:1|true|on)["']""", re.IGNORECASE)
SHEET_PART = re.compile(r"xl/(?:worksheets|macrosheets|chartsheets)/[^/]+\.xml", re.IGNORECASE)


def workbook_sheets(path: Path, limits: Limits) -> Iterator[Stream]:
    try:
        marks = look_into(path, limits)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, UnicodeError):
        raise refuse(N_("The workbook is damaged or incomplete")) from None
    return parsed_sheets(path, limits, marks)


def look_into(path: Path, limits: Limits) -> dict[str, Marks]:
    """Judge the zip by its parts and by the cells its sheets claim; what the parser will not tell of them, by name.

    Raises `TableRefused` or what `zipfile` raises.
    """
    total = 0
    marks: dict[str, Marks] = {}
    book: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if len(parts) > limits.parts:
            raise refuse(N_("The workbook has more than %(limit)s parts"), values={"limit": limits.parts})
        if any(part.flag_bits & 1 for part in parts):
            raise refuse(N_("The workbook is protected by a password; save it without one"))
        names = {part.filename for part in parts}
        if "xl/workbook.xml" not in names:
            raise refuse(N_("This is not an Excel workbook (.xlsx)"))
        if sum(part.file_size for part in parts) > limits.unpacked:
            raise too_large(limits)
        for part in parts:
            content = unpacked(archive, part, limits.unpacked - total)
            total += len(content)
            if total > limits.unpacked:
                raise too_large(limits)
            if part.filename == "xl/workbook.xml" and EPOCH_1904.search(content):
                raise refuse(N_("The workbook counts dates from 1904; switch that off in Excel and save it again"))
            if part.filename in BOOK:
                check_declarations(content)
                book[part.filename] = content
            if SHEET_PART.fullmatch(part.filename):
                look_at_sheet(content, limits)
                marks[part.filename] = marks_of(content)
    places = parts_of(*(book.get(name, b"<none/>") for name in BOOK))
    return {name: marks[place] for name, place in places.items() if place in marks}


def too_large(limits: Limits) -> TableRefused:
    return refuse(N_("Unpacked the workbook is larger than %(limit)s MB"), values={"limit": limits.unpacked // MIB})


def unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    """The part's content, at most one chunk more than `most`: a header that lies about its size changes nothing."""
    if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise refuse(N_("The workbook is packed in a way Excel does not use"))
    pieces, size = [], 0
    with archive.open(part) as file:
        while size <= most and (piece := file.read(CHUNK)):
            size += len(piece)
            pieces.append(piece)
    return b"".join(pieces)


def look_at_sheet(content: bytes, limits: Limits) -> None:
    if b"\0" in content[:200]:
        raise refuse(N_("The workbook is written in an unusual encoding; save it again with Excel"))
    check_declarations(content)
    furthest_column, furthest_row = b"", 0
    for reference in REFERENCE.finditer(content):
        column, row = reference.groups()
        furthest_row = max(furthest_row, int(row[:9]))
        if len(column) > len(furthest_column) or (len(column) == len(furthest_column) and column > furthest_column):
            furthest_column = column
    if furthest_row > limits.rows:
        raise refuse(N_("The table has more than %(limit)s rows"), row=furthest_row, values={"limit": limits.rows})
    if column_number(furthest_column.decode()) > limits.columns:
        raise refuse(
            N_("The row has more than %(limit)s columns"),
            column=furthest_column.decode(),
            values={"limit": limits.columns},
        )


def check_declarations(content: bytes) -> None:
    if b"<!ENTITY" in content or b"<!DOCTYPE" in content:
        raise refuse(N_("The workbook holds declarations that Excel does not write"))


def column_number(letters: str) -> int:
    """A is 1, Z 26, AA 27; nothing is 0."""
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + ord(letter) - 64
    return number


def parsed_sheets(path: Path, limits: Limits, marks: dict[str, Marks]) -> Iterator[Stream]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        unseen = tuple(sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible)
        told = tuple(name for name in unseen if name != CHOICES)
        if sheets and len(unseen) == len(sheets):
            raise refuse(N_("All sheets of the workbook are hidden; unhide the one that holds the table"))
        for shown in sheets:
            if shown.name not in unseen:
                sheet = workbook.get_sheet_by_name(shown.name)
                own = marks.get(shown.name) or Marks()
                merged = tuple(
                    f"{letters_of(left)}{top + 1}:{letters_of(right)}{bottom + 1}"
                    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
                )
                hidden = Hidden(told, own.hidden_rows, own.hidden_columns)
                yield Stream(shown.name, workbook_rows(sheet, limits, own.cells), merged, hidden=hidden)
    except (CalamineError, OSError, OverflowError):
        raise refuse(N_("The workbook is damaged or incomplete")) from None


def workbook_rows(sheet: Any, limits: Limits, marks: dict[int, dict[int, Raw]]) -> Iterator[tuple[int, Sequence[Raw]]]:
    """The rows that hold anything. An error or a formula without a result stands where the parser gives a blank."""
    lead = [""] * (sheet.start[1] if sheet.start else 0)
    number = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > limits.rows:
            raise refuse(N_("The table has more than %(limit)s rows"), sheet=sheet.name, values={"limit": limits.rows})
        if number in marks:
            yield number, marked([*lead, *cells], marks[number])
        elif any(cell != "" for cell in cells):
            yield number, lead + cells if lead else cells
    for further in sorted(row for row in marks if row > number):
        yield further, marked([], marks[further])


def marked(cells: list[Raw], marks: dict[int, Raw]) -> list[Raw]:
    cells += [""] * (max(marks) + 1 - len(cells))
    for column, raw in marks.items():
        cells[column] = raw
    return cells
