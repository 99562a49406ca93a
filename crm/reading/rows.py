"""Rows of a CRM table as lines for `COPY`, and the report of what was wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from core.cells import BadCell, Column, Raw, folded, is_blank, shown
from core.explain import N_
from core.tables import EXAMPLE, TOTAL, Refusal
from crm.reading.columns import SIMPLIFIED

DEFAULTS = {"share": "1", "status": "normal"}  # of columns left out or empty
REMEMBERED_ROUNDINGS = 20
REMEMBERED = 50_000  # distinct texts of a column whose value is kept


@dataclass
class Report:
    """What the child says at the end; refusals are listed up to a number, rows are counted all."""

    sheet: str = ""
    encoding: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    ignored_columns: list[str] = field(default_factory=list)
    ignored_sheets: list[str] = field(default_factory=list)
    factors: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    bad_rows: int = 0
    refusals: list[dict[str, Any]] = field(default_factory=list)
    refusal_count: int = 0
    first: str = ""
    last: str = ""
    totals: list[dict[str, Any]] = field(default_factory=list)
    rounded: dict[str, list[Any]] = field(default_factory=dict)  # by column: how many figures, the first rows and cells
    hidden: list[dict[str, Any]] = field(default_factory=list)
    most: int = 200

    def refuse(self, refusal: Refusal) -> None:
        self.refusal_count += 1
        if len(self.refusals) < self.most:
            self.refusals.append(asdict(refusal))


@dataclass(slots=True)
class PlacedColumn:
    """A column of the file: where it stands and how its cells are read."""

    at: int
    column: Column
    heading: str
    factor: int
    read: Callable[[Raw], str]
    seen: dict[Raw, str] | None
    rounding: list[str] = field(default_factory=list)  # columns of the row in hand of which a figure was rounded


@dataclass(frozen=True)
class Bounds:
    """The days a row may speak of."""

    today: date
    covers_from: date | None = None
    covers_to: date | None = None


class Table:
    """Turns rows into lines for COPY, and remembers what was wrong and what was summed up."""

    def __init__(
        self, places: dict[str, PlacedColumn], columns: Sequence[Column], bounds: Bounds, report: Report
    ) -> None:
        self.columns = columns
        self.put(places)
        self.bounds = bounds
        self.report = report
        self.first_day = self.last_day = ""
        self.days: dict[str, str] = {}  # a day → the rule it breaks, or nothing

    def put(self, places: dict[str, PlacedColumn]) -> None:
        """Read by these places from now on."""
        self.places = places
        self.plan = [(places.get(column.name), DEFAULTS.get(column.name, "")) for column in self.columns]

    def line(self, number: int, cells: Sequence[Raw]) -> list[str] | None:
        """The row as text for COPY: its number, whether something in it is wrong, its values. `None` for no row."""
        first = next((cell for cell in cells if not is_blank(cell)), None)
        if first is None:
            return None
        if isinstance(first, str) and first.startswith(EXAMPLE):
            return None
        if isinstance(first, str) and not first[:1].isdigit() and TOTAL.fullmatch(folded(first)):
            self.total(number, cells)
            return None
        self.report.rows += 1
        values, bad = self.values(number, cells)
        if bad:
            self.report.bad_rows += 1
        return [str(number), "t" if bad else "f", *values]

    def values(self, number: int, cells: Sequence[Raw]) -> tuple[list[str], bool]:
        values: list[str] = []
        bad = False
        width = len(cells)
        for place, default in self.plan:
            if place is None:
                values.append(default)
                continue
            raw = cells[place.at] if place.at < width else ""
            seen = place.seen
            value = seen.get(raw) if seen is not None else None
            if value is None:
                try:
                    value = place.read(raw) or default
                except BadCell as problem:
                    self.refuse(number, place, raw, problem.rule, problem.values_in_rule)
                    value, bad = "", True
                else:
                    if seen is not None and len(seen) < REMEMBERED:
                        seen[raw] = value
            values.append(value)
            if place.rounding:
                self.note_rounding(number, place, raw)
        bad = self.day_is_wrong(number, values[0]) or bad
        return values, bad

    def note_rounding(self, number: int, place: PlacedColumn, raw: Raw) -> None:
        place.rounding.clear()
        found = self.report.rounded.setdefault(place.column.name, [0])
        found[0] += 1
        if len(found) <= REMEMBERED_ROUNDINGS:
            found.append([number, shown(raw)])

    def breaks_a_rule(self, day: str) -> str:
        """The rule a day breaks, if any, for tables whose rows begin with one."""
        if not day or self.columns[0].kind not in {"date", "month"}:
            return ""
        rule = self.days.get(day)
        if rule is None:
            rule = self.days[day] = self.judged(day)
        return rule

    def day_is_wrong(self, number: int, day: str) -> bool:
        if rule := self.breaks_a_rule(day):
            place = self.places[self.columns[0].name]
            self.refuse(number, place, day, rule, {})
        return bool(rule)

    def judged(self, text: str) -> str:
        """Which rule a day breaks; days that break none widen what the file covers."""
        day, by_month = date.fromisoformat(text), self.columns[0].kind == "month"
        first, last = self.bounds.covers_from, self.bounds.covers_to
        if day > self.bounds.today:
            return N_("lies in the future")
        if first and last and not (first.replace(day=1) if by_month else first) <= day <= last:
            return N_("lies outside the days the file is said to cover")
        end = ((day + timedelta(days=32)).replace(day=1) - timedelta(days=1)).isoformat() if by_month else text
        self.first_day = min(self.first_day or text, text)
        self.last_day = max(self.last_day, end)
        return ""

    def refuse(self, number: int, place: PlacedColumn, raw: Raw, rule: str, values: dict[str, Any]) -> None:
        self.report.refuse(Refusal(self.report.sheet, number, place.heading, shown(raw), rule, values))

    def total(self, number: int, cells: Sequence[Raw]) -> None:
        """A row that sums up others: kept for comparing, where its amounts can be read."""
        amounts = {}
        for name, place in self.places.items():
            if place.column.kind == "amount" and place.at < len(cells):
                try:
                    amounts[name] = place.read(cells[place.at])
                except BadCell:
                    continue
                finally:
                    place.rounding.clear()
        amounts = {name: amount for name, amount in amounts.items() if amount}
        first = next(folded(shown(cell)) for cell in cells if not is_blank(cell))
        if amounts and first.translate(SIMPLIFIED).startswith(("合计", "总计", "total")):
            self.report.totals.append({"row": number, "amounts": amounts, "rows": self.report.rows})
