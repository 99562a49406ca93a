"""Confirmation after probation: at least one of several measures reached (C8)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from core.explain import N_, Line
from core.money import ZERO


def is_confirmed(reached: Mapping[str, Decimal], required: Mapping[str, Decimal]) -> bool:
    """Whether at least one measure of `required` has been reached."""
    return any(reached.get(measure, ZERO) >= least for measure, least in required.items())


def confirmation_lines(reached: Mapping[str, Decimal], required: Mapping[str, Decimal]) -> tuple[Line, ...]:
    """One line a measure: reached, required, met."""
    return tuple(
        Line(
            N_("Probation measure"),
            reached.get(measure, ZERO),
            "D17.b",
            ((N_("measure"), measure), (N_("at least"), least)),
            met=reached.get(measure, ZERO) >= least,
        )
        for measure, least in required.items()
    )
