"""Periods in words, in the language then active."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext

from core.periods import Period


def week_in_words(period: Period) -> str:
    year, week, _ = period.first.isocalendar()
    return gettext("%(year)s week %(week)s") % {"year": year, "week": week}


def period_in_words(period: Period) -> str:
    """A day as a date, a week and a month by their numbers, any other span by its ends."""
    match period.kind:
        case "day":
            return str(date_format(period.first))
        case "week":
            return week_in_words(period)
        case "month":
            return str(date_format(period.first, "YEAR_MONTH_FORMAT"))
    ends = {"first": date_format(period.first), "last": date_format(period.last)}
    return gettext("%(first)s to %(last)s") % ends
