"""Why a judgement came out as it did: lines a person can read, and a digest of all that went in.

`rules.py` modules build these values; one panel shows them (`templates/components/explain.html`). Labels and notes are
message ids: marked with `N_` where they are written, translated where they are shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
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
    """One step of a judgement. `inputs` are (label, value) pairs; `note` may hold `%(name)s` filled from `values`."""

    label: str
    result: type_of_value
    clause: str = ""
    inputs: tuple[tuple[str, type_of_value], ...] = ()
    rule: RuleValue | None = None
    met: bool | None = None
    note: str = ""
    values: tuple[tuple[str, type_of_value], ...] = field(default=())
    href: str = ""


def plain(value: Any) -> Any:
    """`value` as JSON knows it: decimals and dates as text, dataclasses as objects. Raises `TypeError` on floats."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    raise TypeError(f"No canonical form for {type(value).__name__}")


def canonical(value: Any) -> bytes:
    """The one way of writing `value` down, for digests and signatures."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def lines_as_json(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """What a judgement's `lines` column holds; empty parts are left out to keep rows small."""
    return [{key: item for key, item in plain(line).items() if item not in (None, "", [], ())} for line in lines]
