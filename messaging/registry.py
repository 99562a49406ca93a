"""What the apps above say to messaging without its knowing them: their texts, and who is where.

Texts are declared in `<app>/texts.py`; those modules are found by themselves. Placeholders are `%(name)s` and nothing
else; they are replaced, never evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from messaging import rules


@dataclass(frozen=True, slots=True)
class Text:
    """Message ids of a subject and a body; translated into the recipient's language when a message is posted."""

    code: str
    subject: str
    body: str

    @property
    def placeholders(self) -> frozenset[str]:
        return rules.placeholders(self.subject) | rules.placeholders(self.body)


class Directory(Protocol):
    """What is known elsewhere about recipients."""

    def places(self, user_ids: Collection[int], on: date) -> dict[int, str]:
        """The path of the unit each belongs to on `on`: who may see what was sent to them."""

    def gone(self, user_ids: Collection[int], on: date) -> set[int]:
        """Those who have left by `on`."""


class NoDirectory:
    def places(self, user_ids: Collection[int], on: date) -> dict[int, str]:
        return {}

    def gone(self, user_ids: Collection[int], on: date) -> set[int]:
        return set()


SMS_SEGMENTS = 3
_texts: dict[str, Text] = {}
_directory: Directory = NoDirectory()


def declare_text(code: str, *, subject: str, body: str) -> Text:
    """Make a text known. `subject` and `body` are marked with `N_`."""
    text = Text(code, subject, body)
    if _texts.setdefault(code, text) != text:
        raise ValueError(f"The text {code} is declared twice")
    return text


def text_of(code: str) -> Text:
    return _texts[code]


def texts() -> list[Text]:
    return sorted(_texts.values(), key=lambda text: text.code)


def use_directory(directory: Directory) -> None:
    global _directory  # noqa: PLW0603
    _directory = directory


def directory() -> Directory:
    return _directory


def declared_segments(on: date) -> int:
    return SMS_SEGMENTS


_sms_segments: Callable[[date], int] = declared_segments


def use_sms_segments(most_on: Callable[[date], int]) -> None:
    """Ask `most_on` how many segments an SMS may have on a day."""
    global _sms_segments  # noqa: PLW0603
    _sms_segments = most_on


def sms_segments(on: date) -> int:
    return _sms_segments(on)
