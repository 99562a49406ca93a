"""A month of pay from the CRM's figures and finance's entries to a draft."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from approvals.models import Request
from compensation import parameters
from compensation.models import (
    BusinessDetail,
    PayLine,
    PayPlan,
    PayRun,
    PlanVersion,
)
from compensation.models.plans import PAY_PLAN
from compensation.selectors.computing import FiguresMissing
from compensation.selectors.content import content_digest
from compensation.selectors.plans import PlanNotApproved
from compensation.services.drafting import draft_pay_run
from compensation.services.entries import record_person_month
from compensation.services.plans import PlanForbidden, record_plan_approval
from compensation.tests.month import NOW, OCTOBER, PayOf
from core.models import AuditEntry
from core.periods import Month
from core.refusals import ReasonMissing
from policies.models import ParameterValue
from teams.models import Measure, Posting, Role, Target

D = Decimal


def amounts(run: PayRun, key: str, cast) -> dict[str, Decimal]:
    return dict(PayLine.objects.filter(run=run, slip__person=cast.person(key)).values_list("component", "amount"))


@pytest.mark.clause("D15.a", "D15.b")
def test_a_draft_pays_everybody_by_the_plan(pay_of: PayOf) -> None:
    run = pay_of.drafted()
    slips = {slip.name: slip for slip in run.slips.all()}
    assert set(slips) == {"林小雨", "陈大文", "周敏", "吴昊", "何雅琴", "马骏", "郑国强", "高洁"}
    assert amounts(run, "cm", pay_of.cast) == {
        "base_pay": D("2500.00"),
        "commission": D("3659.43"),
        "asset_bonus": D("0.00"),
        "account_bonus": D("0.00"),
        "assessment": D("0.00"),
        "compliance": D("0.00"),
        "held_back": D("-731.89"),
        "released": D("0.00"),
    }
    assert slips["林小雨"].total == D("5427.54")
    assert slips["周敏"].total == D("2500.00")
    assert run.total == sum(slip.total for slip in slips.values())
    assert run.digest == content_digest(run)


@pytest.mark.clause("D15.b")
def test_leaders_draw_the_base_of_their_post_and_share_in_what_their_team_left_to_the_firm(pay_of: PayOf) -> None:
    """林小雨 and 陈大文 are 何雅琴's area, which is all of 郑国强's department that earned anything: 19,701.36 is left."""
    cast = pay_of.cast
    Posting.objects.filter(person=cast.person("am_west")).update(to_on=date(2026, 10, 16))
    Posting.objects.create(  # stands in for 马骏: no pay of the post
        person=cast.person("cm_west"), unit=cast.unit["B1M1A2"], role=Role.AREA_MANAGER, from_on=date(2026, 10, 16),
        to_on=date(2026, 11, 1), acting_for=cast.person("am_west").postings.get(),
    )  # fmt: skip
    run = pay_of.drafted()
    assert {key: amounts(run, key, cast) for key in ("am", "mm")} == {
        key: {"leader_base": base, "team_share": share, **dict.fromkeys(NOTHING, D("0.00"))}
        for key, base, share in (("am", D("4500.00"), D("591.04")), ("mm", D("6000.00"), D("394.03")))
    }
    assert amounts(run, "am_west", cast)["leader_base"] == (D(4500) * 15 / 31).quantize(D("0.01"))
    assert set(amounts(run, "cm_west", cast)) & {"leader_base", "team_share"} == set()
    assert not BusinessDetail.objects.filter(person=cast.person("am")).exists()  # she has no accounts to review


NOTHING = ("assessment", "compliance")


@pytest.mark.clause("D15.a")
def test_an_account_shown_valid_within_the_days_asked_for_counts_in_the_month_that_shows_it(pay_of: PayOf) -> None:
    september = PayOf(pay_of.cast, pay_of.source, OCTOBER.previous())
    september.opening("cm", "88000300", assets="100")
    september.account("cm", "10", no="88000300", end_assets=D(100))
    pay_of.account("cm", "10", no="88000300", end_assets=D(9000))
    cm = pay_of.cast.person("cm")
    assert amounts(pay_of.drafted(), "cm", pay_of.cast)["account_bonus"] == 0
    ParameterValue.objects.create(
        code=parameters.VALID_WITHIN_DAYS, unit=pay_of.branch, value="60", from_on=date(2026, 9, 1), source="x",
        set_by=pay_of.cast.manager,
    )  # fmt: skip
    line = PayLine.objects.get(run=pay_of.drafted(), slip__person=cm, component="account_bonus")
    assert line.amount == D("100.00")
    shown = {one["label"]: one for one in line.lines}["Shown within days of the opening (0: at the end of its month)"]
    assert shown["rule"]["value"] == 60 and shown["rule"]["since"] == "2026-09-01"
    assert BusinessDetail.objects.get(person=cm).valid_openings == 1


@pytest.mark.clause("D15.b")
def test_drafting_again_with_nothing_changed_writes_nothing(pay_of: PayOf) -> None:
    first = pay_of.drafted()
    entries = AuditEntry.objects.count()
    again = pay_of.drafted()
    assert (again.pk, again.digest, again.version) == (first.pk, first.digest, 1)
    assert AuditEntry.objects.count() == entries


def test_the_order_of_rows_does_not_show(pay_of: PayOf) -> None:
    pay_of.account("cm", "310.55", no="88000009")
    first = pay_of.drafted().digest
    row = pay_of.cast.person("cm").account_months.earliest("pk")
    row.delete()
    row.pk = None
    row.save()
    assert pay_of.drafted().digest == first


@pytest.mark.clause("D2")
def test_a_plan_without_approval_for_the_whole_month_is_not_used(pay_of: PayOf) -> None:
    approval = Request.objects.filter(subject=PAY_PLAN)
    for approved, ended in [(None, None), (date(2026, 10, 2), None), (date(2026, 1, 5), date(2026, 10, 31))]:
        approval.update(holds_from=approved, ended_on=ended, end_reason="x" if ended else "")
        with pytest.raises(PlanNotApproved, match="2026-10"):
            pay_of.drafted()
    assert not PayRun.objects.exists()


@pytest.mark.clause("D2")
def test_a_branchs_own_approved_plan_goes_first_and_a_forbidden_one_gets_no_approval(pay_of: PayOf) -> None:
    from compensation.rules import plan_as_data
    from compensation.tests.schemes import C1, C5

    own = PayPlan.objects.create(code="B1-OWN", name="人民路方案", unit=pay_of.branch)
    version = PlanVersion.objects.create(plan=own, from_on=date(2026, 7, 1), components=plan_as_data(C5))
    approval: dict[str, Any] = {
        "approved_on": date(2026, 6, 20),
        "approval_ref": "渠道〔2026〕9号",
        "approved_by": "渠道管理部",
    }
    with pytest.raises(PlanForbidden):
        record_plan_approval(version=version, actor=pay_of.user("clerk"), now=NOW, **approval)
    version.components = plan_as_data(C1)
    version.save()
    record_plan_approval(version=version, actor=pay_of.user("clerk"), now=NOW, **approval)
    run = pay_of.drafted()
    assert run.plan == version
    assert amounts(run, "cm", pay_of.cast)["commission"] == D("3000.00")


def test_missing_figures_are_not_read_as_zero(pay_of: PayOf) -> None:
    with pytest.raises(FiguresMissing):
        draft_pay_run(branch=pay_of.cast.unit["B9"], month=Month(date(2026, 9, 1)), now=NOW)


@pytest.mark.clause("D16.a", "D17.a")
def test_the_months_results_decide_the_months_commission(pay_of: PayOf) -> None:
    cm = pay_of.cast.person("cm")
    Target.objects.create(person=cm, month=OCTOBER.first, measure=Measure.OPENINGS, value=4)
    Target.objects.create(person=cm, month=OCTOBER.first, measure=Measure.NET_COMMISSION, value=20000)
    pay_of.opening("cm", "88000001", assets="8000")
    pay_of.opening("cm", "88000007", assets="100", share="0.5")
    run = pay_of.drafted()
    line = PayLine.objects.get(run=run, slip__person=cm, component="assessment")
    # openings 1.5 of 4 weigh 30, net commission 20,000 of 20,000 weigh 20: (0.375 × 30 + 1 × 20) / 50 = 0.625
    assert line.rate == D("0.625")
    assert line.amount == -((D("3659.43") + D("100")) * D("0.375")).quantize(D("0.01"))
    assert [one["label"] for one in line.lines][:2] == ["Completion", "Completion"]
    assert amounts(run, "cm", pay_of.cast)["account_bonus"] == D("100.00")

    record_person_month(
        branch=pay_of.branch,
        month=OCTOBER,
        person=cm,
        actor=pay_of.user("clerk"),
        now=NOW,
        coefficient=D("1"),
        reason="带教新人",
    )
    assert amounts(pay_of.drafted(), "cm", pay_of.cast)["assessment"] == D("0.00")
    with pytest.raises(ReasonMissing):
        record_person_month(
            branch=pay_of.branch, month=OCTOBER, person=cm, actor=pay_of.user("clerk"), now=NOW, coefficient=D("1.1")
        )


def test_what_finance_enters_reaches_the_slip(pay_of: PayOf) -> None:
    record_person_month(
        branch=pay_of.branch,
        month=OCTOBER,
        person=pay_of.cast.person("cm"),
        actor=pay_of.user("clerk"),
        now=NOW,
        complaints=3,
        social_insurance=D("210.50"),
        remark="补缴九月",
    )
    run = pay_of.drafted()
    found = amounts(run, "cm", pay_of.cast)
    assert (found["compliance"], found["social_insurance"]) == (D("-731.89"), D("-210.50"))
    assert run.slips.get(person=pay_of.cast.person("cm")).note == "补缴九月"


def test_somebody_posted_half_a_month_draws_half_a_base(pay_of: PayOf) -> None:
    Posting.objects.filter(person=pay_of.cast.person("cm_m2")).update(to_on=date(2026, 10, 16))
    assert amounts(pay_of.drafted(), "cm_m2", pay_of.cast)["base_pay"] == (D(2500) * 15 / 31).quantize(D("0.01"))


def test_pay_that_needs_a_look_is_pointed_out(pay_of: PayOf) -> None:
    cast = pay_of.cast
    cm = cast.person("cm")
    cm.licence_until = date(2026, 10, 9)
    cm.save()
    record_person_month(
        branch=pay_of.branch, month=OCTOBER, person=cast.person("cm_m2"), actor=pay_of.user("clerk"), now=NOW,
        attendance_deduction=D(900),
    )  # fmt: skip
    record_person_month(  # 2,500.00 are due, whatever is kept of them for insurance and tax
        branch=pay_of.branch, month=OCTOBER, person=cast.person("cm_west"), actor=pay_of.user("clerk"), now=NOW,
        social_insurance=D(800), income_tax=D(90),
    )  # fmt: skip
    warnings = {(w["employee_no"], w["code"]) for w in pay_of.drafted().warnings}
    assert warnings == {("1001", "licence_ended"), ("1004", "below_minimum_wage")}


def test_the_number_of_questions_does_not_grow_with_people(pay_of: PayOf, django_assert_max_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from compensation.selectors.computing import computed_run

    with CaptureQueriesContext(connection) as few:
        computed_run(pay_of.branch, OCTOBER)
    for n in range(40):
        pay_of.account(("cm", "cm2", "cm_west", "cm_m2")[n % 4], "55.5", no=f"8900{n:04}")
        pay_of.opening(("cm", "cm2", "cm_west", "cm_m2")[n % 4], f"8900{n:04}")
    with django_assert_max_num_queries(len(few)):
        computed_run(pay_of.branch, OCTOBER)


@pytest.mark.clause("D15.a")
@pytest.mark.parametrize("within", [0, 30])
def test_a_new_account_is_valid_by_the_assets_that_whoevers_row_names(pay_of: PayOf, within: int) -> None:
    """Opened by 林小雨 without a word on assets; only 陈大文's row as its servicer knows the month's end (reading 46)."""
    ParameterValue.objects.create(
        code=parameters.VALID_WITHIN_DAYS, unit=pay_of.branch, value=str(within), from_on=OCTOBER.first, source="x",
        set_by=pay_of.cast.manager,
    )  # fmt: skip
    pay_of.opening("cm", "88000046", assets="0")
    pay_of.account("cm2", "0", no="88000046", relation="serviced", end_assets=D(9000))
    slip = pay_of.drafted().slips.get(person=pay_of.cast.person("cm"))
    assert slip.inputs["valid_openings"] == "1"


@pytest.mark.clause("D15.a")
def test_a_leaders_share_is_of_what_the_team_left_after_what_was_paid_to_it(pay_of: PayOf) -> None:
    """林小雨's 3,659.43 became 2,927.54 by three complaints: so much less was paid to the team (reading 45)."""
    before = pay_of.drafted().slips.get(person=pay_of.cast.person("am")).inputs["leads"][0]
    record_person_month(
        branch=pay_of.branch, month=OCTOBER, person=pay_of.cast.person("cm"), actor=pay_of.user("clerk"), now=NOW,
        complaints=3,
    )  # fmt: skip
    after = pay_of.drafted().slips.get(person=pay_of.cast.person("am")).inputs["leads"][0]
    assert D(before["commission"]) - D(after["commission"]) == D("3659.43") - D("2927.54")
