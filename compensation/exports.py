from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from compensation.models import PayLine
from core.exports import Asked, NotExportable, export
from teams.models import Unit, below


@export(
    "pay-lines",
    columns=("branch", "month", "employee_no", "component", "basis", "rate", "amount", "clause", "for_month", "state"),
)
def pay_lines(asked: Asked) -> Iterator[Sequence[Any]]:
    """Lines of the runs of every month that begins in the period."""
    lines = PayLine.objects.filter(run__month__gte=asked.period.first.replace(day=1), run__month__lt=asked.period.end)
    if asked.unit:
        unit = Unit.objects.filter(code=asked.unit).first()
        if unit is None:
            raise NotExportable(_("There is no unit %(code)s") % {"code": asked.unit})
        lines = lines.filter(below(unit, path="slip__unit__path") | below(unit, path="run__branch__path"))
    rows = lines.order_by("run__month", "run__branch__code", "slip__person__user__employee_no", "position").values_list(
        "run__branch__code",
        "run__month",
        "slip__person__user__employee_no",
        "component",
        "basis",
        "rate",
        "amount",
        "clause",
        "for_month",
        "run__state",
    )
    for branch, month, number, component, basis, rate, amount, clause, for_month, state in rows.iterator():
        yield (
            branch,
            f"{month:%Y-%m}",
            number,
            component,
            None if basis is None else basis.quantize(amount),
            None if rate is None else rate.normalize(),
            amount,
            clause,
            f"{for_month:%Y-%m}" if for_month else "",
            state,
        )
