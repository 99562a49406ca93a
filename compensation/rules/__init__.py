"""What a month's pay is, as plain functions of figures and a plan: no database, no clock, no Django.

A plan is an ordered tuple of components with parameters (`plan.py`, `components.py`); `compute` lets each of them write
its lines on the sheet of one person and month.
"""

from compensation.rules.facts import Adjustment, Assessment, Counted, Inputs
from compensation.rules.plan import Plan, PlanFault, PlanUnreadable, compute, lint, plan_as_data, plan_from_data
from compensation.rules.sheet import Carry, Payslip, SlipLine

__all__ = [
    "Adjustment",
    "Assessment",
    "Carry",
    "Counted",
    "Inputs",
    "Payslip",
    "Plan",
    "PlanFault",
    "PlanUnreadable",
    "SlipLine",
    "compute",
    "lint",
    "plan_as_data",
    "plan_from_data",
]
