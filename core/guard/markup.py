"""What the parser of workbooks does not tell, read from a sheet's own markup: errors, formulas whose result was never
stored, hidden rows and columns. Runs in the guard's child.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from core.cells import Formula, Raw
from core.explain import N_
from core.guard.streams import refuse
from core.tables import letters_of

TOLD_BY = re.compile(rb"""<(?:\w+:)?f\b|\st\s*=\s*["']e["']|\shidden\s*=\s*["'](?:1|true)["']""")
REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
MOST_COMPUTED = 1_000_000
SHOWN_OF_A_FORMULA = 80
YES = ("1", "true")


@dataclass(slots=True)
class Marks:
    """By row and column (from 0) what a cell holds instead of a value; hidden rows with something in them; columns."""

    cells: dict[int, dict[int, Raw]] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    columns: list[tuple[int, int]] = field(default_factory=list)
    width: int = 0

    @property
    def hidden_rows(self) -> tuple[str, ...]:
        spans: list[list[int]] = []
        for row in self.rows:
            if spans and spans[-1][1] == row - 1:
                spans[-1][1] = row
            else:
                spans.append([row, row])
        return tuple(f"{first}–{last}" if last > first else str(first) for first, last in spans)

    @property
    def hidden_columns(self) -> tuple[str, ...]:
        """Those within the table; a sheet often hides all that lies right of it."""
        inside = [(first, min(last, self.width - 1)) for first, last in self.columns if first < self.width]
        spans = [(letters_of(first), letters_of(last)) for first, last in inside]
        return tuple(first if first == last else f"{first}–{last}" for first, last in spans)


def place_of(reference: str) -> tuple[int, int] | None:
    """Row and column (from 0) of `$B$2`."""
    match = REFERENCE.fullmatch(reference)
    if not match:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column - 1


class _Scan:
    def __init__(self) -> None:
        self.marks = Marks()
        self.row, self.column = 0, -1
        self.hidden = self.filled = self.stored = self.has_result = False
        self.kind, self.inside = "", ""
        self.formula: str | None = None
        self.text = ""
        self.spans: list[str] = []
        self.there: set[tuple[int, int]] = set()

    def start(self, name: str, given: dict[str, str]) -> None:
        tag = name[name.find(":") + 1 :]
        if tag == "c":
            place = place_of(given.get("r", ""))
            self.row, self.column = place or (self.row, self.column + 1)
            self.kind, self.formula, self.text = given.get("t", ""), None, ""
            self.stored = self.has_result = False
        elif tag in ("v", "f"):
            self.inside = tag
            self.has_result |= tag == "v"
            if tag == "f":
                self.formula = ""
                if given.get("t") in ("array", "dataTable") and "ref" in given:
                    self.spans.append(given["ref"])
        elif tag == "is":
            self.stored = True
        elif tag == "row":
            self.row = int(given["r"]) if given.get("r", "").isdigit() else self.row + 1
            self.column, self.hidden, self.filled = -1, given.get("hidden") in YES, False
        elif tag == "col" and given.get("hidden") in YES:
            self.marks.columns.append((int(given["min"]) - 1, int(given["max"]) - 1))

    def characters(self, text: str) -> None:
        if self.inside == "v":
            self.text += text
        elif self.inside == "f" and self.formula is not None and len(self.formula) < SHOWN_OF_A_FORMULA:
            self.formula += text

    def end(self, name: str) -> None:
        tag = name[name.find(":") + 1 :]
        if tag in ("v", "f"):
            self.inside = ""
        elif tag == "c":
            self._end_cell()
        elif tag == "row" and self.hidden and self.filled:
            self.marks.rows.append(self.row)

    def _end_cell(self) -> None:
        """A text that a formula found to be empty is stored as one; every other formula without a value is hollow."""
        text = self.text.strip()
        if self.kind == "e":
            self._mark(self.row, self.column, text or "#N/A")
        elif self.formula is not None and not (text or self.stored or (self.kind == "str" and self.has_result)):
            self._mark(self.row, self.column, Formula(self.formula[:SHOWN_OF_A_FORMULA]))
        elif text or self.stored:
            self.filled = True
            self.marks.width = max(self.marks.width, self.column + 1)
            if self.spans:
                self.there.add((self.row, self.column))

    def _mark(self, row: int, column: int, raw: Raw) -> None:
        self.filled = True
        self.marks.cells.setdefault(row, {})[column] = raw
        self.marks.width = max(self.marks.width, column + 1)

    def spread(self) -> None:
        """The cells that one formula fills, where nothing is stored for them."""
        for span in self.spans:
            first, _, last = span.partition(":")
            corner, opposite = place_of(first), place_of(last or first)
            if corner is None or opposite is None:
                continue
            if (opposite[0] - corner[0] + 1) * (opposite[1] - corner[1] + 1) > MOST_COMPUTED:
                raise refuse(N_("One formula fills more cells than a table has; paste the table as values"), value=span)
            for row in range(corner[0], opposite[0] + 1):
                for column in range(corner[1], opposite[1] + 1):
                    if (row, column) not in self.there and column not in self.marks.cells.get(row, {}):
                        self._mark(row, column, Formula(span))


def marks_of(content: bytes) -> Marks:
    """Raises `TableRefused`, and `ValueError` where the markup is broken."""
    if not TOLD_BY.search(content):
        return Marks()
    scan = _Scan()
    parser: Any = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = scan.start, scan.end
    parser.CharacterDataHandler = scan.characters
    try:
        parser.Parse(content, True)
    except expat.ExpatError as problem:
        raise ValueError(str(problem)) from None
    scan.spread()
    return scan.marks


def parts_of(workbook: bytes, relations: bytes) -> dict[str, str]:
    """Where in the zip each sheet stands, by its name."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(name: str, given: dict[str, str]) -> None:
        if name.endswith("Relationship"):
            target = given.get("Target", "")
            targets[given.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def sheet(name: str, given: dict[str, str]) -> None:
        if name[name.find(":") + 1 :] == "sheet":
            key = next((value for name, value in given.items() if name.endswith(":id")), "")
            sheets[given.get("name", "")] = key

    for content, handler in ((relations, relation), (workbook, sheet)):
        parser: Any = expat.ParserCreate()
        parser.StartElementHandler = handler
        try:
            parser.Parse(content, True)
        except expat.ExpatError as problem:
            raise ValueError(str(problem)) from None
    return {name: targets.get(key, "") for name, key in sheets.items()}
