from __future__ import annotations

from datetime import time

from core.explain import N_
from policies.registry import Direction, Parameter, declare

DAY_BEGINS = "approvals.day_begins"
CUT_OFF = "approvals.cut_off"
ESCALATE_AFTER = "approvals.escalate_after"
CLOCK = (DAY_BEGINS, CUT_OFF, ESCALATE_AFTER)

declare(
    Parameter(
        DAY_BEGINS,
        N_("Working time that deadlines of requests count begins"),
        "D4.c",
        "",
        "time",
        Direction.FIXED,
        time(9),
    ),
    Parameter(
        CUT_OFF,
        N_("Daily cut-off: what comes later counts from the next working day"),
        "D4.c",
        "",
        "time",
        Direction.FIXED,
        time(18),
    ),
    Parameter(
        ESCALATE_AFTER,
        N_("An overdue request goes to the next above after so much working time"),
        "D4.c",
        N_("hours"),
        "int",
        Direction.DOWN,
        9,
        least=1,
    ),
)
