"""Which lists were made on what an import of the CRM said, so that it can no longer be reverted."""

from __future__ import annotations

from django.db.models import F, Q, Value

from crm.models import Import, ImportKind
from supervision.models import ReminderRun

SHOWN = 5


def lists_built_on(imported: Import) -> list[str]:
    """The lists that looked at a day the import covers, within its unit or above it: people were told by them."""
    if imported.kind != ImportKind.OPENINGS or imported.covers_from is None or imported.covers_to is None:
        return []
    runs = (
        ReminderRun.objects.filter(state=ReminderRun.State.DONE, business_on__gte=imported.covers_from)
        .filter(Q(first_on__lte=imported.covers_to) | Q(first_on=None, business_on__lte=imported.covers_to))
        .alias(of=Value(imported.unit.path))
        .filter(Q(scope__path__startswith=imported.unit.path) | Q(of__startswith=F("scope__path")))
        .select_related("rule", "scope")
        .order_by("business_on", "code", "scope__path")
    )
    return [f"{run.rule.clause} {run.when} {run.scope.name}" for run in runs[:SHOWN]]
