"""One thing of each kind for the access table: what `of` names → the arguments of its address.

Everything belongs to 林小雨 (`cm`), her area B1M1A1, her department B1M1 or the branch B1, so that the cast stands in
every relation to it: herself, her team, her leaders, the branch, the sibling branch B2, those above, and B9 outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cast import Cast

Builder = Callable[[Cast], dict[str, Any]]
BUILDERS: dict[str, Builder] = {}


def thing(name: str) -> Callable[[Builder], Builder]:
    """Register a builder: it makes the thing and returns the arguments of its address."""

    def register(builder: Builder) -> Builder:
        BUILDERS[name] = builder
        return builder

    return register
