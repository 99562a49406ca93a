from supervision.services.calling import (
    Demand,
    NotRecorded,
    PlanDueInThePast,
    PlanNeedsACall,
    ReasonMissing,
    record_call,
)
from supervision.services.reminding import NoRule, NotYetBegun, Outcome, Reminding, Status, remind, run_due, run_rule

__all__ = [
    "Demand",
    "NoRule",
    "NotRecorded",
    "NotYetBegun",
    "Outcome",
    "PlanDueInThePast",
    "PlanNeedsACall",
    "ReasonMissing",
    "Reminding",
    "Status",
    "record_call",
    "remind",
    "run_due",
    "run_rule",
]
