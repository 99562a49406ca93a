"""The kinds of files the house keeps. Each app declares its own in `<app>/kinds.py`, found when Django starts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

MEBIBYTE = 1024 * 1024
PHOTO = frozenset({"jpg", "png", "webp"})  # kept as JPEG, without what the camera wrote beside it
PAPER = frozenset({"pdf"})
SHEET = frozenset({"xlsx"})


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file of this kind may be, who opens it and how long it is kept.

    `by` are powers over the unit it belongs to; `is_authors` lets whoever brought it open it too.
    """

    code: str
    title: str | Promise
    accepts: Collection[str]
    by: tuple[Any, ...]
    retention: str
    confidentiality: str = "internal"
    is_authors: bool = True
    most_bytes: int = 10 * MEBIBYTE


_declared: dict[str, FileKind] = {}


def declare_kind(kind: FileKind) -> FileKind:
    if _declared.setdefault(kind.code, kind) != kind:
        raise ValueError(f"Two kinds of files are called {kind.code}")
    return kind


def kind_of(code: str) -> FileKind:
    """Raises `KeyError` for a kind nobody declared."""
    return _declared[code]


def kinds() -> list[FileKind]:
    return [_declared[code] for code in sorted(_declared)]
