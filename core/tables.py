"""Tables that people and other systems send: CSV files and workbooks, their headers, and what is wrong with them.

`fill` lays a sheet over the columns that are expected and gives typed rows, ignored columns and refusals. Nothing here
opens a file, writes, or knows what the rows mean.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from core.cells import BadCell, Column, Raw, folded, is_blank, read_cell, shown
from core.explain import N_

__all__ = ["Column", "Filled", "Form", "Refusal", "Row", "Sheet", "TableRefused", "fill"]

EXAMPLE = "例："  # how the row begins that a blank form shows as an example
CHOICES = "lists"  # the hidden sheet of our own forms, from which their cells choose
HEADER_WITHIN = 10  # rows in which the header is looked for: a title, a line of units or a blank may stand above
TOTAL = re.compile(r"(合计|合計|总计|總計|小计|小計|total)([::(].*)?|.*(查询表|查詢表).*")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is not taken and why. `rule` is a message id, its `%(name)s` filled from `values`; row 0 is the whole sheet."""

    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    rule: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, parts: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` made of it, as a child process hands it over."""
        return cls(**parts)

    @property
    def text(self) -> str:
        """The rule in the reader's language."""
        from django.utils.translation import gettext  # noqa: PLC0415 (the guard's child knows no Django)

        return gettext(self.rule) % self.values if self.values else gettext(self.rule)

    def as_json(self) -> dict[str, Any]:
        return {"sheet": self.sheet, "row": self.row, "column": self.column, "value": self.value, "rule": self.text}


def letters_of(place: int) -> str:
    """What a spreadsheet calls the column at a place: A for 0, Z for 25, AA for 26."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


class TableRefused(Exception):
    """A file or sheet that cannot be read at all, with the reasons."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(*(refusal.rule for refusal in refusals))
        self.refusals = refusals


@dataclass(frozen=True, slots=True)
class Hidden:
    """What of a workbook its sender did not see: whole sheets, which are not read, rows and columns, which are."""

    sheets: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @classmethod
    def read(cls, parts: Mapping[str, Sequence[str]]) -> Self:
        """From what `dataclasses.asdict` made of it, as a child process hands it over."""
        return cls(**{name: tuple(texts) for name, texts in parts.items()})

    def remarks(self, sheet: str) -> list[Refusal]:
        """What became of it, to be told with the preview and the report: nothing of this is refused."""
        told = (
            ("", self.sheets, N_("The hidden sheets %(names)s were not read.")),
            (sheet, self.rows, N_("The hidden rows %(names)s were read like the others.")),
            (sheet, self.columns, N_("The hidden columns %(names)s were read like the others.")),
        )
        return [Refusal(at, 0, "", "", rule, {"names": _listed(names)}) for at, names, rule in told if names]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (" …" if len(names) > 20 else "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it was sent: numbered rows (the first is 1) of raw cells, merged ranges such as `A2:A3`."""

    name: str
    rows: Sequence[tuple[int, Sequence[Raw]]]
    merged: tuple[str, ...] = ()
    encoding: str = ""
    hidden: Hidden = field(default_factory=Hidden)


def remarks_on(sheets: Iterable[Sheet]) -> list[Refusal]:
    """What of a file its sender did not see; the hidden sheets are named once."""
    remarks = (remark for sheet in sheets for remark in sheet.hidden.remarks(sheet.name))
    return list({(remark.sheet, remark.rule, remark.values["names"]): remark for remark in remarks}.values())


@dataclass(frozen=True, slots=True)
class Form:
    """A table that is expected: its name, the other names its sheet or file may have, and its columns."""

    name: str
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row as read: typed values of every expected column, None where nothing was sent."""

    number: int
    values: dict[str, Any]
    cells: Sequence[Raw] = ()

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True, slots=True)
class Filled:
    """A sheet laid over its form. `totals` are the rows that sum up others, for comparison."""

    sheet: str
    headers: dict[str, str]  # expected column → header as written
    places: dict[str, int]  # expected column → where it stands
    ignored: tuple[str, ...]
    rows: list[Row]
    totals: list[Row]
    refusals: list[Refusal]

    def refusal(self, row: Row, column: str, rule: str, **values: str) -> Refusal:
        """A refusal of one of the rows for what the cell means rather than how it is written."""
        place = self.places.get(column, len(row.cells))
        value = shown(row.cells[place]) if place < len(row.cells) else ""
        return Refusal(self.sheet, row.number, self.headers.get(column, column), value, rule, values)


def for_forms(sheets: Iterable[Sheet], forms: Iterable[Form]) -> tuple[dict[str, Sheet], list[str]]:
    """The sheet of each form by the form's name, and the names of sheets no form answers to. Raises `TableRefused`."""
    names = {folded(name): form.name for form in forms for name in (form.name, *form.aliases)}
    found: dict[str, Sheet] = {}
    ignored = []
    for sheet in sheets:
        name = names.get(folded(sheet.name))
        if name is None:
            ignored.append(sheet.name)
        elif name in found:
            rule = N_("is the same table as the sheet %(other)s")
            raise TableRefused(Refusal(sheet.name, 0, "", "", rule, {"other": found[name].name}))
        else:
            found[name] = sheet
    return found, ignored


def fill(sheet: Sheet, columns: Sequence[Column]) -> Filled:
    """Lay a sheet over the expected columns: order free, title rows and blank rows passed over, totals set apart.

    A sheet whose header lacks a required column or has one twice gives refusals and no rows.
    """
    names = {folded(alias): column.name for column in columns for alias in (column.name, *column.aliases)}
    at, header = _header(sheet, names)
    places: dict[str, list[int]] = {}
    ignored = []
    for place, cell in enumerate(header):
        name = names.get(folded(shown(cell)))
        if name:
            places.setdefault(name, []).append(place)
        elif not is_blank(cell):
            ignored.append(shown(cell))
    refusals = [*_missing(sheet, columns, places, at), *_doubled(sheet, places, header, at), *_merged(sheet, at)]
    headers = {name: shown(header[found[0]]).strip() for name, found in places.items()}
    at_place = {name: found[0] for name, found in places.items()}
    filled = Filled(sheet.name, headers, at_place, tuple(ignored), [], [], refusals)
    if not refusals:
        by_column = [(column, at_place.get(column.name, -1)) for column in columns]
        for number, cells in sheet.rows:
            if number == at + 1 and heads_again(cells, header, lambda cell: names.get(folded(cell))):
                continue
            if number > at and not all(map(is_blank, cells)):
                _take(filled, number, cells, by_column, len(header))
    return filled


def heads_again(cells: Sequence[Raw], header: Sequence[Raw], name_of: Callable[[str], str | None]) -> bool:
    """Whether a row says once more, in other words, what the columns are: the identifiers below the Chinese headings."""
    below, above = ([name_of(cell) if isinstance(cell, str) else None for cell in row] for row in (cells, header))
    return any(below) and below[: len(above)] == above


def _header(sheet: Sheet, names: Mapping[str, str]) -> tuple[int, Sequence[Raw]]:
    """The row among the first ten that holds the most known headers, and its number."""
    best: tuple[int, int, Sequence[Raw]] = (0, 0, ())
    for number, cells in sheet.rows[:HEADER_WITHIN]:
        known = sum(1 for cell in cells if isinstance(cell, str) and folded(cell) in names)
        if known > best[0]:
            best = (known, number, cells)
    return best[1], best[2]


def _missing(sheet: Sheet, columns: Sequence[Column], places: Mapping[str, list[int]], at: int) -> Iterator[Refusal]:
    for column in columns:
        if column.required and column.name not in places:
            yield Refusal(sheet.name, at, column.name, "", N_("this column is missing"))


def _doubled(sheet: Sheet, places: Mapping[str, list[int]], header: Sequence[Raw], at: int) -> Iterator[Refusal]:
    for name, found in places.items():
        if len(found) > 1:
            both = ", ".join(f"{shown(header[place])} ({place + 1})" for place in found)
            yield Refusal(sheet.name, at, name, both, N_("this column is there more than once"))


def _merged(sheet: Sheet, at: int) -> Iterator[Refusal]:
    """Merged cells below the header: all but the first of them would be read as blank."""
    for cells in sheet.merged:
        last = re.fullmatch(r".*?([0-9]+)", cells)
        if last and int(last[1]) > at:
            yield Refusal(sheet.name, at, "", cells, N_("merged cells: give each row its own value"))


def _take(
    filled: Filled, number: int, cells: Sequence[Raw], by_column: Sequence[tuple[Column, int]], width: int
) -> None:
    if any(not is_blank(cell) for cell in cells[width:]):
        extra = next(cell for cell in cells[width:] if not is_blank(cell))
        filled.refusals.append(
            Refusal(filled.sheet, number, "", shown(extra), N_("the row has more cells than the header"))
        )
        return
    first = next(cell for cell in cells if not is_blank(cell))
    if isinstance(first, str) and first.strip().startswith(EXAMPLE):
        return
    is_total = isinstance(first, str) and TOTAL.fullmatch(folded(first)) is not None
    values: dict[str, Any] = {}
    bad = []
    for column, place in by_column:
        raw = cells[place] if 0 <= place < len(cells) else None
        try:
            values[column.name] = read_cell(raw, column)
        except BadCell as problem:
            values[column.name] = None
            header = filled.headers.get(column.name, column.name)
            bad.append(Refusal(filled.sheet, number, header, shown(raw), problem.rule, problem.values_in_rule))
    if is_total:
        filled.totals.append(Row(number, values, cells))
    else:
        filled.refusals.extend(bad)
        if not bad:
            filled.rows.append(Row(number, values, cells))


def doubled_keys(filled: Filled, *columns: str) -> list[Refusal]:
    """Refusals of every row whose key an earlier row already has."""
    seen: Counter[tuple[Any, ...]] = Counter()
    refusals = []
    for row in filled.rows:
        key = tuple(row[column] for column in columns)
        seen[key] += 1
        if seen[key] > 1:
            refusals.append(filled.refusal(row, columns[0], N_("is there more than once")))
    return refusals
