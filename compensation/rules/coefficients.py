"""Components that multiply: the results appraisal, and conduct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from compensation.rules.bands import Step, value_at
from compensation.rules.parts import APPRAISED, STANDARD
from compensation.rules.sheet import BONUS, COMMISSION, PaySheet, SlipLine
from core.explain import N_, Line
from core.money import ZERO


@dataclass(frozen=True)
class AssessmentCoefficient:
    """The month's results appraisal decides the month's commission (D17.a); kept within its limits."""

    kind: ClassVar[str] = "assessment"
    on: tuple[str, ...] = (COMMISSION, BONUS)
    minimum: Decimal = ZERO
    maximum: Decimal = Decimal(2)
    weights: Mapping[str, Decimal] = field(default_factory=dict)

    def apply(self, sheet: PaySheet) -> None:
        given = sheet.inputs.assessment
        factor = min(max(given.coefficient, self.minimum), self.maximum)
        sheet.figures["assessment_coefficient"] = factor
        inputs = (
            (N_("appraised"), given.coefficient),
            (N_("lower limit"), self.minimum),
            (N_("upper limit"), self.maximum),
        )
        line = Line(N_("Assessment coefficient"), None, APPRAISED, inputs, counted=factor)
        sheet.multiply(self.on, factor, SlipLine(self.kind, ZERO, clause=APPRAISED, explained=(*given.lines, line)))


@dataclass(frozen=True)
class ComplianceCoefficient:
    """Falls with the valid complaints of the month."""

    kind: ClassVar[str] = "compliance"
    steps: tuple[Step, ...]
    on: tuple[str, ...] = (COMMISSION, BONUS)

    def apply(self, sheet: PaySheet) -> None:
        complaints = sheet.month.inputs.complaints
        factor = value_at(Decimal(complaints), self.steps)
        sheet.figures["compliance_coefficient"] = factor
        line = Line(
            N_("Compliance coefficient"), None, STANDARD, ((N_("valid complaints"), complaints),), counted=factor
        )
        sheet.multiply(self.on, factor, SlipLine(self.kind, ZERO, clause=STANDARD, explained=(line,)))
