"""The CRM's tables as they come: headings, units, totals, cells. Runs in the guard's child, so it knows no Django.

`shape` writes every row as a line of CSV for `COPY` and reports what it could not read. What a row *means* (whether
there is such a person, whether the shares add up) is asked later of all rows at once, in the database.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from itertools import chain, islice
from typing import IO, Any, NamedTuple

from core.cells import Column, Raw, folded, is_blank, shown
from core.explain import N_
from core.guard import Stream
from core.tables import Refusal, TableRefused, heads_again
from crm.reading.blocks import AT_ONCE, lines_of
from crm.reading.cells import reader_of
from crm.reading.columns import FACTORS, OTHER_UNITS, TABLES, heading_and_factor, known_headings, units_named
from crm.reading.rows import Bounds, PlacedColumn, Report, Table

SHOWN = 200  # refusals listed one by one; beyond them there is a count
HEADER_WITHIN = 20  # rows above the header: title, dates, who made the table
MERGED_ROWS = re.compile(r"[A-Z]+(\d+):[A-Z]+(\d+)")


DISTINCT_KINDS = {"amount", "count", "name"}  # hardly two cells alike: remembering them only costs
DISTINCT = {"client_no", "fund_account"}


def shape(
    sheets: Iterable[Stream],
    out: IO[bytes],
    *,
    kind: str,
    today: str,
    covers: Sequence[str] = (),
    most: int = SHOWN,
) -> dict[str, Any]:
    """Write the rows of the one sheet that holds the table. Raises `TableRefused`."""
    bounds, columns = Bounds(*map(date.fromisoformat, (today, *covers))), TABLES[kind]
    ignored: list[str] = []
    tables = tables_in(sheets, columns, ignored)
    sheet, header = next(tables)
    refuse_merged(sheet, below=header.row)
    places = placed(sheet, header, columns, {})
    report = report_on(sheet, header.cells, places)
    report.most = most
    write_rows(sheet, header, Table(places, columns, bounds, report), out)
    for again, _ in tables:
        rule = N_("The workbook holds this table twice, also on the sheet %(other)s")
        raise TableRefused(Refusal(sheet=again.name, rule=rule, values={"other": sheet.name}))
    report.ignored_sheets = ignored
    if not report.rows and not covers:
        raise TableRefused(
            Refusal(sheet=sheet.name, rule=N_("The table has no rows; say which days it covers if there were none"))
        )
    return asdict(report)


def tables_in(
    sheets: Iterable[Stream], columns: Sequence[Column], ignored: list[str]
) -> Iterator[tuple[Stream, Header]]:
    """Each sheet that holds the table; other sheets' names go to `ignored`. Raises `TableRefused` where none does."""
    found, missing = False, None
    for sheet in sheets:
        try:
            header = header_of(sheet, columns)
        except TableRefused as refused:
            missing = missing or refused
            continue
        if header is None:
            ignored.append(sheet.name)
        else:
            found = True
            yield sheet, header
    if not found:
        raise missing or TableRefused(Refusal(rule=N_("No row of headings is found within the first 20 rows")))


class Header(NamedTuple):
    row: int
    cells: Sequence[Raw]
    units: dict[str, int]  # what lines above it say of the whole table


def header_of(sheet: Stream, columns: Sequence[Column]) -> Header | None:
    """The row with every required heading, found below titles; `None` when nothing like it is there.

    Raises `TableRefused` naming what is missing where a row has some of the headings, and two that mean the same.
    """
    known = known_headings(columns)
    required = {column.name for column in columns if column.required}
    best: tuple[int, int, Sequence[Raw]] = (0, 0, ())
    units: dict[str, int] = {}
    for _, (number, cells) in zip(range(HEADER_WITHIN), sheet.rows, strict=False):
        names = {known.get(heading_and_factor(shown(cell))[0]) for cell in cells if isinstance(cell, str)} - {None}
        if len(names) > best[0]:
            best = (len(names), number, cells)
        if required <= names:
            break
        units |= units_named("".join(map(shown, cells)))
    count, number, cells = best
    if count < 2:
        return None
    places = [(name, shown(cell)) for cell in cells if (name := known.get(heading_and_factor(shown(cell))[0]))]
    names_found = [name for name, _ in places]
    problems = [
        Refusal(sheet.name, number, f"{column.aliases[0]} ({column.name})", "", N_("this column is missing"))
        for column in columns
        if column.required and column.name not in names_found
    ]
    for name in dict.fromkeys(names_found):
        both = [text for other, text in places if other == name]
        if len(both) > 1:
            problems.append(
                Refusal(sheet.name, number, name, ", ".join(both), N_("this column is there more than once"))
            )
    if problems:
        raise TableRefused(*problems)
    return Header(number, cells, units)


def refuse_merged(sheet: Stream, *, below: int) -> None:
    """Raises `TableRefused` for merged cells anywhere but in the titles above the header."""
    bad = []
    for reference in sheet.merged:
        rows = MERGED_ROWS.fullmatch(reference)
        if rows and int(rows[2]) >= below:
            rule = N_("merged cells: only the first of them has a value; unmerge them and fill every cell")
            bad.append(Refusal(sheet.name, int(rows[1]), reference, reference, rule))
    if bad:
        raise TableRefused(*bad[:SHOWN])


def factors_below(cells: Sequence[Raw]) -> dict[int, int] | None:
    """The factors of a row of units (元, 万元 …) by place; `None` when the row is not one."""
    words = [re.sub(r"[()\s]|单位:?|單位:?", "", folded(shown(cell))) for cell in cells]
    if not any(word in FACTORS for word in words) or not all(word in FACTORS or word in OTHER_UNITS for word in words):
        return None
    return {at: FACTORS[word] for at, word in enumerate(words) if word in FACTORS}


def placed(sheet: Stream, header: Header, columns: Sequence[Column], below: dict[int, int]) -> dict[str, PlacedColumn]:
    """Where each column stands and how it is read. Raises `TableRefused` where its units contradict each other."""
    known = known_headings(columns)
    by_name = {column.name: column for column in columns}
    places: dict[str, PlacedColumn] = {}
    problems = []
    for at, cell in enumerate(header.cells):
        heading, own = heading_and_factor(shown(cell))
        name = known.get(heading)
        if name:
            column, text = by_name[name], shown(cell).strip()
            said = {factor for factor in (own, below.get(at), *header.units.values()) if factor}
            if column.kind == "amount" and len(said) > 1:
                rule = N_("the units of this column contradict each other, also those above the table: %(units)s")
                values = {"units": ", ".join(f"{factor:,}" for factor in sorted(said))}
                problems.append(Refusal(sheet.name, header.row, text, " ".join(header.units), rule, values))
            factor = max(said) if column.kind == "amount" and said else 1
            rounding: list[str] = []
            read = reader_of(column, factor, partial(rounding.append, name))
            repeats = column.name not in DISTINCT and column.kind not in DISTINCT_KINDS
            places[name] = PlacedColumn(at, column, text, factor, read, {} if repeats else None, rounding)
    if problems:
        raise TableRefused(*problems)
    return places


def report_on(sheet: Stream, headings: Sequence[Raw], places: dict[str, PlacedColumn]) -> Report:
    taken = {place.at for place in places.values()}
    return Report(
        sheet=sheet.name,
        encoding=sheet.encoding,
        headers={name: place.heading for name, place in places.items()},
        ignored_columns=[shown(c).strip() for at, c in enumerate(headings) if at not in taken and not is_blank(c)],
        hidden=[asdict(remark) for remark in sheet.hidden.remarks(sheet.name)],
    )


def write_rows(sheet: Stream, header: Header, table: Table, out: IO[bytes]) -> None:
    buffer = io.StringIO(newline="")
    write = csv.writer(buffer).writerows
    first = next(sheet.rows, None)
    known = known_headings(table.columns)
    if first and heads_again(first[1], header.cells, lambda cell: known.get(heading_and_factor(cell)[0])):
        first = next(sheet.rows, None)
    if first and first[0] == header.row + 1 and (factors := factors_below(first[1])) is not None:
        table.put(placed(sheet, header, table.columns, factors))
        first = None
    rows = chain([first] if first else [], sheet.rows)
    while block := list(islice(rows, AT_ONCE)):
        write(lines_of(block, table))
        out.write(buffer.getvalue().encode())
        buffer.seek(0)
        buffer.truncate()
    table.report.factors = {name: place.factor for name, place in table.places.items()}
    table.report.first, table.report.last = table.first_day, table.last_day
