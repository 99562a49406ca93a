"""Money is `Decimal`, rounded once per line, half up, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """`amount` to the cent, half up (away from zero)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def shared_out(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share `total` by `weights` so that the parts sum exactly to it; leftover cents go to the largest remainders.

    All weights zero: everything goes to the first. Raises `ValueError` on a negative weight or no weights.
    """
    if not weights or min(weights) < 0:
        raise ValueError("Weights must be at least one and none negative")
    whole = sum(weights, ZERO)
    if not whole:
        return [total, *[ZERO] * (len(weights) - 1)]
    exact = [total * weight / whole for weight in weights]
    parts = [share.quantize(CENT, rounding=ROUND_DOWN) for share in exact]
    left = to_cents(total) - sum(parts, ZERO)
    step = CENT if left >= 0 else -CENT
    order = sorted(range(len(parts)), key=lambda n: (-abs(exact[n] - parts[n]), n))
    for n in order[: int(abs(left) / CENT)]:
        parts[n] += step
    return parts
