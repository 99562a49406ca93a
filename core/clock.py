"""Moments and days in the firm's time zone. Nothing here reads the clock."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone


def at(on: date, clock: time) -> datetime:
    """The moment at which the firm's clocks show `clock` on `on`."""
    return timezone.make_aware(datetime.combine(on, clock))


def day_of(moment: datetime) -> date:
    """The firm's calendar day of a moment."""
    return timezone.localdate(moment)
