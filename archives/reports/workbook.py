"""The pay report as a workbook. Text is always a text cell, so nothing in it can run as a formula."""

from __future__ import annotations

import io
import re
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from archives.reports.content import MONEY, RATE, Cell, PayReport
from core.exports import CONTROL, make_inert

THIN = Side(style="thin", color="999999")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
FORMATS = {MONEY: "#,##0.00", RATE: "0.0000"}


def as_workbook(report: PayReport) -> bytes:
    """The report as an XLSX file."""
    book = Workbook()
    sheet: Worksheet = book.active  # type: ignore[assignment]
    sheet.title = re.sub(r"[\[\]:*?/\\]", " ", f"{report.month} {report.branch}")[:31]
    width = len(report.columns)
    _heading(sheet, report, width)
    top = 4
    for place, column in enumerate(report.columns, start=1):
        cell = _put(sheet, top, place, column.title, bold=True)
        cell.fill = PatternFill("solid", fgColor="E7EEEF")
        cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
        sheet.column_dimensions[get_column_letter(place)].width = 5 + 8 * column.weight
    for down, row in enumerate((*report.rows, report.totals), start=top + 1):
        last = down == top + 1 + len(report.rows)
        for place, (column, value) in enumerate(zip(report.columns, row, strict=True), start=1):
            filled = _put(sheet, down, place, value, bold=last)
            if column.kind in FORMATS:
                filled.number_format = FORMATS[column.kind]
    _put(sheet, top + len(report.rows) + 2, 2, report.in_words, bold=True, boxed=False)
    _foot(sheet, report, top + len(report.rows) + 4, width)
    sheet.freeze_panes = f"D{top + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 8  # A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{top}:{top}"
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def _heading(sheet: Worksheet, report: PayReport, width: int) -> None:
    month, number = _("Month"), _("Report no.")
    title = f"{report.firm} {report.branch} {report.title}".strip()
    for row, text, size, side in (
        (1, title, 15, "center"),
        (3, report.unit, 10, "right"),
        (2, f"{number} {report.number}   {month} {report.month}   {report.plan}   {report.approval}", 10, "center"),
    ):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
        cell = _put(sheet, row, 1, text, bold=size > 10, boxed=False)
        cell.font = Font(bold=size > 10, size=size)
        cell.alignment = Alignment(horizontal=side)


def _foot(sheet: Worksheet, report: PayReport, row: int, width: int) -> None:
    for signed in report.signatures:
        _put(sheet, row, 2, signed.capacity, bold=True, boxed=False)
        _put(sheet, row, 4, f"{signed.name}  {signed.at}", boxed=False)
        row += 1
    digest, version = (
        _("Digest of the signed content (SHA-256)"),
        _("version %(version)s") % {"version": report.version},
    )
    text = f"{digest}: {report.digest}   {version}"
    _put(sheet, row + 1, 2, text, boxed=False)


def _put(sheet: Worksheet, row: int, column: int, value: Cell, *, bold: bool = False, boxed: bool = True) -> Any:
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = CONTROL.sub("", value)
        make_inert(cell)
    else:
        cell.value = value
    if bold:
        cell.font = Font(bold=True)
    if boxed:
        cell.border = BOX
    return cell
