"""Plans of pay: read with clause and date, approved on record, withdrawn with a reason; a run refuses to go without."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from approvals.models import Request
from compensation.models import PayPlan, PayRun, PlanVersion
from compensation.services.drafting import look_at_all_again
from compensation.services.plans import (
    ApprovalStands,
    EndsBeforeItBegins,
    NotApproved,
    record_plan_approval,
    withdraw_plan_approval,
)
from compensation.tests.month import NOW, OCTOBER, PayOf
from compensation.tests.schemes import DEFAULT_DATA, SCHEMES
from core.models import AuditEntry
from core.refusals import NotYours, ReasonMissing

APPROVAL = {"approved_by": "渠道管理部", "approval_ref": "渠道〔2026〕9号", "approved_on": "2026-09-20"}


@pytest.fixture
def own(pay_of: PayOf) -> PlanVersion:
    """人民路 has a plan of its own from October, which nobody has approved yet."""
    plan = PayPlan.objects.create(code="B1-OWN", name="人民路方案", unit=pay_of.branch)
    return PlanVersion.objects.create(plan=plan, from_on=date(2026, 10, 1), components=DEFAULT_DATA)


def at(name: str, version: PlanVersion) -> str:
    return reverse(f"compensation:{name}", args=[version.plan.code, version.from_on.isoformat()])


def text(answer) -> str:
    return str(answer.content.decode())


@pytest.mark.clause("D2")
def test_the_clerk_reads_every_number_with_its_clause_and_the_dated_rules_beside(pay_of: PayOf, own, signed_in) -> None:
    shown = text(signed_in(pay_of.cast.clerk).get(at("plan", own)))
    for said in ("D15.a", "D17.a", "2,500", "15 %", "30,000", "25 %", "6 %", "4,500", "0.95", "未登记批准", "最低工资"):
        assert said in shown, said


@pytest.mark.clause("D2")
def test_an_approval_recorded_on_the_page_lets_the_month_be_computed_with_the_plan(pay_of, own, signed_in) -> None:
    client = signed_in(pay_of.cast.clerk)
    assert pay_of.drafted().plan.plan.code == "CN-BRANCH-DEFAULT"
    assert client.post(at("record_approval", own), APPROVAL).status_code == 302
    assert (own.approval.holds_from, own.approval.author) == (date(2026, 9, 20), pay_of.cast.clerk)
    assert pay_of.drafted().plan == own
    entry = AuditEntry.objects.filter(table="approvals_request").latest("id")
    assert entry.actor_id == pay_of.cast.clerk.pk


@pytest.mark.clause("D2")
def test_a_month_whose_approval_was_withdrawn_is_neither_computed_nor_signed(pay_of: PayOf, signed_in) -> None:
    run, version = pay_of.reviewed(), PlanVersion.objects.get(plan__code="CN-BRANCH-DEFAULT")
    client = signed_in(pay_of.cast.market)
    ending = {"ends_on": "2026-10-31", "reason": "新方案在批"}
    assert client.post(at("withdraw_approval", version), ending).status_code == 302
    assert "新方案在批" in text(client.get(at("plan", version)))
    signing = signed_in(pay_of.cast.accountant).post(
        reverse("compensation:sign", args=[run.public_id]), {"stage": 1, "seen_digest": run.digest}
    )
    assert signing.status_code == 409 and "没有已批准" in text(signing)
    drafting = signed_in(pay_of.cast.clerk).post(reverse("compensation:draft", args=["B1", "2026-10"]), follow=True)
    assert "薪酬方案" in text(drafting) and PayRun.objects.get().version == 1


def test_a_form_that_lacks_something_keeps_what_was_typed_and_changes_nothing(pay_of, own, signed_in) -> None:
    answer = signed_in(pay_of.cast.clerk).post(at("record_approval", own), APPROVAL | {"approved_on": "2026-02-30"})
    own.refresh_from_db()
    assert answer.status_code == 422 and "渠道〔2026〕9号" in text(answer) and own.approval is None


def test_one_approval_at_a_time_and_the_next_begins_where_it_has_ended(pay_of: PayOf, own) -> None:
    clerk = pay_of.user("clerk")

    def record(on: date, ref: str = "9号") -> Request:
        return record_plan_approval(
            version=own, approved_on=on, approval_ref=ref, approved_by="渠道", actor=clerk, now=NOW
        )

    with pytest.raises(NotApproved):
        withdraw_plan_approval(version=own, ends_on=date(2026, 11, 1), reason="x", actor=clerk, now=NOW)
    record(date(2026, 9, 20))
    record(date(2026, 9, 20))
    with pytest.raises(ApprovalStands):
        record(date(2026, 10, 1), "10号")
    with pytest.raises(EndsBeforeItBegins):
        withdraw_plan_approval(version=own, ends_on=date(2026, 9, 20), reason="x", actor=clerk, now=NOW)
    with pytest.raises(ReasonMissing):
        withdraw_plan_approval(version=own, ends_on=date(2026, 11, 1), reason=" ", actor=clerk, now=NOW)
    withdraw_plan_approval(version=own, ends_on=date(2026, 11, 1), reason="收回", actor=clerk, now=NOW)
    with pytest.raises(ApprovalStands):
        record(date(2026, 10, 15), "10号")
    assert record(date(2026, 11, 1), "10号").ended_on is None


@pytest.mark.clause("D2")
def test_an_approval_that_ended_is_kept_and_the_months_it_covers_stand_on_it(pay_of: PayOf, own, signed_in) -> None:
    clerk, client = pay_of.user("clerk"), signed_in(pay_of.cast.clerk)

    def approved(on: date, ref: str) -> None:
        record_plan_approval(version=own, approved_on=on, approval_ref=ref, approved_by="渠道", actor=clerk, now=NOW)

    approved(date(2026, 9, 20), "9号")
    run = pay_of.signed(stages=1)
    withdraw_plan_approval(version=own, ends_on=date(2026, 10, 20), reason="换文号", actor=clerk, now=NOW)
    approved(date(2026, 10, 20), "10号")
    assert not look_at_all_again(now=NOW) and run.signatures.standing().exists(), "together they cover October"
    shown = text(client.get(at("plan", own)))
    assert "9号" in shown and "换文号" in shown and "10号" in shown
    assert [one.paper_ref for one in PlanVersion.objects.get(pk=own.pk).approvals_for(OCTOBER)] == ["9号", "10号"]
    assert own.approvals[0].ended_by == clerk
    withdraw_plan_approval(version=own, ends_on=date(2026, 10, 25), reason="作废", actor=clerk, now=NOW)
    approved(date(2026, 10, 26), "11号")
    assert look_at_all_again(now=NOW) == 1, "a day without one"


@pytest.mark.clause("D2")
def test_a_branch_records_nothing_for_the_whole_firm(pay_of: PayOf) -> None:
    of_the_firm = PlanVersion.objects.select_related("plan__unit").get(plan__code="CN-BRANCH-DEFAULT")
    for key in ("clerk", "manager", "accountant", "auditor"):
        with pytest.raises(NotYours):
            withdraw_plan_approval(version=of_the_firm, ends_on=NOW.date(), reason="x", actor=pay_of.user(key), now=NOW)


@pytest.mark.parametrize("code", sorted(SCHEMES))
def test_every_documented_scheme_can_be_read(pay_of: PayOf, own, signed_in, code) -> None:
    from compensation.rules import plan_as_data

    PlanVersion.objects.filter(pk=own.pk).update(components=plan_as_data(SCHEMES[code]))
    answer = signed_in(pay_of.cast.clerk).get(at("plan", own))
    assert answer.status_code == 200 and text(answer).count("<b data-verbatim>") > len(SCHEMES[code].components)
