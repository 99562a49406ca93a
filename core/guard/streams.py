"""What travels between the guard's child and its parent: bounds, sheets row by row, and the plainest shaper."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import IO, Any

from core.cells import Formula, Raw
from core.tables import Hidden, Refusal, TableRefused

CHUNK = 1 << 18
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The most a file may be. Beyond any of them it is refused, and says which."""

    file_bytes: int = 32 * MIB
    parts: int = 200
    unpacked: int = 64 * MIB
    rows: int = 50_000
    columns: int = 200
    field: int = 32_767
    memory: int = 1 << 30
    seconds: int = 60


@dataclass(slots=True)
class Stream:
    """A sheet whose rows come one by one. `merged` are ranges such as `A2:A3`."""

    name: str
    rows: Iterator[tuple[int, Sequence[Raw]]]
    merged: tuple[str, ...] = ()
    encoding: str = ""
    hidden: Hidden = field(default_factory=Hidden)


def rows_as_json(sheets: Iterable[Stream], out: IO[bytes], **_: Any) -> dict[str, Any]:
    """The plainest shaper: a line for each sheet, then one for each row that is not empty."""
    count = 0
    for sheet in sheets:
        head = {"sheet": sheet.name, "merged": sheet.merged, "encoding": sheet.encoding, "hidden": asdict(sheet.hidden)}
        out.write(json.dumps(head, ensure_ascii=False).encode() + b"\n")
        for number, cells in sheet.rows:
            line = json.dumps([number, cells], ensure_ascii=False, default=as_sent)
            out.write(line.encode("utf-8", "surrogatepass") + b"\n")
            count += 1
    return {"rows": count}


def as_sent(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, Formula):
        return {"formula": cell.text}
    return {"time": cell.isoformat()} if isinstance(cell, time) else str(cell)


def refuse(rule: str, **where: Any) -> TableRefused:
    return TableRefused(Refusal(rule=rule, **where))
