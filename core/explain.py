"""Why a judgement came out as it did: lines a person can read, and a digest of all that went in.

`rules.py` modules build these values; one panel shows them (`templates/components/explain.html`). Labels and notes are
message ids: marked with `N_` where they are written, translated where they are shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any

type_of_value = str | int | Decimal | date | time | bool | None


def N_(message: str) -> str:  # noqa: N802
    """Mark `message` for the catalogues without translating it here."""
    return message


@dataclass(frozen=True, slots=True)
class RuleValue:
    """A policy value as it was applied: which layer set it and since when."""

    code: str
    value: Any  # a `type_of_value`; which one the parameter's kind says
    layer: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a judgement. `inputs` are (label, value) pairs; `note` may hold `%(name)s` filled from `values`.

    `counted` is what was looked at (so many contacts, a rate, a completion), `result` what it brings in the unit of the
    panel (points, yuan): two columns, never mixed. The results down to a `total` add up to it, so whatever brings nothing
    has none. `rows` names the rows it was reckoned from, where there are such. It holds no address: what is judged and
    kept knows of no pages. Whoever shows a line may add an `href` to its JSON.
    """

    label: str
    result: type_of_value = None
    clause: str = ""
    inputs: tuple[tuple[str, type_of_value], ...] = ()
    rule: RuleValue | None = None
    met: bool | None = None
    note: str = ""
    values: tuple[tuple[str, type_of_value], ...] = field(default=())
    counted: type_of_value = None
    total: bool = False
    rows: str = ""


AS_IT_IS = (str, int, bool, type(None))


def plain(value: Any) -> Any:
    """`value` as JSON knows it: decimals and dates as text, dataclasses as objects. Raises `TypeError` on floats."""
    kind = type(value)
    if kind in AS_IT_IS:
        return value
    if kind is tuple or kind is list:
        return [plain(item) for item in value]
    if kind is dict:
        return {str(key): plain(item) for key, item in value.items()}
    return _plain_of_rarer(value)


def _plain_of_rarer(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str | int):  # an enumeration's member
        return str(value) if isinstance(value, str) else int(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _field_names(type(value))}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    raise TypeError(f"No canonical form for {type(value).__name__}")


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def canonical(value: Any) -> bytes:
    """The one way of writing `value` down, for digests and signatures."""
    return written_plainly(plain(value))


def written_plainly(value: Any) -> bytes:
    """`canonical` of what is plain already: JSON's own kinds and nothing else."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def lines_as_json(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """What a judgement's `lines` column holds; empty parts are left out to keep rows small."""
    return [_line_as_json(line) for line in lines]


def _line_as_json(line: Line) -> dict[str, Any]:
    parts = (
        ("label", line.label),
        ("result", plain(line.result)),
        ("clause", line.clause),
        ("inputs", [[name, plain(value)] for name, value in line.inputs]),
        ("rule", None if line.rule is None else plain(line.rule)),
        ("met", line.met),
        ("note", line.note),
        ("values", [[name, plain(value)] for name, value in line.values]),
        ("counted", plain(line.counted)),
        ("total", line.total or None),
        ("rows", line.rows),
    )
    return {name: item for name, item in parts if item not in EMPTY}


EMPTY: tuple[Any, ...] = (None, "", [])


def as_said(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What stored lines say, for a digest: which rows they lead to is no part of it."""
    return [{name: item for name, item in line.items() if name != "rows"} if "rows" in line else line for line in lines]


def adds_up(lines: Iterable[Line]) -> bool:
    """Whether the results between two totals come to the second; lines without a result or with a word stand aside."""
    running = Decimal(0)
    for line in lines:
        if isinstance(line.result, bool) or not isinstance(line.result, int | Decimal):
            continue
        if not line.total:
            running += line.result
        elif running != line.result:
            return False
        else:
            running = Decimal(0)
    return True
