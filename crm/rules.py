"""Ranking and the shape of what the CRM hands over: pure values, no Django."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Ranked(Generic[K]):
    """A place in a ranking. Rank 1 is the best; equals share the rank of the first of them: 1, 2, 2, 4."""

    key: K
    value: Decimal
    rank: int
    of: int


def ranked(values: Mapping[K, Decimal]) -> list[Ranked[K]]:
    """The best first; equals in the order of their keys, so that the order of `values` never shows."""
    order = sorted(values.items(), key=lambda item: (-item[1], item[0]))  # type: ignore[operator]
    places: list[Ranked[K]] = []
    for place, (key, value) in enumerate(order, start=1):
        rank = places[-1].rank if places and places[-1].value == value else place
        places.append(Ranked(key, value, rank, len(order)))
    return places


def masked_name(name: str) -> str:
    """A client's name as it may be kept: the first character, the rest hidden."""
    name = name.strip()
    return name[:1] + "*" * min(len(name) - 1, 2) if name else ""


def masked_number(number: str) -> str:
    """A client's or account's number as lists show it: enough to tell one's own apart, not enough to use it."""
    head, tail = (2, 3) if len(number) > 6 else (0, 2)
    return number[:head] + "*" * max(len(number) - head - tail, 2) + number[-tail:]
