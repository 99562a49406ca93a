"""From when on a run may be reviewed and signed: its month and every week that it counts are over and judged (reading 38)."""

from __future__ import annotations

from datetime import date

from compensation.models import PayRun
from compensation.rules import Plan, PlanUnreadable
from core.periods import Month
from worklogs.selectors.owed import weeks_missed


def ready_from(run: PayRun) -> date:
    """The first day on which the run may be reviewed and signed."""
    try:
        plan = run.plan.as_plan()
    except PlanUnreadable:
        return run.period.end
    return first_day_after(run.period, plan)


def first_day_after(month: Month, plan: Plan) -> date:
    """The day after the month and, where the plan appraises activity, after its last week."""
    if not counts_activity(plan):
        return month.end
    return max(month.end, *(week.end for week in month.weeks()))


def counts_activity(plan: Plan) -> bool:
    assessment = plan.component("assessment")
    return bool(assessment and assessment.weights.get("activity"))


def is_judged(run: PayRun) -> bool:
    """Whether no week of the month still waits to be judged after its end."""
    weeks = set(run.period.weeks())
    return weeks.isdisjoint(weeks_missed(before=max(week.end for week in weeks)))
