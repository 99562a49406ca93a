"""Workbooks for the person who imports: an empty form to fill in, and her own file back with remarks."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from core.cells import Column, Raw, shown
from core.exports import written_as_csv, written_as_xlsx
from core.guard import reading
from core.tables import CHOICES, EXAMPLE, Refusal
from crm.models import Import
from crm.reading.columns import TABLES
from crm.services.staging import ImportAsked
from teams.models import Unit

LABELS = {
    "open_date": pgettext_lazy("column", "open date"),
    "branch": pgettext_lazy("column", "branch"),
    "client_no": pgettext_lazy("column", "client no"),
    "fund_account": pgettext_lazy("column", "fund account"),
    "client_name": pgettext_lazy("column", "client name"),
    "developer": pgettext_lazy("column", "developer"),
    "servicer": pgettext_lazy("column", "servicer"),
    "share": pgettext_lazy("column", "share"),
    "outlet": pgettext_lazy("column", "outlet"),
    "open_assets": pgettext_lazy("column", "open assets"),
    "channel": pgettext_lazy("column", "channel"),
    "status": pgettext_lazy("column", "status"),
    "month": pgettext_lazy("column", "month"),
    "relation": pgettext_lazy("column", "relation"),
    "employee_no": pgettext_lazy("column", "employee no"),
    "turnover": pgettext_lazy("column", "turnover"),
    "gross_commission": pgettext_lazy("column", "gross commission"),
    "pass_through": pgettext_lazy("column", "pass through"),
    "net_commission": pgettext_lazy("column", "net commission"),
    "avg_assets": pgettext_lazy("column", "avg assets"),
    "end_assets": pgettext_lazy("column", "end assets"),
    "net_inflow": pgettext_lazy("column", "net inflow"),
    "trades": pgettext_lazy("column", "trades"),
    "product_sales": pgettext_lazy("column", "product sales"),
}
HINTS = {
    "date": _("for example 2026-11-18"),
    "month": _("for example 2026-11"),
    "amount": _("in yuan"),
    "part": _("for example 50%; empty is the whole"),
    "count": _("a whole number"),
    "number": _("as text, no digit lost"),
    "name": _("only the first character is kept"),
}
OWN_HINTS = {
    "developer": _("employee number"),
    "servicer": _("employee number"),
    "branch": _("code or name"),
    "outlet": _("code or name"),
}
WORDS = {
    "normal": pgettext_lazy("column", "normal"),
    "closed": pgettext_lazy("column", "closed"),
    "dormant": pgettext_lazy("column", "dormant"),
    "frozen": pgettext_lazy("column", "frozen"),
    "developed": pgettext_lazy("column", "developed"),
    "serviced": pgettext_lazy("column", "serviced"),
    "maintained": pgettext_lazy("column", "maintained"),
    "introduced": pgettext_lazy("column", "introduced"),
}
HEADER_ROW = 3
LAST_ROW = 5_000
MOST_IN_A_WORKBOOK = 20_000  # rows; a larger one takes longer to write than it is worth
BELOW_ZERO = re.compile(r"-[0-9]{1,14}(\.[0-9]+)?", re.ASCII)


def template_workbook(kind: str, title: str, branches: list[Unit]) -> bytes:
    """An empty table in the reader's language: a title, a line of hints, the headings, their identifiers, an example that
    nobody reads, lists to choose from."""
    book = Workbook()
    sheet, lists = book.worksheets[0], book.create_sheet(CHOICES)
    sheet.title = title[:31]
    lists.sheet_state = "hidden"
    sheet["A1"] = gettext("%(title)s: fill in below the headings; columns marked * are needed") % {"title": title}
    sheet["A1"].font = Font(bold=True, size=13)
    codes = [branch.code for branch in branches]
    for at, column in enumerate(TABLES[kind], start=1):
        choices = codes if column.name == "branch" else [str(WORDS[choice]) for choice in column.choices]
        head(sheet, at, column, next(iter(choices), ""))
        offer(sheet, lists, at, choices)
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def head(sheet: Worksheet, at: int, column: Column, choice: str) -> None:
    """A column's hint, heading, identifier and example."""
    hint = sheet.cell(HEADER_ROW - 1, at, str(OWN_HINTS.get(column.name) or HINTS.get(column.kind) or ""))
    hint.font = Font(italic=True, color="808080", size=9)
    heading = sheet.cell(HEADER_ROW, at, f"{LABELS[column.name]}{' *' if column.required else ''}")
    heading.font = Font(bold=True)
    heading.fill = PatternFill("solid", fgColor="DCE6F1")
    example = f"{EXAMPLE if at == 1 else ''}{column.example or choice}"
    for row, text in ((HEADER_ROW + 1, column.name), (HEADER_ROW + 2, example)):
        told = sheet.cell(row, at, text)
        told.font, told.number_format = Font(italic=True, color="808080"), "@"
    shape = sheet.column_dimensions[get_column_letter(at)]
    shape.width, shape.number_format = 16, number_format(column.kind)


def offer(sheet: Worksheet, lists: Worksheet, at: int, choices: Sequence[str]) -> None:
    """Let a column's cells choose from a list."""
    if not choices:
        return
    for row, choice in enumerate(choices, start=1):
        lists.cell(row, at, choice)
    letter = get_column_letter(at)
    listed = DataValidation(type="list", formula1=f"lists!${letter}$1:${letter}${len(choices)}", allow_blank=True)
    listed.add(f"{letter}{HEADER_ROW + 1}:{letter}{LAST_ROW}")
    sheet.add_data_validation(listed)


def number_format(kind: str) -> str:
    return {"date": "yyyy-mm-dd", "amount": "#,##0.00", "count": "0", "part": "0.00%"}.get(kind, "@")


def write_remarks(imported: Import, asked: ImportAsked, refusals: Iterable[Refusal], into: IO[bytes]) -> str:
    """The rows of an import's file as they were sent, with a column that says what is wrong with each: a workbook, a
    CSV file where they are many. The file's suffix."""
    remarks: dict[int, list[str]] = defaultdict(list)
    for refusal in refusals:
        place = f"{refusal.column}: " if refusal.column else ""
        remarks[refusal.row].append(f"{place}{refusal.text}")
    rows = rows_sent(imported, asked)
    head = [shown(cell).strip() for cell in next(rows, (0, []))[1]]
    width = len(head)

    def line(number: int, cells: Sequence[Raw]) -> list[Any]:
        filled = [value_of(cell) for cell in cells[:width]] + [""] * (width - len(cells))
        return [number, *filled, "\n".join(remarks.get(number, [])), *map(value_of, cells[width:])]

    columns = [pgettext("column", "row"), *head, pgettext("column", "remarks")]
    lines = (line(number, cells) for number, cells in rows)
    if imported.rows > MOST_IN_A_WORKBOOK:
        written_as_csv(columns, lines, into, bom=True)
        return ".csv"
    written_as_xlsx(columns, lines, into, title=imported.get_kind_display())
    return ".xlsx"


def rows_sent(imported: Import, asked: ImportAsked) -> Iterator[tuple[int, Sequence[Raw]]]:
    """The table's rows as they were sent, from the one with the headings on."""
    headings = {heading.strip() for heading in imported.notes.get("headers", {}).values()}
    begun = False
    with reading(asked.path, name=asked.name, limits=asked.limits) as read:
        for sheet, number, cells in read.rows():
            if sheet == imported.notes.get("sheet"):
                begun = begun or headings <= {shown(cell).strip() for cell in cells}
                if begun:
                    yield number, cells


def value_of(cell: Raw) -> Any:
    """A cell for writing: a whole number without its point, other numbers as the text they show, text that is an
    amount below zero as a number, so that no spreadsheet takes its sign for a formula."""
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else Decimal(f"{cell:.15g}")
    if isinstance(cell, str) and BELOW_ZERO.fullmatch(cell):
        return Decimal(cell)
    return cell
