"""Questions about pay: plans in force, what a month is made of, what it comes to, where it stands."""

from compensation.selectors.computing import Computed, FiguresMissing, computed_run
from compensation.selectors.content import content_digest, is_whole
from compensation.selectors.facts import MonthFacts, Who, month_facts
from compensation.selectors.plans import NotComputable, PlanNotApproved, plan_for

__all__ = [
    "Computed",
    "FiguresMissing",
    "MonthFacts",
    "NotComputable",
    "PlanNotApproved",
    "Who",
    "computed_run",
    "content_digest",
    "is_whole",
    "month_facts",
    "plan_for",
]
