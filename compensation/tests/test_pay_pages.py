"""The pages of a month: what is offered to whom, what a click on something outdated gets, what a slip explains."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compensation.models import BusinessDetail, PayLine, PayRun, PersonMonth, Signature, Stage
from compensation.selectors.overview import parts_of
from compensation.selectors.stands import stand_of
from compensation.services.entries import record_person_month
from compensation.services.signing import reject_pay_run
from compensation.tests.month import NOW, PayOf
from teams.models import Posting, Role
from tests.test_queries import BUDGET_OF_LIST

D = Decimal


def page_of(run: PayRun) -> str:
    return reverse("compensation:run", args=[run.public_id])


def text(answer):
    return answer.content.decode()


@pytest.mark.clause("D15.b")
def test_a_signature_is_offered_to_whoever_is_due_and_posts_the_digest_that_was_shown(pay_of: PayOf, signed_in) -> None:
    run = pay_of.reviewed()
    shown = text(signed_in(pay_of.cast.accountant).get(page_of(run)))
    assert f'name="seen_digest" value="{run.digest}"' in shown and "以主办会计身份签字" in shown
    for key in ("clerk", "deputy", "manager", "auditor"):
        assert "身份签字" not in text(signed_in(pay_of.cast.user[key]).get(page_of(run)))
    send = {"stage": Stage.CHIEF_ACCOUNTANT.value, "seen_digest": run.digest}
    answer = signed_in(pay_of.cast.accountant).post(reverse("compensation:sign", args=[run.public_id]), send)
    assert answer.status_code == 302
    assert Signature.objects.get().signer == pay_of.cast.accountant


@pytest.mark.clause("D15.b")
def test_a_run_changed_between_page_and_click_is_answered_with_409_and_what_it_is_now(pay_of: PayOf, signed_in) -> None:
    run = pay_of.signed(stages=1)
    pay_of.account("cm_west", "777", no="88000777")
    send = {"stage": Stage.DEPUTY_MANAGER.value, "seen_digest": run.digest}
    answer = signed_in(pay_of.cast.deputy).post(reverse("compensation:sign", args=[run.public_id]), send)
    assert answer.status_code == 409
    run.refresh_from_db()
    shown = text(answer)
    assert "报表内容已变化" in shown and run.digest in shown and "已失效" in shown
    assert not Signature.objects.standing().exists()


def test_a_form_that_makes_no_sense_is_forbidden_to_whoever_may_not_sign_anyway(pay_of: PayOf, signed_in) -> None:
    run = pay_of.reviewed()
    address = reverse("compensation:sign", args=[run.public_id])
    posted = {key: signed_in(pay_of.cast.user[key]).post(address, {"stage": "9"}) for key in ("clerk", "accountant")}
    assert {key: answer.status_code for key, answer in posted.items()} == {"clerk": 403, "accountant": 422}
    assert not Signature.objects.exists()


def test_the_next_signer_waits_since_the_step_before(pay_of: PayOf, signed_in) -> None:
    """… and not since figures that were imported after it."""
    run = pay_of.reviewed()
    pay_of.source.taken_at = NOW + timedelta(hours=2)
    pay_of.source.save()
    shown = text(signed_in(pay_of.cast.accountant).get(page_of(run)))
    assert "下一步：宋玉梅 · 自 2026-11-18 12:00 起" in shown


def test_a_review_is_offered_once_the_detail_is_accepted(pay_of: PayOf, signed_in) -> None:
    run, clerk = pay_of.drafted(), signed_in(pay_of.cast.clerk)
    shown = text(clerk.get(page_of(run)))
    assert "/review/" not in shown and "还有人员的业务明细未确认" in shown
    pay_of.accepted()
    assert "/review/" in text(clerk.get(page_of(run)))


def test_the_page_of_a_draft_asks_the_database_no_more_than_a_list_may(pay_of: PayOf, signed_in) -> None:
    """… though it asks whether the month's last week is judged, which the page of a reviewed run does not."""
    run, clerk = pay_of.drafted(), signed_in(pay_of.cast.clerk)
    pay_of.accepted()
    clerk.get(page_of(run))  # what is asked once per process
    with CaptureQueriesContext(connection) as queries:
        assert "/review/" in text(clerk.get(page_of(run)))
    assert len(queries) <= BUDGET_OF_LIST


def test_a_rejected_run_names_who_rejected_it_and_what_comes_next(pay_of: PayOf, signed_in) -> None:
    run = pay_of.signed(stages=1)
    reject_pay_run(run=run, reason="扣款漏了", actor=pay_of.user("deputy"), now=NOW)
    stages = stand_of(PayRun.objects.get(pk=run.pk), [], NOW.date()).stages
    assert [(s.label, s.by) for s in stages if s.state == "void"] == [("已退回", "韩冰")]
    assert "重新核算" in text(signed_in(pay_of.cast.deputy).get(page_of(run)))


def test_the_next_signer_is_whoever_holds_the_post_on_the_day(pay_of: PayOf) -> None:
    posting = Posting.objects.get(person=pay_of.cast.person("accountant"))
    posting.to_on = NOW.date() + timedelta(days=30)
    posting.save()
    successor = pay_of.cast.person("tradeadmin")
    Posting.objects.create(person=successor, unit=pay_of.branch, role=Role.CHIEF_ACCOUNTANT, from_on=posting.to_on)
    run = pay_of.reviewed()
    for on, name in ((NOW.date(), "宋玉梅"), (posting.to_on, "冯丽")):
        [current] = [s for s in stand_of(run, [], on).stages if s.state == "current"]
        assert name in current.note and "、" not in current.note


def test_a_second_click_changes_nothing_and_says_so(pay_of: PayOf, signed_in) -> None:
    run = pay_of.reviewed()
    client = signed_in(pay_of.cast.accountant)
    send = {"stage": 1, "seen_digest": run.digest}
    address = reverse("compensation:sign", args=[run.public_id])
    assert [client.post(address, send).status_code for _ in range(2)] == [302, 302]
    assert Signature.objects.count() == 1
    assert "已于" in text(client.get(reverse("compensation:run", args=[run.public_id])))


def test_a_rejection_without_a_reason_keeps_the_page_and_changes_nothing(pay_of: PayOf, signed_in) -> None:
    run = pay_of.reviewed()
    client = signed_in(pay_of.cast.accountant)
    answer = client.post(reverse("compensation:reject", args=[run.public_id]), {"reason": " "})
    run.refresh_from_db()
    assert (answer.status_code, run.state) == (422, PayRun.State.REVIEWED)
    assert "is-invalid" in text(answer)


def test_posting_fields_of_the_run_changes_none_of_them(pay_of: PayOf, signed_in) -> None:
    """T4: nothing but what the form asks for reaches the row."""
    run = pay_of.reviewed()
    send = {
        "stage": 1,
        "seen_digest": run.digest,
        "total": "1",
        "state": "filed",
        "people": 0,
        "branch": 1,
        "version": 9,
    }
    signed_in(pay_of.cast.accountant).post(reverse("compensation:sign", args=[run.public_id]), send)
    before = (run.total, run.people, run.branch_id, run.version)
    run.refresh_from_db()
    assert (run.total, run.people, run.branch_id, run.version) == before and run.state == "signed_1"


def test_a_closed_month_shows_its_lock_and_offers_nothing(pay_of: PayOf, signed_in) -> None:
    run = pay_of.filed()
    shown = text(signed_in(pay_of.cast.clerk).get(page_of(run)))
    assert "关账" in shown and "重新核算" not in shown
    address = reverse("compensation:draft", args=["B1", "2026-10"])
    answer = signed_in(pay_of.cast.clerk).post(address, follow=True)
    assert "本月已关账" in text(answer)


@pytest.mark.clause("D15.a")
def test_the_clerk_accepts_what_she_ticked_as_she_saw_it(pay_of: PayOf, signed_in) -> None:
    pay_of.drafted()
    details = list(BusinessDetail.objects.order_by("pk"))
    client, address = signed_in(pay_of.cast.clerk), reverse("compensation:accept", args=["B1", "2026-10"])
    assert client.post(address, {"seen": [f"{d.public_id}:{d.digest}" for d in details[:2]]}).status_code == 302
    assert BusinessDetail.objects.filter(state="accepted").count() == 2
    stale = {"seen": [f"{details[2].public_id}:{'0' * 64}", "nonsense", "x:y"]}
    assert client.post(address, stale).status_code == 409
    assert BusinessDetail.objects.filter(state="accepted").count() == 2


def test_what_finance_enters_is_checked_at_the_field_and_kept_on_the_page(pay_of: PayOf, signed_in) -> None:
    pay_of.drafted()
    client, of = signed_in(pay_of.cast.clerk), ["B1", "2026-10", "1001"]
    money = dict.fromkeys(("client_cost", "attendance_deduction", "social_insurance", "income_tax"), "0")
    bad = {**money, "complaints": "-1", "coefficient": "0.9", "remark": "记得的话"}
    answer = client.post(reverse("compensation:record_entry", args=of), bad)
    assert answer.status_code == 422 and "记得的话" in text(answer) and not PersonMonth.objects.exists()
    good = {**money, "complaints": "1", "coefficient": "0.9", "reason": "带教新人", "social_insurance": "210.50"}
    assert client.post(reverse("compensation:record_entry", args=of), good).status_code == 302
    assert PersonMonth.objects.get().social_insurance == D("210.50")


@pytest.mark.clause("D15.a")
def test_the_detail_says_who_brought_the_figures_in_and_warns_whoever_reviews_her_own(pay_of: PayOf, signed_in):
    pay_of.drafted()
    address = reverse("compensation:detail", args=["B1", "2026-10"])
    for taker, is_warned in ((pay_of.cast.tradeadmin, False), (pay_of.cast.clerk, True)):
        pay_of.source.taken_by = taker
        pay_of.source.save()
        shown = text(signed_in(pay_of.cast.clerk).get(address))
        assert f"{taker.name}导入" in shown and ("请先请他人核对" in shown) is is_warned


def test_a_reason_without_its_coefficient_is_not_dropped_and_only_what_the_plan_uses_is_asked(pay_of, signed_in):
    pay_of.drafted()
    client, of = signed_in(pay_of.cast.clerk), ["B1", "2026-10", "1001"]
    shown = text(client.get(reverse("compensation:entry", args=of)))
    assert "client_cost" not in shown and "0.5 至 1.2 之间" in shown
    send = {"complaints": 0, "attendance_deduction": 0, "social_insurance": 0, "income_tax": 0, "reason": "带教新人"}
    answer = client.post(reverse("compensation:record_entry", args=of), send)
    assert answer.status_code == 422 and "带教新人" in text(answer) and not PersonMonth.objects.exists()


def test_a_slip_is_the_persons_own_once_filed_and_explains_every_amount(pay_of: PayOf, signed_in) -> None:
    run = pay_of.signed()
    slip = run.slips.get(person=pay_of.cast.person("cm"))
    address = reverse("compensation:slip", args=[slip.public_id])
    assert signed_in(pay_of.cast.cm).get(address).status_code == 404
    from compensation.services.signing import close_month

    close_month(run=run, now=NOW)
    shown = text(signed_in(pay_of.cast.cm).get(address))
    for said in ("5,427.54", "18,867.92", "分档计提", "750.00", "考核薪酬预留", "-731.89", "D17.a"):
        assert said in shown
    assert all(line.lines for line in PayLine.objects.filter(slip=slip))
    for key in ("cm2", "am", "mm", "sibling_clerk"):
        assert signed_in(pay_of.cast.user[key]).get(address).status_code == 404


@pytest.mark.parametrize("name", ["runs", "run", "detail"])
def test_pages_ask_as_often_with_many_people_as_with_few(
    pay_of: PayOf, signed_in, name, django_assert_max_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def address() -> str:
        run = pay_of.drafted()
        if name == "runs":
            return reverse("compensation:runs")
        return page_of(run) if name == "run" else reverse("compensation:detail", args=["B1", "2026-10"])

    client = signed_in(pay_of.cast.clerk)
    client.get(address())
    with CaptureQueriesContext(connection) as few:
        client.get(address_of := address())
    for n, key in enumerate(("accountant", "deputy", "manager", "am", "mm", "am_west", "mm2", "tradeadmin")):
        pay_of.account(key, "100", no=f"8812{n:04}")
    address()
    with django_assert_max_num_queries(len(few) + 0):
        client.get(address_of)
    assert len(few) <= 50


@pytest.mark.clause("D15.b")
def test_a_slip_says_what_is_due_deducted_and_paid_out_and_shows_its_parts(pay_of: PayOf, signed_in) -> None:
    record_person_month(
        branch=pay_of.branch, month=pay_of.month, person=pay_of.cast.person("cm"), actor=pay_of.user("clerk"), now=NOW,
        social_insurance=Decimal("500"), income_tax=Decimal("20"),
    )  # fmt: skip
    slip = pay_of.drafted().slips.get(person=pay_of.cast.person("cm"))
    page = text(signed_in(pay_of.cast.clerk).get(reverse("compensation:slip", args=[slip.public_id])))
    parts = parts_of(slip.pay_lines.all())
    assert (parts.due + parts.deducted, parts.deducted) == (slip.total, Decimal(-520))
    assert sum((Decimal(part["width"]) for part in parts.shown), Decimal(0)).quantize(Decimal(1)) == 100
    for said in ("应发", "扣款", "实发", "-520.00", "构成"):
        assert said in page, said
    assert "D15.a" not in page.split("判定依据")[0]


def test_a_run_prints_on_a4_landscape_with_every_column_and_without_what_is_for_the_screen(pay_of, signed_in) -> None:
    run = pay_of.reviewed()
    page = signed_in(pay_of.cast.accountant).get(reverse("compensation:run", args=[run.public_id])).content.decode()
    assert "print-wide" in page and 'class="card section off-paper" aria-labelledby="decide"' in page
    paper = (settings.BASE_DIR / "static/css/app.css").read_text().split("@page wide")[1].split("\n}\n")[0]
    for said in ("A4 landscape", ".skip-link", ".off-paper", "table-cell !important"):
        assert said in paper, said


def test_a_digest_with_a_nul_in_it_is_another_digest(pay_of: PayOf, signed_in) -> None:
    run = pay_of.drafted()
    pay_of.accepted()
    address, client = reverse("compensation:review", args=[run.public_id]), signed_in(pay_of.cast.clerk)
    assert client.post(address, {"seen_digest": f"{run.digest}\0"}).status_code == 409
    run.refresh_from_db()
    assert run.state == PayRun.State.DRAFT
