"""Periods in words, in the language then active."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext

from core.periods import Period
from core.said import days_in_words


def week_in_words(period: Period) -> str:
    """As messages name it: they are read within days."""
    return days_in_words(period, with_year=False)


def period_in_words(period: Period) -> str:
    """A day as a date, a week by its days, a month by its number, any other span by its ends."""
    match period.kind:
        case "day":
            return str(date_format(period.first))
        case "week":
            return days_in_words(period)
        case "month":
            return str(date_format(period.first, "YEAR_MONTH_FORMAT"))
    ends = {"first": date_format(period.first), "last": date_format(period.last)}
    return gettext("%(first)s to %(last)s") % ends


def place_in_words(rank: int, of: int, *, tied: int = 1, openings: Decimal | int | str) -> str:
    """A place; equals have theirs together, so that nobody takes the first of them for hers alone."""
    if tied == 1:
        return gettext("place %(rank)s of %(of)s") % {"rank": rank, "of": of}
    places = {"rank": rank, "last": rank + tied - 1, "of": of, "openings": openings}
    return gettext("equal at places %(rank)s–%(last)s of %(of)s, %(openings)s opened each") % places
