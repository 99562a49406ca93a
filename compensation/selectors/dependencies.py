"""What of this app was built on an import of the CRM, so that it can no longer be reverted."""

from __future__ import annotations

from compensation.models import PayMonth
from crm.models import Import
from teams.models import below

SHOWN = 5


def closed_months_built_on(imported: Import) -> list[str]:
    """The months of pay closed since the import was taken, of branches and days it speaks of."""
    if imported.taken_at is None or imported.covers_from is None or imported.covers_to is None:
        return []
    months = PayMonth.objects.filter(
        below(imported.unit, path="branch__path"),
        closed_at__gt=imported.taken_at,
        month__gte=imported.covers_from.replace(day=1),
        month__lte=imported.covers_to,
    ).select_related("branch")
    return [str(month) for month in months.order_by("month", "branch")[:SHOWN]]
