"""A month of pay from the CRM's figures to the third signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from compensation import parameters
from compensation.models import (
    BusinessDetail,
    PayLine,
    PayPlan,
    PayRun,
    PaySlip,
    PlanVersion,
    Question,
    Signature,
    Stage,
)
from compensation.selectors import FiguresMissing, PlanNotApproved, content_digest, is_whole
from compensation.services import (
    ContentChanged,
    DetailNotAccepted,
    MonthNotOver,
    NothingToAnswer,
    OutOfOrder,
    OwnPay,
    PlanForbidden,
    ReasonMissing,
    SamePerson,
    accept_details,
    answer_question,
    ask_question,
    build_detail,
    draft_pay_run,
    record_person_month,
    record_plan_approval,
    reject_pay_run,
    review_pay_run,
    send_back_detail,
    sign_pay_run,
)
from compensation.tests.month import NOW, OCTOBER, SIGNERS, PayOf
from core.models import AuditEntry
from core.periods import Month
from messaging.models import Message
from policies.models import ParameterValue
from teams.models import Measure, Person, Posting, Role, Target, Unit
from tests.cast import Cast

D = Decimal


def amounts(run: PayRun, key: str, cast) -> dict[str, Decimal]:
    return dict(PayLine.objects.filter(run=run, slip__person=cast.person(key)).values_list("component", "amount"))


# --- drafting ----------------------------------------------------------------------------------------------------------
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
    for approved, ended in [(None, None), (date(2026, 10, 2), None), (date(2026, 1, 5), date(2026, 10, 31))]:
        named = {"approval_ref": "x", "approved_by": "x"} if approved else {"approval_ref": "", "approved_by": ""}
        PlanVersion.objects.update(approved_on=approved, approval_ended_on=ended, **named)
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
        record_plan_approval(version=version, actor=pay_of.user("clerk"), **approval)
    version.components = plan_as_data(C1)
    version.save()
    record_plan_approval(version=version, actor=pay_of.user("clerk"), **approval)
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
    warnings = {(w["employee_no"], w["code"]) for w in pay_of.drafted().warnings}
    assert warnings == {("1001", "licence_ended"), ("1004", "below_minimum_wage")}


def test_the_number_of_questions_does_not_grow_with_people(pay_of: PayOf, django_assert_max_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from compensation.selectors import computed_run

    with CaptureQueriesContext(connection) as few:
        computed_run(pay_of.branch, OCTOBER)
    for n in range(40):
        pay_of.account(("cm", "cm2", "cm_west", "cm_m2")[n % 4], "55.5", no=f"8900{n:04}")
        pay_of.opening(("cm", "cm2", "cm_west", "cm_m2")[n % 4], f"8900{n:04}")
    with django_assert_max_num_queries(len(few)):
        computed_run(pay_of.branch, OCTOBER)


# --- business detail ---------------------------------------------------------------------------------------------------
@pytest.mark.clause("D15.a")
def test_the_clerk_reviews_the_business_detail_and_changed_figures_wait_again(pay_of: PayOf) -> None:
    assert build_detail(branch=pay_of.branch, month=OCTOBER, now=NOW) == 4
    assert build_detail(branch=pay_of.branch, month=OCTOBER, now=NOW) == 0
    detail = BusinessDetail.objects.get(person=pay_of.cast.person("cm"))
    assert (detail.gross_commission, detail.accounts) == (D("20000.00"), 1)
    accept_details(details=[detail], actor=pay_of.user("clerk"), now=NOW)
    pay_of.account("cm", "12", no="88000077")
    assert build_detail(branch=pay_of.branch, month=OCTOBER, now=NOW) == 1
    with pytest.raises(ContentChanged):
        accept_details(details=[detail], actor=pay_of.user("clerk"), now=NOW)
    detail.refresh_from_db()
    assert (detail.state, detail.reviewed_by) == ("waiting", None)


@pytest.mark.clause("D15.a")
def test_a_detail_sent_back_holds_the_run_and_tells_the_branch(pay_of: PayOf) -> None:
    run = pay_of.drafted()
    pay_of.accepted()
    detail = BusinessDetail.objects.select_related("branch", "person__user").get(person=pay_of.cast.person("cm2"))
    send_back_detail(detail=detail, reason="佣金少了一户", actor=pay_of.user("clerk"), now=NOW)
    with pytest.raises(DetailNotAccepted):
        review_pay_run(run=run, actor=pay_of.user("clerk"), seen_digest=run.digest, now=NOW)
    told = Message.objects.get(text="compensation.detail_sent_back")
    assert told.recipient == pay_of.cast.tradeadmin and "佣金少了一户" in told.body


def test_whoever_prepared_a_detail_does_not_review_it(pay_of: PayOf) -> None:
    build_detail(branch=pay_of.branch, month=OCTOBER, now=NOW, actor=pay_of.user("clerk"))
    with pytest.raises(SamePerson):
        accept_details(details=list(BusinessDetail.objects.all()), actor=pay_of.user("clerk"), now=NOW)
    assert not BusinessDetail.objects.exclude(state="waiting").exists()


def test_a_month_that_is_not_over_is_not_reviewed(pay_of: PayOf) -> None:
    run = pay_of.drafted()
    pay_of.accepted()
    before = NOW.replace(month=10, day=31)
    with pytest.raises(MonthNotOver):
        review_pay_run(run=run, actor=pay_of.user("clerk"), seen_digest=run.digest, now=before)


# --- signing -----------------------------------------------------------------------------------------------------------
@pytest.mark.clause("D15.b")
def test_three_people_sign_one_after_the_other(pay_of: PayOf) -> None:
    run = pay_of.signed()
    assert run.state == PayRun.State.SIGNED_3
    signatures = run.signatures.standing().order_by("stage")
    assert [s.signer_name for s in signatures] == ["宋玉梅", "韩冰", "唐建国"]
    assert {s.digest for s in signatures} == {run.digest}
    waited = Message.objects.filter(text="compensation.run_waits").order_by("pk")
    assert [m.recipient.name for m in waited] == ["宋玉梅", "韩冰", "唐建国"]
    assert not any(str(run.total) in m.body for m in Message.objects.all())


@pytest.mark.clause("D15.b")
def test_nobody_signs_out_of_order_or_without_the_power(pay_of: PayOf) -> None:
    run = pay_of.drafted()
    for stage in Stage:
        with pytest.raises(OutOfOrder):
            sign_pay_run(run=run, stage=stage, actor=pay_of.user(SIGNERS[stage]), seen_digest=run.digest, now=NOW)
    pay_of.accepted()
    review_pay_run(run=run, actor=pay_of.user("clerk"), seen_digest=run.digest, now=NOW)
    with pytest.raises(OutOfOrder):
        sign_pay_run(run=run, stage=Stage.MANAGER, actor=pay_of.user("manager"), seen_digest=run.digest, now=NOW)
    for key in ("clerk", "deputy", "manager", "auditor", "cm", "sibling_accountant"):
        with pytest.raises(PermissionDenied):
            sign_pay_run(run=run, stage=Stage.CHIEF_ACCOUNTANT, actor=pay_of.user(key), seen_digest=run.digest, now=NOW)
    assert not Signature.objects.exists()


@pytest.mark.clause("D15.b")
def test_no_two_stages_by_one_person(pay_of: PayOf) -> None:
    """韩冰 is deputy and holds the chief accountant's post as well; 许静 reviewed and is chief accountant too."""
    since = date(2026, 1, 1)
    for key in ("deputy", "clerk"):
        Posting.objects.create(
            person=pay_of.cast.person(key), unit=pay_of.branch, role=Role.CHIEF_ACCOUNTANT, from_on=since
        )
    run = pay_of.reviewed()
    with pytest.raises(SamePerson):
        sign_pay_run(run=run, stage=Stage.CHIEF_ACCOUNTANT, actor=pay_of.user("clerk"), seen_digest=run.digest, now=NOW)
    deputy = pay_of.user("deputy")
    sign_pay_run(run=run, stage=Stage.CHIEF_ACCOUNTANT, actor=deputy, seen_digest=run.digest, now=NOW)
    with pytest.raises(SamePerson):
        sign_pay_run(run=run, stage=Stage.DEPUTY_MANAGER, actor=deputy, seen_digest=run.digest, now=NOW)
    assert Signature.objects.count() == 1


@pytest.mark.clause("D15.a", "D15.b")
def test_a_detail_that_waits_again_holds_up_the_signatures_until_it_is_accepted(pay_of: PayOf) -> None:
    run, accountant = pay_of.reviewed(), pay_of.user("accountant")
    BusinessDetail.objects.filter(person=pay_of.cast.person("cm")).update(digest="0" * 64)  # as if its remarks changed
    for _twice in range(2):
        with pytest.raises(DetailNotAccepted):
            sign_pay_run(run=run, stage=Stage.CHIEF_ACCOUNTANT, actor=accountant, seen_digest=run.digest, now=NOW)
    assert BusinessDetail.objects.get(person=pay_of.cast.person("cm")).state == "waiting"
    pay_of.accepted()
    assert sign_pay_run(run=run, stage=Stage.CHIEF_ACCOUNTANT, actor=accountant, seen_digest=run.digest, now=NOW)


def test_nobody_signs_their_own_pay(pay_of: PayOf) -> None:
    pay_of.account("accountant", "50", no="88000055")
    run = pay_of.reviewed()
    with pytest.raises(OwnPay):
        sign_pay_run(
            run=run, stage=Stage.CHIEF_ACCOUNTANT, actor=pay_of.user("accountant"), seen_digest=run.digest, now=NOW
        )


@pytest.mark.clause("D15.b")
def test_changed_figures_void_what_was_signed_and_say_so(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=2)
    pay_of.account("cm_west", "100", no="88000066")
    with pytest.raises(ContentChanged):
        sign_pay_run(run=run, stage=Stage.MANAGER, actor=pay_of.user("manager"), seen_digest=run.digest, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.version) == (PayRun.State.DRAFT, 2)
    assert not run.signatures.standing().exists() and run.signatures.count() == 2
    told = {m.recipient.name for m in Message.objects.filter(text="compensation.signatures_void")}
    assert told == {"许静", "宋玉梅", "韩冰"}


@pytest.mark.clause("D15.b")
@pytest.mark.parametrize(
    "change",
    [
        lambda run: PayLine.objects.filter(run=run, component="commission").update(amount=D("9999.99")),
        lambda run: PayLine.objects.filter(run=run, component="commission").update(lines=[]),
        lambda run: PayLine.objects.filter(run=run, component="base_pay").update(rate=D("0.5")),
        lambda run: PaySlip.objects.filter(run=run, name="林小雨").update(total=D("1")),
        lambda run: PaySlip.objects.filter(run=run, name="林小雨").update(grade="P"),
        lambda run: PaySlip.objects.filter(run=run, name="林小雨").update(name="林小鱼"),
        lambda run: PayRun.objects.filter(pk=run.pk).update(digest="0" * 64),
        lambda run: PayLine.objects.filter(run=run, component="released").delete(),
    ],
)
def test_a_signature_covers_every_byte_of_the_report(pay_of: PayOf, change) -> None:
    run = pay_of.signed(stages=1)
    seen = run.digest
    change(run)
    with pytest.raises(ContentChanged):
        sign_pay_run(run=run, stage=Stage.DEPUTY_MANAGER, actor=pay_of.user("deputy"), seen_digest=seen, now=NOW)
    run.refresh_from_db()
    assert run.state == PayRun.State.DRAFT and not run.signatures.standing().exists()
    assert run.digest == seen == content_digest(run)  # mended: it says again what the facts say


# What is not content: keys, the address of a slip, and what signing itself writes.
APART = {
    PayRun: {"id", "public_id", "version", "state", "warnings", "digest", "drafted_by", "drafted_at", "reviewed_by",
             "reviewed_at", "rejected_by", "rejected_at", "reject_reason", "filed_at", "outdated_at"},
    PaySlip: {"id", "public_id", "run"},
    PayLine: {"id", "run", "slip"},
}  # fmt: skip


def another_plan(version: PlanVersion) -> PlanVersion:
    own = PayPlan.objects.create(code="X", name="X")
    return PlanVersion.objects.create(plan=own, from_on=version.from_on, components=version.components)


# For a value of each kind one that differs as little as can be, or another row.
ANOTHER: dict[type, Callable[[Any, Cast], Any]] = {
    Unit: lambda value, cast: cast.unit["B9"],
    Person: lambda value, cast: cast.person("outsider_manager"),
    PlanVersion: lambda value, cast: another_plan(value),
    D: lambda value, cast: value + D("0.01"),
    int: lambda value, cast: value + 100,
    str: lambda value, cast: f"{value[:-1]}~",
    date: lambda value, cast: Month(value).next().first,
    list: lambda value, cast: [*value, {"label": "~"}],
    dict: lambda value, cast: {**value, "~": 0},
}


@pytest.mark.clause("D15.b")
def test_no_field_of_the_report_can_change_without_the_digest_knowing(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=1)
    assert is_whole(run)
    slip = run.slips.get(name="林小雨")
    line = slip.pay_lines.get(component="commission")
    PayLine.objects.filter(pk=line.pk).update(rate=D("0.1"), for_month=date(2026, 8, 1))  # nothing is left empty
    line.refresh_from_db()
    run.digest = content_digest(run)
    unnoticed = []
    for row in (run, slip, line):
        for field in row._meta.concrete_fields:
            if field.name in APART[type(row)]:
                continue
            with transaction.atomic():
                value = getattr(row, field.name)
                value = ANOTHER[type(value)](value, pay_of.cast)
                type(row).objects.filter(pk=row.pk).update(**{field.name: value})
                changed = PayRun.objects.select_related("branch", "plan__plan").get(pk=run.pk)
                changed.digest = run.digest
                if is_whole(changed):
                    unnoticed.append(field.name)
                transaction.set_rollback(True)
    assert unnoticed == []


def test_what_was_seen_is_what_is_signed(pay_of: PayOf) -> None:
    run = pay_of.reviewed()
    with pytest.raises(ContentChanged):
        sign_pay_run(
            run=run, stage=Stage.CHIEF_ACCOUNTANT, actor=pay_of.user("accountant"), seen_digest="0" * 64, now=NOW
        )
    run.refresh_from_db()
    assert run.state == PayRun.State.REVIEWED


@pytest.mark.clause("D15.b")
def test_a_rejected_run_names_its_reason_and_starts_anew(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=1)
    with pytest.raises(ReasonMissing):
        reject_pay_run(run=run, reason="  ", actor=pay_of.user("deputy"), now=NOW)
    with pytest.raises(PermissionDenied):
        reject_pay_run(run=run, reason="不对", actor=pay_of.user("clerk"), now=NOW)
    reject_pay_run(run=run, reason="周敏的扣款漏了", actor=pay_of.user("deputy"), now=NOW)
    run.refresh_from_db()
    assert run.state == PayRun.State.REJECTED and not run.signatures.standing().exists()
    told = {m.recipient.name for m in Message.objects.filter(text="compensation.run_rejected")}
    assert told == {"许静", "宋玉梅"}
    assert draft_pay_run(branch=pay_of.branch, month=OCTOBER, now=NOW).state == PayRun.State.REJECTED
    assert pay_of.drafted().state == PayRun.State.DRAFT


# --- adjustments, questions --------------------------------------------------------------------------------------------
def test_a_question_on_ones_slip_reaches_the_clerk_and_the_answer_comes_back(pay_of: PayOf) -> None:
    run = pay_of.signed()
    slip = run.slips.select_related("person", "run__branch").get(person=pay_of.cast.person("cm"))
    question = ask_question(slip=slip, text="为什么扣留 731.89？", actor=pay_of.user("cm"), now=NOW)
    with pytest.raises(PermissionDenied):
        ask_question(slip=slip, text="?", actor=pay_of.user("cm2"), now=NOW)
    with pytest.raises(PermissionDenied):
        answer_question(question=question, answer="…", actor=pay_of.user("sibling_clerk"), now=NOW)
    answer_question(question=question, answer="考核薪酬，完成后释放。", actor=pay_of.user("clerk"), now=NOW)
    with pytest.raises(NothingToAnswer):
        answer_question(question=Question.objects.get(), answer="再答", actor=pay_of.user("clerk"), now=NOW)
    told = [(m.text, m.recipient.name) for m in Message.objects.filter(text__contains="question").order_by("pk")]
    assert told == [("compensation.question_asked", "许静"), ("compensation.question_answered", "林小雨")]
