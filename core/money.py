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


FIGURES = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
BLOCKS = ("", "万", "亿")


def in_capitals(amount: Decimal) -> str:
    """A sum of yuan in the capital figures that Chinese papers of value are written in: 1,204.50 as 壹仟贰佰零肆元伍角整.

    Raises `ValueError` from a thousand billions on.
    """
    cents = int(abs(to_cents(amount)) / CENT)
    yuan, (jiao, fen) = cents // 100, divmod(cents % 100, 10)
    if yuan >= 10**12:
        raise ValueError("No such sum is written out")
    said = _yuan_in_capitals(yuan)
    whole = f"{said}元" if said else "" if cents else "零元"
    if not cents % 100:
        return f"{'负' if amount < 0 else ''}{whole}整"
    dimes = f"{FIGURES[jiao]}角" if jiao else "零" if said else ""
    cent = f"{FIGURES[fen]}分" if fen else "整"
    return f"{'负' if amount < 0 else ''}{whole}{dimes}{cent}"


def _yuan_in_capitals(yuan: int) -> str:
    """Blocks of four figures, each with its name; one 零 for every gap before a figure."""
    said, gap = "", False
    for place in range(11, -1, -1):
        figure, block = yuan // 10**place % 10, place // 4
        if figure:
            said += ("零" if gap and said else "") + FIGURES[figure] + PLACES[place % 4]
        gap = not figure
        if place % 4 == 0 and yuan // 10**place % 10000:
            said += BLOCKS[block]
    return said
