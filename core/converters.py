"""Parts of addresses."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.http import Http404

from core.periods import Day, Month, Week, day_in_range

P = TypeVar("P", Day, Week, Month)


def asked(code: str | None, otherwise: P) -> P:
    """The day, week or month that an address names by its code; `otherwise` where it names none. Raises `Http404`."""
    try:
        return type(otherwise).parse(code) if code else otherwise
    except ValueError:
        raise Http404 from None


class IsoWeek:
    """A week, as in `2026-W47`."""

    regex = r"\d{4}-W\d{2}"

    def to_python(self, value: str) -> Week:
        return Week.parse(value)

    def to_url(self, value: Week) -> str:
        return value.code


class IsoDate:
    """A day, as in `2026-11-18`; what is no day does not match."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return day_in_range(date.fromisoformat(value))

    def to_url(self, value: date) -> str:
        return value.isoformat()
