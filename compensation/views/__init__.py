from compensation.views.detail import accept, detail, entry, record_entry, send_back
from compensation.views.plans import plan, plans, record_approval, withdraw_approval
from compensation.views.rows import detail_rows, slip_rows
from compensation.views.runs import draft, reject, request_of, review, run, runs, sign
from compensation.views.slips import answer, ask, questions, slip, slips

__all__ = [
    "accept",
    "answer",
    "ask",
    "detail",
    "detail_rows",
    "draft",
    "entry",
    "plan",
    "plans",
    "questions",
    "record_approval",
    "record_entry",
    "reject",
    "request_of",
    "review",
    "run",
    "runs",
    "send_back",
    "sign",
    "slip",
    "slip_rows",
    "slips",
    "withdraw_approval",
]
