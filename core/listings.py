"""A table that people read, declared once: for the page, the phone, print, XLSX and CSV.

    listing = Listing(_("Market reports"), columns, rows, cells=_cells, none=_("No customer manager here in that month"))
    return listed(request, listing, now=now, clause="S3.f")

`docs/listings.md` tells how one is declared.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.exports import written_as_csv, written_as_xlsx
from core.templatetags.components import shown

TEXT, MONEY, COUNT, DAY, STATE, LINKS = "text", "money", "count", "day", "state", "links"
FILES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class ListingColumn:
    """A column with its sum, where it has one. `only_in_file`: the page says it in another column's cell."""

    title: str | Promise
    kind: str = TEXT
    total: Decimal | None = None
    only_in_file: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in (MONEY, COUNT)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value; the page says `says` for it where that differs, with `note` below; a state has `met` beside its word."""

    value: Any
    note: str = ""
    href: str = ""
    met: bool | str | None = None
    kind: str = ""  # where it is of another kind than its column
    says: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a listing is chosen by: one of the `options` (code and words), else what is typed into a field of `type`."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]] = ()
    type: str = "month"


@dataclass(frozen=True)
class Listing:
    """`cells` makes of a row its values, or `Cell`s, in the order of the columns; only the rows of a page are asked."""

    title: str | Promise
    columns: Sequence[ListingColumn]
    rows: Sequence[Any] | QuerySet[Any]
    cells: Callable[[Any], Sequence[Any]] = tuple
    none: str | Promise = ""  # what a page without rows says
    per_page: int = 50

    @property
    def on_page(self) -> list[ListingColumn]:
        return [column for column in self.columns if not column.only_in_file]

    @property
    def has_totals(self) -> bool:
        return any(column.total is not None for column in self.on_page)

    def page(self, number: Any) -> Page[Any]:
        """Each row as pairs of column and cell."""
        page = Paginator(self.rows, self.per_page).get_page(number)
        page.object_list = [self._pairs(row) for row in page.object_list]
        return page

    def _pairs(self, row: Any) -> list[tuple[ListingColumn, Cell]]:
        pairs = zip(self.columns, map(as_cell, self.cells(row)), strict=True)
        return [(column, cell) for column, cell in pairs if not column.only_in_file]

    def file(self, kind: str, *, by: str, at: datetime) -> HttpResponse:
        """All rows with their sums; the last line names who took it and when."""
        titles = [str(column.title) for column in self.columns]
        lines = [[in_file(as_cell(value).value) for value in self.cells(row)] for row in self.rows]
        if any(column.total is not None for column in self.columns):
            lines.append([_("Total"), *(column.total for column in self.columns[1:])])
        lines.append([_("Taken by %(by)s, %(at)s") % {"by": by, "at": shown(at)}])
        into = io.BytesIO()
        if kind == "xlsx":
            written_as_xlsx(titles, lines, into, title=str(self.title))
        else:
            written_as_csv(titles, lines, into, bom=True)
        name = content_disposition_header(as_attachment=True, filename=f"{self.title}.{kind}")
        return HttpResponse(into.getvalue(), content_type=FILES[kind], headers={"Content-Disposition": name})


def as_cell(value: Any) -> Cell:
    return value if isinstance(value, Cell) else Cell(value)


def in_file(value: Any) -> Any:
    return (_("yes") if value else _("no")) if isinstance(value, bool) else value


def listed(
    request: HttpRequest, listing: Listing, *, now: datetime, template: str = "listing.html", **context: Any
) -> HttpResponse:
    """The page of a listing, on a `template` of its own where more stands on it, or with `?as=` its file."""
    if (kind := request.GET.get("as", "")) in FILES:
        user: Any = request.user
        return listing.file(kind, by=f"{user.name} {user.employee_no}", at=now)
    page = listing.page(request.GET.get("page"))
    return render(request, template, {"listing": listing, "page": page, **context})
