"""What is done with pay: approve plans, review detail, draft, review, sign, reject, ask and answer."""

from compensation.services.detail import accept_details, build_detail, send_back_detail
from compensation.services.drafting import draft_pay_run, look_again, look_at_all_again
from compensation.services.entries import record_person_month
from compensation.services.plans import (
    ApprovalStands,
    EndsBeforeItBegins,
    NotApproved,
    PlanForbidden,
    record_plan_approval,
    withdraw_plan_approval,
)
from compensation.services.questions import answer_question, ask_question
from compensation.services.refusals import (
    ContentChanged,
    DetailNotAccepted,
    MonthClosed,
    MonthNotOver,
    NothingToAnswer,
    OutOfOrder,
    OwnPay,
    PayRefused,
    ReasonMissing,
    SamePerson,
    WeekNotJudged,
    must_be_over,
)
from compensation.services.signing import close_month, reject_pay_run, review_pay_run, sign_pay_run

__all__ = [
    "ApprovalStands",
    "ContentChanged",
    "DetailNotAccepted",
    "EndsBeforeItBegins",
    "MonthClosed",
    "MonthNotOver",
    "NotApproved",
    "NothingToAnswer",
    "OutOfOrder",
    "OwnPay",
    "PayRefused",
    "PlanForbidden",
    "ReasonMissing",
    "SamePerson",
    "WeekNotJudged",
    "accept_details",
    "answer_question",
    "ask_question",
    "build_detail",
    "close_month",
    "draft_pay_run",
    "look_again",
    "look_at_all_again",
    "must_be_over",
    "record_person_month",
    "record_plan_approval",
    "reject_pay_run",
    "review_pay_run",
    "send_back_detail",
    "sign_pay_run",
    "withdraw_plan_approval",
]
