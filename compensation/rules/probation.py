"""Confirmation after probation: at least one of several measures reached (C8)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from core.money import ZERO


def is_confirmed(reached: Mapping[str, Decimal], required: Mapping[str, Decimal]) -> bool:
    """Whether at least one measure of `required` has been reached."""
    return any(reached.get(measure, ZERO) >= least for measure, least in required.items())
