"""Bands and steps hold thresholds only, so no gap and no overlap can be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import ZERO, to_cents


@dataclass(frozen=True, slots=True, order=True)
class Band:
    """From `threshold` up, until the next band begins, at `rate`."""

    threshold: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """From `threshold` up, until the next step begins, `value` holds."""

    threshold: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of a base that falls in one band; `exact` is not rounded."""

    part: Decimal
    rate: Decimal

    @property
    def exact(self) -> Decimal:
        return self.part * self.rate


def slices_of(base: Decimal, bands: Sequence[Band]) -> list[Slice]:
    """`base` cut at the thresholds; bands that it does not reach are left out."""
    tops = [band.threshold for band in bands[1:]] + [base]
    parts = ((min(base, top) - band.threshold, band.rate) for band, top in zip(bands, tops, strict=True))
    return [Slice(part, rate) for part, rate in parts if part > 0]


def banded(base: Decimal, bands: Sequence[Band]) -> Decimal:
    """Pay each slice of `base` at the rate of the band it falls in."""
    return to_cents(sum((cut.exact for cut in slices_of(base, bands)), ZERO))


def rate_for(base: Decimal, bands: Sequence[Band]) -> Decimal:
    """The one rate of the highest band that `base` reaches into; exactly at a threshold the lower band holds."""
    return next((band.rate for band in reversed(bands) if base > band.threshold), bands[0].rate)


def value_at(at: Decimal, steps: Sequence[Step]) -> Decimal:
    """The value of the highest step at or below `at`; below the first one, zero."""
    return next((step.value for step in reversed(steps) if at >= step.threshold), ZERO)
