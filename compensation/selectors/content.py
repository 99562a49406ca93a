"""What signatures cover of a run, and what explains it.

Signatures cover every figure of report and slips. What lies beneath them (inputs, reasons, remarks) has a digest of its
own: it may become another explanation of the same figures. Runs of the first edition have one digest over both.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from compensation.models import PayLine, PayRun, PaySlip, PlanVersion
from compensation.rules.sheet import BASIS_PLACES, RATE_PLACES, rounded
from core.explain import as_said, written_plainly
from core.money import CENT, ZERO
from core.periods import Month

Content = dict[str, Any]
FIRST_EDITION = 1


def slip_content(*, total: Decimal, carry: tuple[int, int], **parts: Any) -> Content:
    carried = {"carry": list(carry)} if any(carry) else {}
    return {**parts, **carried, "total": format(total.quantize(CENT), "f")}


def _figures(slip: Content) -> Content:
    """What report and slip print: no inputs, no reasons, no remarks."""
    figures = {name: value for name, value in slip.items() if name not in ("inputs", "remarks")}
    lines = [{name: value for name, value in line.items() if name != "lines"} for line in slip["lines"]]
    return {**figures, "lines": lines}


def run_digest(branch: str, month: Month, version: PlanVersion, slips: Iterable[Content]) -> str:
    """SHA-256 over branch, month, plan and every figure of the slips, which are plain already."""
    return _digest(branch, month, version, [_figures(slip) for slip in slips])


def trace_digest(slips: Iterable[Content]) -> str:
    """SHA-256 over what explains the figures."""
    beneath = [
        [
            slip["employee_no"],
            slip["inputs"],
            as_said(slip["remarks"]),
            [as_said(line["lines"]) for line in slip["lines"]],
        ]
        for slip in slips
    ]
    return hashlib.sha256(written_plainly(sorted(beneath, key=lambda slip: slip[0]))).hexdigest()


def _digest(branch: str, month: Month, version: PlanVersion, slips: Sequence[Content]) -> str:
    content = {
        "branch": branch,
        "month": month.code,
        "plan": [version.plan.code, version.from_on.isoformat()],
        "slips": sorted(slips, key=lambda slip: slip["employee_no"]),
    }
    return hashlib.sha256(written_plainly(content)).hexdigest()


def kept_content(run: PayRun) -> list[Content]:
    """The slips of a run as the database holds them just now."""
    lines: dict[int, list[Content]] = defaultdict(list)
    for line in PayLine.objects.filter(run=run).order_by("slip", "position"):
        lines[line.slip_id].append(
            {
                "component": line.component,
                "basis": _as_text(line.basis, BASIS_PLACES),
                "rate": _as_text(line.rate, RATE_PLACES),
                "amount": format(line.amount, "f"),
                "clause": line.clause,
                "for_month": f"{line.for_month:%Y-%m}" if line.for_month else "",
                "lines": line.lines,
            }
        )
    return [
        slip_content(
            employee_no=slip.person.user.employee_no,
            name=slip.name,
            unit=slip.unit.code,
            grade=slip.grade,
            engagement=slip.engagement,
            inputs=slip.inputs,
            figures=slip.figures,
            remarks=slip.remarks,
            carry=(slip.negative_months, slip.duties_missed),
            note=slip.note,
            total=slip.total,
            lines=lines[slip.pk],
        )
        for slip in PaySlip.objects.filter(run=run).select_related("person__user", "unit")
    ]


def content_digest(run: PayRun, kept: Sequence[Content] | None = None) -> str:
    """The digest, in the run's edition, of what the database holds just now; differs from `run.digest` if it was touched."""
    slips = kept_content(run) if kept is None else kept
    digest = _digest if run.edition == FIRST_EDITION else run_digest
    return digest(run.branch.code, run.period, run.plan, slips)


def figures_digest(run: PayRun, kept: Sequence[Content]) -> str:
    """The digest of the figures alone, whatever the run's edition."""
    return run_digest(run.branch.code, run.period, run.plan, kept)


def is_whole(run: PayRun, kept: Sequence[Content] | None = None) -> bool:
    """Whether the rows still are what the run's digests cover, and its people and total are theirs."""
    sums = PaySlip.objects.filter(run=run).aggregate(people=Count("pk"), total=Sum("total"))
    if (run.people, run.total) != (sums["people"], sums["total"] or ZERO):
        return False
    slips = kept_content(run) if kept is None else kept
    is_explained = run.edition == FIRST_EDITION or trace_digest(slips) == run.explained
    return is_explained and content_digest(run, slips) == run.digest


def _as_text(value: Decimal | None, places: Decimal) -> str | None:
    shown = rounded(value, places)
    return None if shown is None else format(shown, "f")
