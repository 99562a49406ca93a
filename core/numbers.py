"""Numbers without gaps, one series at a time: whoever takes the next holds the series until her transaction ends."""

from __future__ import annotations

from django.db import connection


def next_number(series: str) -> int:
    """The next number of a series, from 1. Rolled back with the transaction that took it, so none is missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_series (name, last) VALUES (%s, 1) ON CONFLICT (name) DO UPDATE SET last = core_series.last + 1"
            " RETURNING last",
            [series],
        )
        return int(cursor.fetchone()[0])
