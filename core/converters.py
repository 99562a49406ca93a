"""Parts of addresses."""

from __future__ import annotations

from datetime import date


class IsoDate:
    """A day, as in `2026-11-18`; what is no day does not match."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()
