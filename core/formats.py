"""The files that the house takes: described for people, and as workbooks to fill in.

An app declares them in `<app>/formats.py`; those modules are found by themselves:

    file_format("company", _("the company"), FORMS)
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import autodiscover_modules

from core.cells import Column
from core.tables import EXAMPLE, Form

KINDS = {
    "identifier": "an identifier",
    "number": "an identifier",
    "phone": "a phone number",
    "int": "a whole number",
    "count": "a whole number",
    "decimal": "a number with at most two decimals",
    "amount": "yuan, at most two decimals",
    "share": "a share, `0.5` or `50%`",
    "part": "a share, `0.5`, `50%` or `1/3`",
    "bool": "是 / 否 (`yes` / `no`)",
    "date": "a date",
    "month": "a month",
    "time": "a time",
    "moment": "a date and time",
}
AS_TEXT = {"identifier", "number", "phone", "date", "month", "time", "moment"}  # a spreadsheet would make them its own


@dataclass(frozen=True, slots=True)
class FileFormat:
    """What `command` takes: a workbook with these tables, or each of them as a CSV file."""

    name: str
    title: str
    command: str
    forms: tuple[Form, ...]


_declared: dict[str, FileFormat] = {}


def file_format(name: str, title: str, command: str, forms: Sequence[Form]) -> None:
    _declared[name] = FileFormat(name, title, command, tuple(forms))


def file_formats() -> dict[str, FileFormat]:
    """All of them by name."""
    autodiscover_modules("formats")
    return dict(sorted(_declared.items()))


def heading(column: Column) -> str:
    """What a Chinese form calls the column; every other name it answers to is taken as well."""
    return next((alias for alias in column.aliases if not alias.isascii()), column.name)


def example(column: Column) -> str:
    if column.example or not column.choices:
        return column.example
    return next(iter(column.choices.values()))[0]


def blank_workbook(forms: Sequence[Form]) -> bytes:
    """A sheet a table: the headings in Chinese, the identifiers below them, and one row as an example, which is read
    by nobody as long as it begins with 例."""
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    book.remove(book.worksheets[0])
    for form in forms:
        sheet = book.create_sheet(next(iter(form.aliases), form.name))
        for at, column in enumerate(form.columns, start=1):
            texts = (heading(column), column.name, f"{EXAMPLE if at == 1 else ''}{example(column)}")
            for row, text in enumerate(texts, start=1):
                sheet.cell(row, at, text).number_format = "@"
            sheet.cell(1, at).font = Font(bold=True)
            sheet.cell(1, at).fill = PatternFill("solid", fgColor="F6D9A8" if column.required else "DCE6F1")
            sheet.cell(2, at).font = sheet.cell(3, at).font = Font(italic=True, color="808080")
            sheet.column_dimensions[get_column_letter(at)].width = 16
            if column.kind in AS_TEXT:
                sheet.column_dimensions[get_column_letter(at)].number_format = "@"
        sheet.freeze_panes = "A2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def described() -> str:
    """The tables of `docs/file-formats.md`."""
    return "\n".join(line for one in file_formats().values() for line in _described(one))


def _described(one: FileFormat) -> Iterator[str]:
    yield f"## {one.title} (`{one.command}`)\n"
    for form in one.forms:
        also = f" ({', '.join(form.aliases)})" if form.aliases else ""
        yield f"### `{form.name}`{also}\n"
        yield "| column | heading | holds | example |"
        yield "|---|---|---|---|"
        for column in form.columns:
            name = f"**{column.name}**" if column.required else column.name
            yield f"| {name} | {', '.join(column.aliases)} | {_holds(column)} | {example(column)} |"
        yield ""


def _holds(column: Column) -> str:
    kind: Any = KINDS.get(column.kind, f"text, up to {column.longest} characters")
    if column.choices:
        kind = " / ".join(f"{next(iter(words), code)} (`{code}`)" for code, words in column.choices.items())
    return f"{kind}; `-` clears" if column.clearable else str(kind)
