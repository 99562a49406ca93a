"""Many ordinary rows at once, column by column; whatever is out of the ordinary is left to the reading row by row.

A column of a thousand texts is proven by one expression over all of them, and a word that repeats is read once. What
comes out is exactly what `Table.line` gives for each of the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, repeat
from typing import Any

from core.cells import EXACT_IN_A_NUMBER, BadCell, Raw
from crm.reading.rows import REMEMBERED, PlacedColumn, Table

AT_ONCE = 1000
NUMBERS = re.compile(r"(?:(?=[_-]*[0-9A-Za-z])[0-9A-Za-z_-]{1,32}\n)*")
SCIENTIFIC = re.compile(r"^\d[eE]\d+$", re.MULTILINE)
AMOUNTS = re.compile(r"(?:-?[0-9]{1,12}(?:\.[0-9]{1,2})?\n)*")
AMOUNTS_OR_NOT = re.compile(r"(?:(?:-?[0-9]{1,12}(?:\.[0-9]{1,2})?)?\n)*")
WHOLES_OR_NOT = re.compile(r"(?:[0-9]{0,9}\n)*")
STARS = ("", "", "*", "**")
ROW = tuple[int, Sequence[Raw]]


def lines_of(rows: Sequence[ROW], table: Table) -> Iterable[Sequence[str]]:
    """The rows as lines for `COPY`."""
    lines = ordinary(rows, table)
    if lines is not None:
        table.report.rows += len(rows)
        return lines
    return _one_by_one(rows, table)


def _one_by_one(rows: Sequence[ROW], table: Table) -> Iterator[Sequence[str]]:
    for number, cells in rows:
        line = table.line(number, cells)
        if line is not None:
            yield line


def ordinary(rows: Sequence[ROW], table: Table) -> Iterable[Sequence[str]] | None:
    """The lines, or `None` where a row is a total, blank, ragged or wrong in any of its cells."""
    numbers, cells = zip(*rows, strict=True)
    if len(set(map(len, cells))) != 1:
        return None
    columns: list[Sequence[Raw]] = list(zip(*cells, strict=True))
    if not columns or not _begin_rows(columns[0]):
        return None
    values: list[Iterable[str]] = []
    for place, default in table.plan:
        if place is None:
            values.append(repeat(default, len(rows)))
            continue
        if place.at >= len(columns):
            return None
        column = _read(columns[place.at], place, default)
        if column is None:
            return None
        values.append(column)
    if any(map(table.breaks_a_rule, set(values[0]))):
        return None
    return zip(map(str, numbers), repeat("f", len(rows)), *values, strict=True)


def _begin_rows(firsts: Sequence[Raw]) -> bool:
    """Whether each is a day or a number: then its row is neither blank nor a total."""
    if set(map(type, firsts)) == {str}:
        return "".join([first[:1] or " " for first in firsts]).isdigit()  # type: ignore[index]
    return all(isinstance(first, date | float | int) for first in firsts)


def _read(column: Sequence[Raw], place: PlacedColumn, default: str) -> Sequence[str] | None:
    if place.seen is not None:
        return _looked_up(column, place, default)
    readers = {"name": _names, "number": _numbers, "amount": _amounts, "count": _counts}
    reader = readers.get(place.column.kind)
    return reader(column, place) if reader else None


def _numbers(column: Sequence[Raw], place: PlacedColumn) -> Sequence[str] | None:
    texts: list[Any] = [_whole(cell) if isinstance(cell, float) else cell for cell in column]
    return texts if _all(texts, NUMBERS) and not SCIENTIFIC.search("\n".join(texts)) else None


def _amounts(column: Sequence[Raw], place: PlacedColumn) -> Sequence[str] | None:
    if place.factor != 1:
        return None
    texts: list[Any] = [repr(cell) if isinstance(cell, float) else cell for cell in column]
    if not _all(texts, AMOUNTS if place.column.required else AMOUNTS_OR_NOT):
        return None
    return [f"{raw:.2f}" if isinstance(raw, float) else text for raw, text in zip(column, texts, strict=True)]


def _counts(column: Sequence[Raw], place: PlacedColumn) -> Sequence[str] | None:
    texts: list[Any] = [_whole(cell) if isinstance(cell, float) else cell for cell in column]
    return texts if not place.column.required and _all(texts, WHOLES_OR_NOT) else None


def _whole(cell: float) -> Raw:
    return str(int(cell)) if cell.is_integer() and 0 <= cell < EXACT_IN_A_NUMBER else cell


def _all(texts: Sequence[Raw], proof: re.Pattern[str]) -> bool:
    """Whether every cell is a text that the expression proves."""
    try:
        joined = "\n".join(chain(texts, ("",)))  # type: ignore[arg-type]
    except TypeError:
        return False
    return joined.count("\n") == len(texts) and proof.fullmatch(joined) is not None


def _looked_up(column: Sequence[Raw], place: PlacedColumn, default: str) -> Sequence[str] | None:
    """Each distinct cell read once."""
    known = place.seen if place.seen is not None and len(place.seen) < REMEMBERED else {}
    try:
        for raw in set(column).difference(known):
            known[raw] = place.read(raw) or default
    except BadCell:
        return None
    return [known[raw] for raw in column]


def _names(column: Sequence[Raw], place: PlacedColumn) -> Sequence[str] | None:
    try:
        together = "".join(column)  # type: ignore[arg-type]
    except TypeError:
        return None
    if (together and not together.isalnum()) or max(map(len, column)) > place.column.longest:  # type: ignore[arg-type]
        return None
    return [f"{name[:1]}{STARS[min(len(name), 3)]}" for name in column]  # type: ignore[index,arg-type]
