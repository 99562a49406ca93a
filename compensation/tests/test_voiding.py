"""What changes under a report that was reviewed or signed: void at once, with what changed, and told once (D15.b)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from approvals.models import Request
from compensation import parameters
from compensation.models import BusinessDetail, PayRun, RunEvent, Signature, Stage
from compensation.models.plans import PAY_PLAN
from compensation.selectors.content import content_digest, is_whole
from compensation.services.detail import send_back_detail
from compensation.services.drafting import draft_pay_run, look_at_all_again
from compensation.services.entries import record_person_month
from compensation.services.signing import reject_pay_run, sign_pay_run
from compensation.tasks import look_again_at_runs
from compensation.tests.month import NOW, OCTOBER, PayOf, imported
from core.models import AuditEntry
from messaging.models import Message
from policies.models import ParameterValue

D = Decimal
LATER = NOW + timedelta(minutes=5)


def complaint(pay_of: PayOf, complaints: int = 3) -> None:
    record_person_month(
        branch=pay_of.branch, month=OCTOBER, person=pay_of.cast.person("cm"), actor=pay_of.user("clerk"), now=LATER,
        complaints=complaints,
    )  # fmt: skip


def page(pay_of: PayOf, signed_in, run: PayRun, key: str = "manager") -> str:
    address = reverse("compensation:run", args=[run.public_id])
    return str(signed_in(pay_of.cast.user[key]).get(address).content.decode())


def last_step(run: PayRun) -> RunEvent:
    return RunEvent.objects.filter(run=run)[0]


def told() -> list[str]:
    return sorted(m.recipient.name for m in Message.objects.filter(text="compensation.signatures_void"))


@pytest.mark.clause("D15.b")
def test_a_complaint_recorded_on_a_signed_report_voids_it_at_once_and_says_what_changed(pay_of: PayOf, signed_in):
    run = pay_of.signed(stages=2)
    before = run.total
    complaint(pay_of)
    run.refresh_from_db()
    assert (run.state, run.version, run.total) == (PayRun.State.DRAFT, 2, before - D("548.91"))
    assert not Signature.objects.standing().exists()
    assert told() == ["宋玉梅", "许静", "韩冰"]
    drafted, void = RunEvent.objects.filter(run=run)[:2]
    assert (void.kind, void.version, void.by_name) == ("voided", 1, "许静") and "林小雨" in void.why
    assert (drafted.version, drafted.total, void.total_before, void.changed) == (2, run.total, before, 4)
    # The leaders share in what was not paid to the team (reading 45): 3 % and 2 % of 731.89.
    assert [(one["name"], one["component"], one["old"], one["new"]) for one in void.changes][:2] == [
        ("林小雨", "compliance", "0.00", "-731.89"),
        ("林小雨", "held_back", "-731.89", "-585.51"),
    ]
    shown = page(pay_of, signed_in, run)
    assert "/sign/" not in shown and void.why in shown and "-731.89" in shown


@pytest.mark.clause("D15.b")
def test_the_schedule_notices_what_arrives_from_elsewhere_and_tells_once(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=2)
    pay_of.account("cm2", "777", no="88000777")
    look_again_at_runs()
    run.refresh_from_db()
    assert (run.state, run.version) == (PayRun.State.DRAFT, 2)
    void = RunEvent.objects.get(run=run, kind="voided")
    assert {change["name"] for change in void.changes} >= {"陈大文"}
    look_again_at_runs()
    assert told() == ["宋玉梅", "许静", "韩冰"]


@pytest.mark.clause("D15.b")
def test_looking_again_at_what_has_not_changed_writes_nothing(pay_of: PayOf, signed_in) -> None:
    run = pay_of.signed(stages=2)
    entries = AuditEntry.objects.count()
    assert look_at_all_again(now=LATER) == 0
    assert AuditEntry.objects.count() == entries
    run.refresh_from_db()
    assert (run.state, run.version) == (PayRun.State.SIGNED_2, 1) and Signature.objects.standing().count() == 2


@pytest.mark.clause("D2", "D15.b")
def test_a_plan_whose_approval_was_withdrawn_voids_what_was_signed_though_nothing_new_can_be_computed(
    pay_of: PayOf, signed_in
) -> None:
    run = pay_of.signed(stages=1)
    Request.objects.filter(subject=PAY_PLAN).update(ended_on=OCTOBER.first + timedelta(days=3), end_reason="x")
    assert (look_at_all_again(now=LATER), look_at_all_again(now=LATER)) == (1, 0)
    run.refresh_from_db()
    assert (run.state, run.version) == (PayRun.State.DRAFT, 1) and not Signature.objects.standing().exists()
    assert last_step(run).kind == "voided" and last_step(run).why in page(pay_of, signed_in, run)


@pytest.mark.clause("D15.a", "D15.b")
def test_a_detail_sent_back_voids_the_report_that_stands_on_it(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=1)
    detail = BusinessDetail.objects.select_related("branch", "person__user").get(person=pay_of.cast.person("cm2"))
    send_back_detail(detail=detail, reason="佣金少了一户", actor=pay_of.user("clerk"), now=LATER)
    run.refresh_from_db()
    assert (run.state, run.reviewed_by) == (PayRun.State.DRAFT, None)
    assert "佣金少了一户" in Signature.objects.get().void_because and told() == ["宋玉梅", "许静"]


@pytest.mark.clause("D15.b")
def test_a_rejection_stays_in_sight_after_the_next_draft(pay_of: PayOf, signed_in) -> None:
    run = pay_of.signed(stages=1)
    reject_pay_run(run=run, reason="扣款漏了", actor=pay_of.user("deputy"), now=LATER)
    complaint(pay_of)
    run.refresh_from_db()
    assert run.state == PayRun.State.REJECTED  # the clerk computes again when she is done
    assert "已过时" in page(pay_of, signed_in, run, "clerk")
    pay_of.drafted()
    shown = page(pay_of, signed_in, run)
    assert "扣款漏了" in shown and "韩冰" in shown and "宋玉梅" in shown
    kinds = list(run.events.order_by("pk").values_list("kind", "version"))
    assert kinds == [("drafted", 1), ("reviewed", 1), ("rejected", 1), ("drafted", 2)]


def new_rule(pay_of: PayOf) -> None:
    pay_of.opening("cm", "88000001", assets="8000")
    draft_pay_run(branch=pay_of.branch, month=OCTOBER, actor=pay_of.user("clerk"), now=NOW)
    ParameterValue.objects.create(
        code=parameters.VALID_MIN_ASSETS, unit=pay_of.branch, value="9000", from_on=OCTOBER.first, source="x",
        set_by=pay_of.cast.manager,
    )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        complaint,
        new_rule,
        lambda pay_of: pay_of.account("cm2", "777", no="88000777"),
        lambda pay_of: Request.objects.filter(subject=PAY_PLAN).update(ended_on=OCTOBER.last, end_reason="x"),
    ],
    ids=["an entry", "a rule", "new figures", "an approval withdrawn"],
)
def test_a_draft_that_the_facts_have_left_behind_says_so_and_stays_as_it_is(pay_of, signed_in, change) -> None:
    run = pay_of.drafted()
    look_again_at_runs()
    assert "已过时" not in page(pay_of, signed_in, run)
    change(pay_of)
    before = PayRun.objects.values("version", "digest", "state").get()
    look_again_at_runs()
    assert "已过时" in page(pay_of, signed_in, run)
    assert PayRun.objects.values("version", "digest", "state").get() == before


def test_a_draft_is_up_to_date_again_once_it_is_computed_anew_or_the_change_taken_back(pay_of, signed_in) -> None:
    run = pay_of.drafted()
    complaint(pay_of, 3)
    complaint(pay_of, 0)
    assert "已过时" not in page(pay_of, signed_in, run)
    complaint(pay_of, 3)
    pay_of.drafted()
    assert "已过时" not in page(pay_of, signed_in, run)


@pytest.mark.clause("D15.b")
def test_why_a_signature_is_void_is_told_in_the_language_of_whoever_reads_it(pay_of: PayOf, signed_in) -> None:
    User.objects.filter(pk=pay_of.cast.accountant.pk).update(language="zh-hant")
    run = pay_of.signed(stages=2)
    complaint(pay_of)
    assert "林小雨的財務錄入有變動" in Message.objects.get(recipient=pay_of.cast.accountant, text__endswith="void").body
    assert "林小雨的财务录入有变动" in Message.objects.get(recipient=pay_of.cast.deputy, text__endswith="void").body
    with translation.override("en"):
        assert {one.void_because for one in run.signatures.all()} == {"finance's entries for 林小雨 changed"}


def test_many_changes_are_shown_to_twenty_and_counted(pay_of: PayOf) -> None:
    run = pay_of.drafted()
    for n, key in enumerate(
        ["cm", "cm2", "cm_west", "cm_m2", "am", "mm", "am_west", "mm2", "tradeadmin", "deputy", "clerk"]
    ):
        pay_of.account(key, "30000", no=f"8700{n:04}")
    run = pay_of.drafted()
    step = last_step(run)
    assert len(step.changes) == 20 < step.changed


# --- what lies beneath the figures ------------------------------------------------------------------------------------
@pytest.mark.clause("D15.b")
def test_a_void_says_who_changed_what_and_which_amounts_moved(pay_of: PayOf, signed_in) -> None:
    run = pay_of.signed(stages=1)
    complaint(pay_of)
    void = RunEvent.objects.get(run=run, kind="voided")
    assert void.causes == [{"name": "林小雨", "what": "valid complaints", "old": "0", "new": "3", "by": "许静"}]
    assert (void.total, void.changed) == ((void.total_before or D(0)) - D("548.91"), 4)
    shown = page(pay_of, signed_in, run)
    assert "有效投诉" in shown and "-731.89" in shown


@pytest.mark.clause("D15.b")
def test_an_import_that_voids_is_named_with_who_took_it(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=1)
    source = imported(pay_of.cast, LATER)
    source.taken_by = pay_of.cast.tradeadmin
    source.save()
    pay_of.account("cm2", "1000", no="88000777", source=source)
    look_again_at_runs()
    void = RunEvent.objects.get(run=run, kind="voided")
    assert {(one["name"], one["what"], one["old"], one["new"]) for one in void.causes} >= {
        ("陈大文", "gross commission", "6000.00", "7000.00")
    }
    who = pay_of.cast.tradeadmin.name
    assert who in void.causes[0]["by"] and "账户月报.xlsx" in void.why and who in void.why and "陈大文" in void.why


def another_trace(pay_of: PayOf) -> None:
    """A row more of nothing: one more account, no amount."""
    pay_of.account("cm2", "0", no="88000778")


@pytest.mark.clause("D15.b")
def test_a_trace_that_changes_beneath_the_same_figures_voids_nothing_and_stands_in_the_timeline(
    pay_of: PayOf, signed_in
) -> None:
    run = pay_of.signed(stages=2)
    another_trace(pay_of)
    assert look_at_all_again(now=LATER) == 0
    before = run.digest
    run.refresh_from_db()
    assert (run.state, run.version, run.explanation, run.digest) == (PayRun.State.SIGNED_2, 1, 2, before)
    assert Signature.objects.standing().count() == 2 and is_whole(run) and told() == []
    (commission,) = run.lines.filter(component="commission", slip__name="陈大文")
    assert dict(commission.lines[0]["inputs"])["accounts"] == 2
    another_trace_again = pay_of.account("cm2", "0", no="88000779")
    assert another_trace_again and look_at_all_again(now=LATER + timedelta(minutes=5)) == 0
    steps = RunEvent.objects.filter(run=run, kind="explained")
    assert [step.values for step in steps] == [{"explanation": 3}]
    assert "签字继续有效" in page(pay_of, signed_in, run)
    pay_of.accepted()
    third = pay_of.user("manager")
    assert sign_pay_run(run=run, stage=Stage.MANAGER, actor=third, seen_digest=before, now=LATER)


@pytest.mark.clause("D15.b")
def test_what_was_signed_with_one_digest_over_everything_stays_signed_and_verifiable(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=2)
    as_of_the_first_edition(run)
    assert is_whole(run)
    another_trace(pay_of)
    assert look_at_all_again(now=LATER) == 0 and Signature.objects.standing().count() == 2
    run.refresh_from_db()
    assert (run.edition, run.version, run.explanation) == (1, 1, 1) and is_whole(run)
    run.lines.filter(component="commission").update(lines=[])
    assert not is_whole(run)


def as_of_the_first_edition(run: PayRun) -> None:
    run.edition, run.explained = 1, ""
    run.digest = content_digest(run)
    run.save()
    Signature.objects.filter(run=run).update(digest=run.digest)


def test_a_coefficient_set_by_hand_for_the_first_time_is_named_as_the_cause(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=1)
    record_person_month(
        branch=pay_of.branch, month=OCTOBER, person=pay_of.cast.person("cm"), actor=pay_of.user("clerk"), now=LATER,
        coefficient=Decimal("0.5"), reason="违规展业",
    )  # fmt: skip
    look_at_all_again(now=LATER)
    causes = {cause["what"]: (cause["old"], cause["new"]) for cause in last_voided(run).causes}
    assert causes["assessment coefficient set by hand"] == ("", "0.5000")


def last_voided(run: PayRun) -> RunEvent:
    return RunEvent.objects.filter(run=run, kind="voided")[0]
