"""The sheets of a file or folder that somebody hands over. Workbooks are only ever opened behind `core.guard`."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from core.cells import Raw
from core.explain import N_
from core.guard import sheets_of
from core.guard.text import BIG5, SAMPLE, is_big5
from core.tables import Refusal, Sheet, TableRefused

LARGEST_FILE = 64 * 1024 * 1024
MOST_ROWS = 500_000
MOST_COLUMNS = 200


class Big5(Exception):
    """Text in the traditional encoding, which is none of ours."""


def decoded(content: bytes) -> str:
    """A file's text: by its byte order mark, else strict UTF-8, else GB18030. Raises `UnicodeDecodeError` and `Big5`."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if is_big5(content[:SAMPLE]):
            raise Big5 from None
        return content.decode("gb18030")


def csv_sheet(content: bytes, name: str) -> Sheet:
    """The rows of a CSV file. Raises `TableRefused`."""
    if len(content) > LARGEST_FILE:
        raise TableRefused(Refusal(name, 0, "", "", N_("the file is larger than 64 MiB")))
    try:
        text = decoded(content)
    except Big5:
        raise TableRefused(Refusal(name, 0, "", "", BIG5)) from None
    except UnicodeDecodeError:
        raise TableRefused(Refusal(name, 0, "", "", N_("the file is neither UTF-8 nor GB18030 text"))) from None
    rows: list[tuple[int, Sequence[Raw]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return Sheet(name, rows)
        except csv.Error:
            rule = N_("the line cannot be read: a quotation mark is left open or a field is far too long")
            raise TableRefused(Refusal(name, number, "", "", rule)) from None
        _check_size(name, number, cells)
        rows.append((number, cells))


def _delimiter(text: str) -> str:
    head = text[:4096]
    return max(",\t;", key=head.count) if head else ","


def _check_size(sheet: str, number: int, cells: Sequence[Raw]) -> None:
    if any(isinstance(cell, str) and "\0" in cell for cell in cells):
        raise TableRefused(Refusal(sheet, number, "", "", N_("the line holds a NUL character")))
    if len(cells) > MOST_COLUMNS:
        raise TableRefused(Refusal(sheet, number, "", "", N_("the line has more than 200 columns")))
    if number > MOST_ROWS:
        raise TableRefused(Refusal(sheet, number, "", "", N_("the file has more than 500,000 lines")))


def read_tables(path: Path) -> list[Sheet]:
    """The sheets of a workbook, of a CSV file or of a folder of CSV files, by name. Raises `TableRefused`."""
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv")
        if not files:
            raise TableRefused(Refusal(path.name, 0, "", "", N_("the folder holds no CSV file")))
        return [csv_sheet(_bytes_of(file), file.stem) for file in files]
    content = _bytes_of(path)
    if path.suffix.lower() in (".csv", ".txt") and not content.startswith(b"PK"):
        return [csv_sheet(content, path.stem)]
    return sheets_of(path)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise TableRefused(Refusal(path.name, 0, "", "", N_("the file is larger than 64 MiB")))
        return path.read_bytes()
    except OSError:
        raise TableRefused(Refusal(path.name, 0, "", "", N_("there is no such file or it cannot be opened"))) from None
