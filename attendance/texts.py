from __future__ import annotations

from core.explain import N_
from messaging.registry import declare_text

SETTLE_YEAR = "attendance.settle_year"

declare_text(
    SETTLE_YEAR,
    subject=N_("The calendar of %(year)s has to be settled"),
    body=N_(
        "The holidays of %(year)s are not in the calendar yet: until somebody settles the year, Monday to Friday count as "
        "workdays and trading days. Enter what was announced, then settle the year."
    ),
)
