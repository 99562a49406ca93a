"""How far a job is, for whoever watches. Kept beside the database: losing it costs nothing but the sight of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from django.core.cache import cache

EVERY = 0.5  # seconds between two tellings
KEPT = 300


class Phase(StrEnum):
    READING = "reading"
    COMPARING = "comparing"
    MERGING = "merging"
    COUNTING = "counting"
    REMARKING = "remarking"


Telling = Callable[[Phase, int], None]


def silent(phase: Phase, rows: int) -> None:
    """Tell nobody."""


def telling_of(public_id: UUID) -> Telling:
    """Tells the cache, not more often than is worth looking at; a cache that is gone is left alone."""
    told_at, told = 0.0, ""

    def tell(phase: Phase, rows: int) -> None:
        nonlocal told_at, told
        if told == "gone" or (told == phase and time.monotonic() - told_at < EVERY):
            return
        told_at, told = time.monotonic(), phase.value
        try:
            cache.set(f"crm.import.{public_id}", (phase.value, rows), KEPT)
        except Exception:
            told = "gone"

    return tell


def progress_of(public_id: UUID) -> tuple[str, int]:
    """The phase a job is in ("" where nobody has told) and the rows it has read."""
    try:
        phase, rows = cache.get(f"crm.import.{public_id}") or ("", 0)
    except Exception:
        return "", 0
    return str(phase), int(rows)
