"""What an app says of its addresses in `<app>/tests/room.py`: a line each, and how to make the thing that one needs.

One line per address and method. `may` names those who get `then`; `sees` those within whose sight the thing lies but who
lack the power (403); for everybody else a thing named by `of` does not exist (404), and a page without a thing is
refused (403). A method without a line answers 405. Names are keys of the cast (`tests/cast.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.access.people import EVERYBODY
from tests.cast import Cast

Builder = Callable[[Cast], dict[str, Any]]
BUILDERS: dict[str, Builder] = {}


def thing(name: str) -> Callable[[Builder], Builder]:
    """Register a builder: it makes the thing and returns the arguments of its address."""

    def register(builder: Builder) -> Builder:
        BUILDERS[name] = builder
        return builder

    return register


@dataclass(frozen=True)
class Line:
    name: str
    method: str
    may: str
    sees: str = ""
    of: str = ""
    then: int = 200
    send: Mapping[str, Any] | Callable[[Cast], Mapping[str, Any]] = field(default_factory=dict)
    anonymous: int = 302  # to the sign-in page
    given: Mapping[str, Any] = field(default_factory=dict)  # parts of the address that name no thing, such as a day
    is_page: bool = False  # walked in Chromium, and its queries counted
    walked_by: str = ""  # by whom, where the first and the last of those who may do not see all kinds of it

    @property
    def viewers(self) -> list[str]:
        may = self.may.split()
        return self.walked_by.split() or list(dict.fromkeys((may[0], may[-1])))

    def arguments(self, things: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The arguments of the address, its thing taken from `things`."""
        return {**(things[self.of] if self.of else {}), **self.given}


def page(name: str, may: str = EVERYBODY, *, of: str = "", sees: str = "", **more: Any) -> Line:
    """A page for people."""
    return Line(name, "GET", may, sees, of, is_page=True, **more)


def part(name: str, may: str = EVERYBODY, *, of: str = "", sees: str = "", **more: Any) -> Line:
    """What htmx fetches into a page, a file to download, an answer for machines."""
    return Line(name, "GET", may, sees, of, **more)


def verb(name: str, may: str = EVERYBODY, *, of: str = "", sees: str = "", then: int = 302, **more: Any) -> Line:
    """Something done: a POST, answered by a redirect unless said otherwise (`send` is the form)."""
    return Line(name, "POST", may, sees, of, then, **more)
