"""What of this app stands on an import of the CRM, or would change by it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth

from compensation.models import PayMonth, PayRun
from compensation.models.runs import UNDER_DECISION
from compensation.selectors.computing import computed_run
from compensation.selectors.plans import NotComputable
from core.periods import Month
from crm.models import Import, ImportKind
from crm.selectors import versions_of
from teams.models import Unit

SHOWN = 5
DECIDED = (*UNDER_DECISION, PayRun.State.FILED)


def with_rows_of(imported: Import, months: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `months` (anything with branch and month) of which the import brought or changed a row."""
    if imported.covers_from is None or imported.covers_to is None:
        return months.none()
    of_branch = {"unit__path__startswith": OuterRef("branch__path"), "month_of": OuterRef("month")}
    day = "open_date" if imported.kind == ImportKind.OPENINGS else "month"
    touched = Q(source=imported) & ~Q(ended_by=imported) | Q(ended_by=imported) & ~Q(source=imported)
    rows: QuerySet[Any] = versions_of(imported.kind).filter(touched).annotate(month_of=TruncMonth(day))
    return months.filter(
        Exists(rows.filter(**of_branch)),
        month__gte=imported.covers_from.replace(day=1),
        month__lte=imported.covers_to,
    ).select_related("branch")


def closed_months() -> list[tuple[str, date]]:
    """Path of the branch and first day of every month of pay that is closed."""
    return list(PayMonth.objects.filter(closed_at__isnull=False).order_by().values_list("branch__path", "month"))


def pay_as_it_stands(branch: Unit, month: Month) -> dict[str, Decimal]:
    """What each person of a branch would be paid by the figures as they are; nothing where they do not suffice, and nothing
    of a closed month, which stays as it was paid."""
    if PayMonth.objects.filter(branch=branch, month=month.first, closed_at__isnull=False).exists():
        return {}
    try:
        run = computed_run(branch, month)
    except NotComputable:
        return {}
    return {f"{part.who.name} {part.who.employee_no}": part.slip.total for part in run.parts}


def pay_built_on(imported: Import) -> list[str]:
    """The months of pay that were closed, and the runs that were reviewed or signed, with rows of the import in them.

    Whatever the clock says: what came late for a closed month is paid as a difference in an open one.
    """
    closed = with_rows_of(imported, PayMonth.objects.filter(closed_at__isnull=False))
    decided = with_rows_of(imported, PayRun.objects.filter(state__in=DECIDED))
    names = [str(row) for rows in (closed, decided) for row in rows.order_by("month", "branch")[:SHOWN]]
    return list(dict.fromkeys(names))[:SHOWN]


def pay_touched_by(imported: Import) -> list[dict[str, str]]:
    """What an import means for months of pay: a closed one stays as it is and the difference goes into the open one
    (`into`); a run that was reviewed or signed has to be so again."""
    closed = {
        (row.branch_id, row.month): row
        for row in with_rows_of(imported, PayMonth.objects.filter(closed_at__isnull=False))
    }
    last = dict(
        PayMonth.objects.filter(closed_at__isnull=False, branch__in={branch for branch, _month in closed})
        .order_by()
        .values_list("branch")
        .annotate(Max("month"))
    )
    decided = [
        row
        for row in with_rows_of(imported, PayRun.objects.filter(state__in=DECIDED))
        if (row.branch_id, row.month) not in closed
    ]
    said = [_said(row, "closed", Month(last[row.branch_id]).next().first) for row in closed.values()]
    said += [_said(row, "signed", row.month) for row in decided]
    return sorted(said, key=lambda one: (one["month"], one["name"]))


def _said(row: PayMonth | PayRun, state: str, into: date) -> dict[str, str]:
    return {"name": row.branch.name, "month": f"{row.month:%Y-%m}", "state": state, "into": f"{into:%Y-%m}"}
