"""Spans that touch share no day; a ring of units is named from where it closes."""

from __future__ import annotations

from datetime import date

import pytest

from teams.rules import overlap, ring_above

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
LAST_OF_MAY = date(2026, 5, 31)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ((MAY, JUNE), (JUNE, JULY), False),  # one ends, the other begins: no day is of both
        ((MAY, JUNE), (LAST_OF_MAY, JULY), True),  # the last day is
        ((MAY, JUNE), (JUNE, None), False),
        ((MAY, None), (JUNE, JULY), True),
        ((MAY, None), (JULY, None), True),
        ((JUNE, None), (MAY, JUNE), False),
        ((JUNE, JULY), (MAY, None), True),
        ((MAY, JULY), (JUNE, date(2026, 6, 2)), True),
    ],
)
def test_spans_share_a_day_or_they_do_not(one, other, shared):
    assert overlap(one, other) is overlap(other, one) is shared


@pytest.mark.parametrize(
    ("code", "parents", "ring"),
    [
        ("AREA", {"AREA": "MD", "MD": "BR", "BR": None}, []),
        ("BR", {}, []),
        ("A", {"A": "A"}, ["A", "A"]),
        ("A", {"A": "B", "B": "A"}, ["A", "B", "A"]),
        ("AREA", {"AREA": "A", "A": "B", "B": "C", "C": "A"}, ["A", "B", "C", "A"]),  # the way into it is none of it
    ],
)
def test_a_ring_of_units_is_named_from_where_it_closes(code, parents, ring):
    assert ring_above(code, parents) == ring
