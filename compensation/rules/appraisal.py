"""The monthly results appraisal (D16.a, D17.a): what was reached of the targets, weighted, as one coefficient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from compensation.rules.facts import Assessment
from core.explain import N_, Line
from core.money import ZERO

CLAUSE = "D16.a"
BY_HAND = "D17.a"  # no other step of an appraisal has this clause: kept steps are known by it
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of the appraisal. `target` `None`: nothing was set, or nothing is known, so it is left out.

    `unknown` counts the weeks of the month of which nothing is known, because nobody kept the measure (reading 52).
    """

    measure: str
    reached: Decimal
    target: Decimal | None
    unknown: int = 0


def appraise(
    measured: Sequence[Measured], weights: Mapping[str, Decimal], *, minimum: Decimal, maximum: Decimal
) -> Assessment:
    """The coefficient from weighted completion: targets exactly met make 1; without any target it is 1.

    A single measure counts at most `maximum`, so that one cannot make up for all others.
    """
    taking_part = [
        m for m in sorted(measured, key=lambda m: m.measure) if m.target is not None and weights.get(m.measure)
    ]
    whole = sum((weights[m.measure] for m in taking_part), ZERO)
    lines = [_not_known(m) for m in measured if m.unknown and m.target is None and weights.get(m.measure)]
    if not whole:
        note = N_("No target was set for the month: the coefficient is 1.")
        return Assessment(ONE, (*lines, Line(N_("Results appraisal"), None, CLAUSE, note=note, counted=ONE)))
    score = ZERO
    for each in taking_part:
        target = each.target or ZERO
        completion = ONE if target <= 0 else min(max(each.reached, ZERO) / target, maximum)
        score += completion * weights[each.measure] / whole
        lines.append(
            Line(
                N_("Completion"),
                None,
                CLAUSE,
                (
                    (N_("measure"), each.measure),
                    (N_("achieved"), each.reached),
                    (N_("target"), target),
                    (N_("weight"), weights[each.measure]),
                    *([(N_("weeks without logs"), each.unknown)] if each.unknown else []),
                ),
                met=each.reached >= target,
                counted=completion.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP),
            )
        )
    coefficient = min(max(score, minimum), maximum).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
    inputs = ((N_("weighted completion"), score.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)),)
    return Assessment(coefficient, (*lines, Line(N_("Results appraisal"), None, CLAUSE, inputs, counted=coefficient)))


def _not_known(measured: Measured) -> Line:
    note = N_("Not known, because nobody kept it in this month: its weight goes to the other measures in proportion.")
    return Line(N_("Completion"), None, CLAUSE, ((N_("measure"), measured.measure),), note=note)


def overridden(appraised: Assessment, coefficient: Decimal, *, by: str, reason: str) -> Assessment:
    """The appraisal with a coefficient that a person set, and the reason given."""
    note = N_("Set by %(by)s: %(reason)s")
    values = (("by", by), ("reason", reason))
    line = Line(
        N_("Set by hand"),
        None,
        BY_HAND,
        ((N_("appraised"), appraised.coefficient),),
        note=note,
        values=values,
        counted=coefficient,
        rows="entries",
    )
    return Assessment(coefficient, (*appraised.lines, line))
