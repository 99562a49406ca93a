"""A sentence kept as facts, in words only when somebody reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

from core.periods import Period


@dataclass(frozen=True, slots=True)
class Said:
    """A message id (marked with `N_`) and what fills its `%(name)s`. As a text it speaks the language then active."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return gettext(self.text) % self.values if self.values else gettext(self.text)


def days_in_words(span: Period, *, with_year: bool = True) -> str:
    """A week or another span by its days, 2026年11月23–29日, as people say it; nobody knows weeks by number."""
    first, last = span.first, span.last
    month = pgettext("format of the month of a span of days", "F")
    values = {
        "year": first.year,
        "month": date_format(first, month),
        "first": first.day,
        "last_year": last.year,
        "last_month": date_format(last, month),
        "last": last.day,
    }
    if first.year != last.year:
        text = gettext("%(month)s %(first)s, %(year)s – %(last_month)s %(last)s, %(last_year)s")
    elif first.month != last.month:
        text = gettext("%(month)s %(first)s – %(last_month)s %(last)s")
    else:
        text = gettext("%(month)s %(first)s–%(last)s")
    words = text % values
    if not with_year or first.year != last.year:
        return words
    return gettext("%(days)s, %(year)s") % {"days": words, "year": first.year}
