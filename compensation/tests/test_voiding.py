"""What changes under a report that was reviewed or signed: void at once, with what changed, and told once (D15.b)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from compensation.models import BusinessDetail, PayRun, PlanVersion, RunEvent, Signature
from compensation.services import (
    draft_pay_run,
    look_at_all_again,
    record_person_month,
    reject_pay_run,
    send_back_detail,
)
from compensation.tasks import look_again_at_runs
from compensation.tests.month import NOW, OCTOBER, PayOf
from core.models import AuditEntry
from messaging.models import Message

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
    assert (run.state, run.version, run.total) == (PayRun.State.DRAFT, 2, before - D("585.51"))
    assert not Signature.objects.standing().exists()
    assert told() == ["宋玉梅", "许静", "韩冰"]
    drafted, void = RunEvent.objects.filter(run=run)[:2]
    assert (void.kind, void.version, void.by_name) == ("voided", 1, "许静") and "林小雨" in void.reason
    assert (drafted.version, drafted.total_before, drafted.total, drafted.changed) == (2, before, run.total, 2)
    assert [(one["name"], one["component"], one["old"], one["new"]) for one in drafted.changes] == [
        ("林小雨", "compliance", "0.00", "-731.89"),
        ("林小雨", "held_back", "-731.89", "-585.51"),
    ]
    shown = page(pay_of, signed_in, run)
    assert "身份签字" not in shown and void.reason in shown and "-731.89" in shown


@pytest.mark.clause("D15.b")
def test_the_schedule_notices_what_arrives_from_elsewhere_and_tells_once(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=2)
    pay_of.account("cm2", "777", no="88000777")
    look_again_at_runs()
    run.refresh_from_db()
    assert (run.state, run.version) == (PayRun.State.DRAFT, 2)
    assert {change["name"] for change in last_step(run).changes} >= {"陈大文"}
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
    PlanVersion.objects.update(approval_ended_on=OCTOBER.first + timedelta(days=3), end_reason="x")
    assert (look_at_all_again(now=LATER), look_at_all_again(now=LATER)) == (1, 0)
    run.refresh_from_db()
    assert (run.state, run.version) == (PayRun.State.DRAFT, 1) and not Signature.objects.standing().exists()
    assert last_step(run).kind == "voided" and last_step(run).reason in page(pay_of, signed_in, run)


@pytest.mark.clause("D15.a", "D15.b")
def test_a_detail_sent_back_voids_the_report_that_stands_on_it(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=1)
    detail = BusinessDetail.objects.select_related("branch", "person__user").get(person=pay_of.cast.person("cm2"))
    send_back_detail(detail=detail, reason="佣金少了一户", actor=pay_of.user("clerk"), now=LATER)
    run.refresh_from_db()
    assert (run.state, run.reviewed_by) == (PayRun.State.DRAFT, None)
    assert "佣金少了一户" in Signature.objects.get().void_reason and told() == ["宋玉梅", "许静"]


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


def test_entries_after_a_draft_are_pointed_out_until_it_is_computed_with_them(pay_of: PayOf, signed_in) -> None:
    """… even where they come to nothing."""
    run = pay_of.drafted()
    assert "已过时" not in page(pay_of, signed_in, run)
    for complaints in (3, 0):
        complaint(pay_of, complaints)
    assert "已过时" in page(pay_of, signed_in, run)
    again = draft_pay_run(branch=pay_of.branch, month=OCTOBER, actor=pay_of.user("clerk"), now=LATER)
    assert (again.version, again.digest) == (1, run.digest)
    assert "已过时" not in page(pay_of, signed_in, run)


def test_many_changes_are_shown_to_twenty_and_counted(pay_of: PayOf) -> None:
    run = pay_of.drafted()
    for n, key in enumerate(
        ["cm", "cm2", "cm_west", "cm_m2", "am", "mm", "am_west", "mm2", "tradeadmin", "deputy", "clerk"]
    ):
        pay_of.account(key, "30000", no=f"8700{n:04}")
    run = pay_of.drafted()
    step = last_step(run)
    assert len(step.changes) == 20 < step.changed
