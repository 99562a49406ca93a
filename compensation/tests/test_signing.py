"""A drafted month from the review of its details to the third signature, a rejection, a question."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.urls import reverse

from approvals.models import Assignment, Request
from compensation.models import (
    BusinessDetail,
    PayRun,
    Question,
    Signature,
    Stage,
)
from compensation.rules import plan_from_data
from compensation.selectors.readiness import first_day_after
from compensation.services.detail import accept_details, build_detail, send_back_detail
from compensation.services.drafting import draft_pay_run
from compensation.services.questions import answer_question, ask_question
from compensation.services.refusals import (
    ContentChanged,
    DetailNotAccepted,
    MonthNotOver,
    NothingToAnswer,
    OutOfOrder,
    OwnPay,
    SamePerson,
    WeekNotJudged,
)
from compensation.services.signing import reject_pay_run, review_pay_run, sign_pay_run
from compensation.tests.month import NOW, OCTOBER, SIGNERS, PayOf
from core.refusals import NotYours, ReasonMissing
from messaging.models import Message
from teams.models import Posting, Role
from worklogs.models import FollowedFact

D = Decimal


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


@pytest.mark.clause("D17.a")
def test_a_month_is_reviewed_and_signed_once_the_last_week_it_counts_is_over(pay_of: PayOf) -> None:
    """The week of 26 October ends on Sunday, 1 November."""
    run, first = pay_of.drafted(), NOW.replace(month=11, day=2, hour=0)
    pay_of.accepted()
    for moment in (NOW.replace(month=10, day=31), first - timedelta(seconds=1)):
        with pytest.raises(MonthNotOver) as refused:
            review_pay_run(run=run, actor=pay_of.user("clerk"), seen_digest=run.digest, now=moment)
        assert "2026年11月2日" in str(refused.value)
    review_pay_run(run=run, actor=pay_of.user("clerk"), seen_digest=run.digest, now=first)
    sign = partial(sign_pay_run, run=run, stage=Stage.CHIEF_ACCOUNTANT, actor=pay_of.user("accountant"))
    with pytest.raises(MonthNotOver):
        sign(seen_digest=run.digest, now=first - timedelta(seconds=1))
    assert sign(seen_digest=run.digest, now=first)


@pytest.mark.clause("D17.a")
def test_a_plan_without_activity_waits_for_the_month_only(pay_of: PayOf) -> None:
    run = pay_of.drafted()
    parts = [part for part in run.plan.components if part["kind"] != "assessment"]
    assert first_day_after(OCTOBER, plan_from_data("X", parts)) == OCTOBER.end


@pytest.mark.clause("D17.a")
def test_a_week_that_is_over_but_not_judged_holds_up_the_review(pay_of: PayOf, signed_in) -> None:
    week = FollowedFact.Source.WEEK
    FollowedFact.objects.create(source=week, fact_id=date(2026, 10, 19).toordinal())
    run = pay_of.drafted()
    pay_of.accepted()
    with pytest.raises(WeekNotJudged):
        review_pay_run(run=run, actor=pay_of.user("clerk"), seen_digest=run.digest, now=NOW)
    page = signed_in(pay_of.cast.clerk).get(reverse("compensation:run", args=[run.public_id])).content.decode()
    assert "正在计分" in page and "/review/" not in page
    FollowedFact.objects.create(source=week, fact_id=date(2026, 10, 26).toordinal())
    assert review_pay_run(run=run, actor=pay_of.user("clerk"), seen_digest=run.digest, now=NOW)


@pytest.mark.clause("D15.b")
def test_whoever_decides_twice_is_shown_what_she_did(pay_of: PayOf) -> None:
    run, clerk, accountant = pay_of.reviewed(), pay_of.user("clerk"), pay_of.user("accountant")
    assert review_pay_run(run=run, actor=clerk, seen_digest=run.digest, now=NOW).reviewed_by == clerk
    stage = Stage.CHIEF_ACCOUNTANT
    both = [sign_pay_run(run=run, stage=stage, actor=accountant, seen_digest=run.digest, now=NOW) for _ in range(2)]
    assert both[0] == both[1] and run.events.filter(kind="reviewed").count() == 1
    for _ in range(2):
        assert reject_pay_run(run=run, reason="漏了", actor=pay_of.user("deputy"), now=NOW).state == "rejected"
    assert run.events.filter(kind="rejected").count() == 1


# --- signing -----------------------------------------------------------------------------------------------------------
@pytest.mark.clause("D15.b")
def test_three_people_sign_one_after_the_other(pay_of: PayOf) -> None:
    run = pay_of.signed()
    assert run.state == PayRun.State.SIGNED_3
    signatures = run.signatures.standing().order_by("stage")
    assert [s.signer_name for s in signatures] == ["宋玉梅", "韩冰", "唐建国"]
    assert {s.digest for s in signatures} == {run.digest}
    waited = Message.objects.filter(text="approvals.waits").order_by("pk")
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
        with pytest.raises(NotYours):
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
    with pytest.raises(NotYours):
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
    with pytest.raises(NotYours):
        ask_question(slip=slip, text="?", actor=pay_of.user("cm2"), now=NOW)
    with pytest.raises(NotYours):
        answer_question(question=question, answer="…", actor=pay_of.user("sibling_clerk"), now=NOW)
    answer_question(question=question, answer="考核薪酬，完成后释放。", actor=pay_of.user("clerk"), now=NOW)
    with pytest.raises(NothingToAnswer):
        answer_question(question=Question.objects.get(), answer="再答", actor=pay_of.user("clerk"), now=NOW)
    told = [(m.text, m.recipient.name) for m in Message.objects.filter(text__contains="question").order_by("pk")]
    assert told == [("compensation.question_asked", "许静"), ("compensation.question_answered", "林小雨")]


@pytest.mark.clause("D15.b", "D4.c")
def test_on_the_page_of_requests_one_signs_and_rejects_by_the_same_door(pay_of: PayOf, signed_in) -> None:
    run = pay_of.reviewed()
    request = Request.objects.about(run).get()
    accountant, deputy = signed_in(pay_of.cast.accountant), signed_in(pay_of.cast.deputy)
    page = accountant.get(reverse("approvals:request", args=[request.public_id])).content.decode()
    assert "approvals/" in page and "/refuse/" not in page and "/withdraw/" not in page
    agree, back = (reverse(f"approvals:{verb}", args=[request.public_id]) for verb in ("agree", "give_back"))
    pay_of.account("cm2", "777", no="88000777")
    assert accountant.post(agree, {"seen": run.digest}).status_code == 409, "worked out once more"
    run.refresh_from_db()
    pay_of.accepted()
    review_pay_run(run=run, actor=pay_of.user("clerk"), seen_digest=run.digest, now=NOW)
    assert accountant.post(agree, {"seen": run.digest}).status_code == 302
    assert run.signatures.standing().get().signer == pay_of.cast.accountant
    assert (
        deputy.post(
            reverse("approvals:refuse", args=[request.public_id]), {"seen": run.digest, "remark": "x"}
        ).status_code
        == 409
    )
    assert deputy.post(back, {"to": "author", "remark": "金额不对"}).status_code == 302
    run.refresh_from_db()
    assert (run.state, run.reject_reason, run.rejected_by) == ("rejected", "金额不对", pay_of.cast.deputy)
    assert not run.signatures.standing().exists() and Request.objects.get(pk=request.pk).state == "with_author"


@pytest.mark.clause("D15.b")
def test_a_signer_who_reviewed_may_still_reject_and_a_remark_is_kept(pay_of: PayOf) -> None:
    """许静 reviewed and holds the accountant's post as well: she may not sign, but whoever signs may reject."""
    Posting.objects.create(
        person=pay_of.cast.person("clerk"), unit=pay_of.branch, role=Role.CHIEF_ACCOUNTANT, from_on=date(2026, 1, 1)
    )
    run = pay_of.reviewed()
    accountant = pay_of.user("accountant")
    sign_pay_run(
        run=run, stage=Stage.CHIEF_ACCOUNTANT, actor=accountant, seen_digest=run.digest, now=NOW, remark="下月补单据"
    )
    assert Assignment.objects.get(said="remarked").remark == "下月补单据"
    reject_pay_run(run=run, reason="我核错了", actor=pay_of.user("clerk"), now=NOW)
    assert (run.state, run.rejected_by) == ("rejected", pay_of.cast.clerk)
