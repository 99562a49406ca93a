"""What finance enters for a person and month."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from compensation.models import PersonMonth
from compensation.services.drafting import look_again
from compensation.services.refusals import open_month
from core.editing import Seen
from core.explain import N_
from core.periods import Month
from core.refusals import given
from core.said import Said
from teams.authority import Power
from teams.models import Person, Unit
from teams.reach import must_hold

ENTRIES_CHANGED = N_("finance's entries for %(name)s changed")


@transaction.atomic
def record_person_month(
    *,
    branch: Unit,
    month: Month,
    person: Person,
    actor: User,
    now: datetime,
    seen: Seen | None = None,
    coefficient: Decimal | None = None,
    reason: str = "",
    **values: Any,
) -> PersonMonth:
    """Enter complaints, deductions, client cost, or a coefficient by hand with its reason (D17.a).

    A report already reviewed or signed is computed again with it: what was signed is void (D15.b).

    Raises `ReasonMissing` for a coefficient without one, `PayMonthClosed`, `NotYours`, and `ChangedMeanwhile`
    where a page had `seen` other entries than stand there now.
    """
    must_hold(actor, Power.DRAFT_PAY, branch)
    open_month(branch, month)
    values |= {"coefficient": coefficient, "reason": given(reason) if coefficient is not None else ""}
    entry = (
        PersonMonth.objects.filter(branch=branch, month=month.first, person=person).select_related("entered_by").first()
    )
    if seen is not None and entry is not None:
        seen.must_hold(entry, wanted=values, by=entry.entered_by.name, at=entry.entered_at)
    if entry is not None and all(getattr(entry, name) == value for name, value in values.items()):
        return entry
    values |= {"entered_by": actor, "entered_at": now}
    entry, _created = PersonMonth.objects.update_or_create(
        branch=branch, month=month.first, person=person, defaults=values
    )
    why = Said(ENTRIES_CHANGED, {"name": person.name})
    look_again(branch=branch, month=month, now=now, why=why, actor=actor)
    return entry
