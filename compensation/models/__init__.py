"""Pay: plans (`plans.py`), what goes into a month (`months.py`), what comes out and who signed it (`runs.py`), what happened
to it (`events.py`)."""

from compensation.models.events import RunEvent
from compensation.models.months import BusinessDetail, PayMonth, PersonMonth
from compensation.models.plans import PayPlan, PlanVersion
from compensation.models.runs import PayLine, PayRun, PaySlip, Question, Signature, Stage

__all__ = [
    "BusinessDetail",
    "PayLine",
    "PayMonth",
    "PayPlan",
    "PayRun",
    "PaySlip",
    "PersonMonth",
    "PlanVersion",
    "Question",
    "RunEvent",
    "Signature",
    "Stage",
]
