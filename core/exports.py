"""What can be exported, and how rows are written down: CSV, XLSX or JSON.

An app declares its exports in `<app>/exports.py`; those modules are found by themselves:

    @export("day-scores", columns=("employee_no", "on", …))
    def day_scores(asked: Asked) -> Iterator[Sequence[Any]]: …

Rows hold plain values: text, numbers, `Decimal` (money already in cents), dates, moments, booleans, lists of text, None.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext

from core.explain import plain
from core.periods import Period

PROMISED = ("attendance", "duties")  # of the interface, and not built yet
FORMULA = re.compile(
    r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]"
)  # what a spreadsheet would run
NUMBERS = "#,##0.00##"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML 1.0 knows none of these


class NotExportable(ValueError):
    """What was asked for does not exist or makes no sense; the text says what and why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants. `unit` and `within` are unit codes, empty for everywhere; `by` is what a ranking ranks."""

    period: Period
    unit: str = ""
    by: str = ""
    within: str = ""


Rows = Callable[[Asked], Iterable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Export:
    what: str
    columns: tuple[str, ...]
    rows: Rows


_declared: dict[str, Export] = {}


def export(what: str, *, columns: Sequence[str]) -> Callable[[Rows], Rows]:
    """Declare that the decorated function gives the rows of `export WHAT`."""

    def declare(rows: Rows) -> Rows:
        _declared[what] = Export(what, tuple(columns), rows)
        return rows

    return declare


def exports() -> dict[str, Export]:
    """All of them by name."""
    autodiscover_modules("exports")
    return dict(sorted(_declared.items()))


def written_as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], into: IO[bytes], *, bom: bool = False) -> int:
    """The number of rows. `bom` for files that people open in a spreadsheet, which then reads UTF-8."""
    text = io.TextIOWrapper(into, encoding="utf-8-sig" if bom else "utf-8", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    written = 0
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        written += 1
    text.flush()
    text.detach()
    return written


def written_as_xlsx(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], into: IO[bytes], *, title: str = "export"
) -> int:
    """The number of rows. Text is always a text cell, so nothing in it can run as a formula."""
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    sheet.freeze_panes = "A2"

    def cell(value: Any, *, bold: bool = False) -> Any:
        shown = _xlsx_value(value)
        made = WriteOnlyCell(sheet, value=shown)
        if isinstance(shown, str):
            make_inert(made)
        elif isinstance(shown, Decimal):
            made.number_format = NUMBERS
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(name, bold=True) for name in columns])
    written = 0
    for row in rows:
        sheet.append([cell(value) for value in row])
        written += 1
    book.save(into)
    return written


def make_inert(cell: Any) -> None:
    """A cell of text stays text, also when somebody goes into it and leaves it again."""
    cell.data_type = "s"
    if FORMULA.match(cell.value):
        cell.quotePrefix = True


def written_as_json(columns: Sequence[str], rows: Iterable[Sequence[Any]], into: IO[bytes]) -> int:
    """The number of rows; the file is a list of objects."""
    written = 0
    into.write(b"[")
    for row in rows:
        into.write(b",\n" if written else b"\n")
        item = dict(zip(columns, map(_local, row), strict=True))
        into.write(json.dumps(plain(item), ensure_ascii=False).encode())
        written += 1
    into.write(b"\n]\n")
    return written


FORMATS: dict[str, Callable[[Sequence[str], Iterable[Sequence[Any]], IO[bytes]], int]] = {
    "csv": written_as_csv,
    "xlsx": written_as_xlsx,
    "json": written_as_json,
}


def rows_of(what: str, asked: Asked) -> tuple[tuple[str, ...], Iterator[Sequence[Any]]]:
    """Columns and rows of an export. Raises `NotExportable`."""
    if what in PROMISED:
        raise NotExportable(gettext("%(what)s cannot be exported yet: this version does not keep it.") % {"what": what})
    try:
        found = exports()[what]
    except KeyError:
        raise NotExportable(
            gettext("Nothing is exported as %(what)s; there is %(names)s")
            % {"what": what, "names": ", ".join(exports())}
        ) from None
    return found.columns, iter(found.rows(asked))


def _local(value: Any) -> Any:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def _csv_cell(value: Any) -> str | int:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return str(_local(value).isoformat())
    text = ";".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"'{text}" if FORMULA.match(text) else text


def _xlsx_value(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, int | Decimal):
        return value
    if isinstance(value, datetime):
        return _local(value).replace(tzinfo=None)
    if isinstance(value, date):
        return value
    text = ";".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return CONTROL.sub("", text)
