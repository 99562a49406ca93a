"""The addresses of compensation, who gets what there, and one of each thing to get."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from compensation.models import BusinessDetail, PayPlan, PayRun, PaySlip, PlanVersion, Stage
from compensation.services.plans import record_plan_approval
from compensation.services.questions import ask_question
from compensation.tests.month import NOW, PayOf, approved_default_plan, imported
from compensation.tests.schemes import DEFAULT_DATA
from core.periods import Month
from tests.access.lines import page, part, thing, verb
from tests.access.people import OTHER_PAY, PAY, SEEING_RULES
from tests.cast import Cast

SIGNING = "accountant deputy manager"
PERSON_MONTH = {
    "complaints": 0,
    "client_cost": 0,
    "attendance_deduction": 0,
    "social_insurance": 0,
    "income_tax": 0,
}
PLAN_SEEN = "am mm clerk accountant deputy manager regional officer market auditor am_west mm2"
NOT_RECORDING = "am mm accountant deputy regional officer auditor am_west mm2"
APPROVAL = {"approved_by": "渠道管理部", "approval_ref": "渠道〔2026〕9号", "approved_on": "2026-11-01"}
ENDING = {"ends_on": "2026-12-01", "reason": "另有新方案"}


def seen_digest(cast: Cast) -> dict[str, Any]:
    return {"seen_digest": PayRun.objects.latest("pk").digest}


def first_signature(cast: Cast) -> dict[str, Any]:
    return seen_digest(cast) | {"stage": Stage.CHIEF_ACCOUNTANT.value}


LINES = [
    page("compensation:runs", f"{PAY} {OTHER_PAY} office"),
    page("compensation:run", PAY, of="pay_run"),
    part("compensation:request", PAY, of="pay_run", then=302),
    verb("compensation:review", "clerk", of="pay_draft", sees=f"{SIGNING} auditor", send=seen_digest),
    verb("compensation:sign", "accountant", of="pay_run", sees="clerk deputy manager auditor", send=first_signature),
    verb("compensation:reject", SIGNING, of="pay_run", sees="clerk auditor", send={"reason": "扣款漏了"}),
    page("compensation:slips"),
    page("compensation:slip", f"cm {PAY}", of="pay_slip"),
    page("compensation:slip_rows", f"cm {PAY}", of="pay_slip_rows"),
    verb("compensation:ask", "cm", of="pay_slip", sees=PAY, send={"text": "为什么？"}),
    page("compensation:questions"),
    verb("compensation:answer", "clerk", of="pay_question", sees=f"cm {SIGNING} auditor", send={"answer": "因为。"}),
    page("compensation:detail", PAY, of="pay_month"),
    verb("compensation:accept", "clerk", of="pay_month", sees=f"{SIGNING} auditor"),
    verb("compensation:draft", "clerk", of="pay_month", sees=f"{SIGNING} auditor"),
    page("compensation:plans", SEEING_RULES),
    page("compensation:plan", PLAN_SEEN, of="approved_plan"),
    verb("compensation:record_approval", "clerk manager market", of="open_plan", sees=NOT_RECORDING, send=APPROVAL),
    verb("compensation:withdraw_approval", "clerk manager market", of="approved_plan", sees=NOT_RECORDING, send=ENDING),
    verb("compensation:send_back", "clerk", of="pay_detail", sees=f"cm {SIGNING} auditor", send={"reason": "少一户"}),
    page("compensation:detail_rows", f"cm {PAY}", of="pay_detail_rows"),
    page("compensation:entry", "clerk", of="pay_entry", sees=f"{SIGNING} auditor"),
    verb("compensation:record_entry", "clerk", of="pay_entry", sees=f"{SIGNING} auditor", send=PERSON_MONTH),
]


def pay_in(cast: Cast, month: int) -> PayOf:
    """A month of 2026 at B1 in which 林小雨 and 陈大文 earned something. Each state of a run has a month of its own."""
    if not PlanVersion.objects.filter(plan__unit=None, requests__state="agreed").exists():
        approved_default_plan()
    of = Month(date(2026, month, 1))
    pay_of = PayOf(cast, imported(cast, NOW.replace(day=2, hour=9), of), of)
    pay_of.account("cm", "20000", no="88000001")
    pay_of.account("cm2", "6000", no="88000002")
    return pay_of


def filed_slip(cast: Cast) -> PaySlip:
    """The slip of 林小雨 in the month that is filed."""
    run = PayRun.objects.filter(state=PayRun.State.FILED, month=date(2026, 5, 1)).first() or pay_in(cast, 5).filed()
    return PaySlip.objects.select_related("person", "run__branch").get(person=cast.person("cm"), run=run)


@thing("pay_month")
def pay_month(cast: Cast) -> dict[str, Any]:
    pay_of = pay_in(cast, 10)
    return {"branch": pay_of.branch.code, "month": pay_of.month.code}


@thing("pay_draft")
def pay_draft(cast: Cast) -> dict[str, Any]:
    pay_of = pay_in(cast, 9)
    run = pay_of.drafted()
    pay_of.accepted()
    return {"public_id": run.public_id}


@thing("pay_run")
def pay_run(cast: Cast) -> dict[str, Any]:
    return {"public_id": pay_in(cast, 8).reviewed().public_id}


@thing("pay_slip")
def pay_slip(cast: Cast) -> dict[str, Any]:
    return {"public_id": filed_slip(cast).public_id}


@thing("pay_slip_rows")
def pay_slip_rows(cast: Cast) -> dict[str, Any]:
    return {**pay_slip(cast), "of": "accounts"}


@thing("pay_question")
def pay_question(cast: Cast) -> dict[str, Any]:
    question = ask_question(slip=filed_slip(cast), text="为什么扣留？", actor=cast.as_of("cm"), now=NOW)
    return {"public_id": question.public_id}


@thing("pay_detail")
def pay_detail(cast: Cast) -> dict[str, Any]:
    pay_of = pay_in(cast, 7)
    pay_of.drafted()
    detail = BusinessDetail.objects.get(person=cast.person("cm"), month=pay_of.month.first)
    return {"public_id": detail.public_id}


@thing("pay_detail_rows")
def pay_detail_rows(cast: Cast) -> dict[str, Any]:
    detail = BusinessDetail.objects.filter(person=cast.person("cm"), month=date(2026, 7, 1)).first()
    found = {"public_id": detail.public_id} if detail else pay_detail(cast)
    return {**found, "of": "openings"}


@thing("pay_entry")
def pay_entry(cast: Cast) -> dict[str, Any]:
    pay_of = pay_in(cast, 6)
    pay_of.drafted()
    return {"branch": pay_of.branch.code, "month": pay_of.month.code, "employee_no": "1001"}


def plan_of_branch(cast: Cast, code: str) -> PlanVersion:
    plan = PayPlan.objects.create(code=code, name="人民路方案", unit=cast.unit["B1"])
    return PlanVersion.objects.create(plan=plan, from_on=date(2027, 1, 1), components=DEFAULT_DATA)


@thing("open_plan")
def open_plan(cast: Cast) -> dict[str, Any]:
    return {"code": plan_of_branch(cast, "B1-OPEN").plan.code, "since": "2027-01-01"}


@thing("approved_plan")
def approved_plan(cast: Cast) -> dict[str, Any]:
    version = plan_of_branch(cast, "B1-OWN")
    record_plan_approval(
        version=version,
        approved_on=date(2026, 1, 5),
        approval_ref="1",
        approved_by="渠道管理部",
        actor=None,
        now=timezone.now(),
    )
    return {"code": version.plan.code, "since": "2027-01-01"}
