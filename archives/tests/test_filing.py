"""From the third signature to a record that never changes."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from archives.models import Document
from archives.reports import as_pdf, pay_report
from archives.services import file_pay_run, file_signed_runs
from archives.verification import filed_runs_have_their_report
from compensation.models import BusinessDetail, PayLine, PayMonth, PayRun, PaySlip, PersonMonth, Signature
from compensation.services.detail import build_detail
from compensation.services.drafting import draft_pay_run
from compensation.services.entries import record_person_month
from compensation.services.refusals import ContentChanged, OutOfOrder, PayMonthClosed
from compensation.services.signing import review_pay_run, sign_pay_run
from compensation.tests.month import NOW, OCTOBER, SIGNERS, PayOf
from compensation.verification import closed_months_have_a_filed_run, signatures_match_the_content
from core.money import in_capitals
from documents.models import StoredFile
from documents.verification import files_are_as_stored
from messaging.models import Message
from teams.models import Person

D = Decimal


def filed(run: PayRun, form: str) -> StoredFile:
    stored: StoredFile = run.documents.get().files.get(format=form)
    return stored


def workbook_of(run: PayRun):
    return load_workbook(io.BytesIO(filed(run, "xlsx").file.open().read())).active


@pytest.mark.clause("D15.b")
def test_after_the_third_signature_the_report_is_filed_and_head_office_told(pay_of: PayOf) -> None:
    run = pay_of.signed()
    assert file_signed_runs(now=NOW) == 1
    run.refresh_from_db()
    assert run.state == PayRun.State.FILED
    assert PayMonth.objects.get(branch=pay_of.branch).closed_at == NOW
    assert {stored.format for stored in run.documents.get().files.all()} == {"pdf", "xlsx"}
    told = Message.objects.get(text="archives.report_filed")
    assert told.recipient == pay_of.cast.office and str(run.total) not in told.body
    slips = Message.objects.filter(text="compensation.slip_ready")
    assert {m.recipient.name for m in slips} == set(run.slips.values_list("name", flat=True))
    assert file_signed_runs(now=NOW) == 0
    assert file_pay_run(run=run, now=NOW) == Document.objects.get(), "one row a report"


@pytest.mark.clause("D15.b")
def test_the_filed_workbook_holds_form_3_with_totals_signatures_and_no_formula(pay_of: PayOf) -> None:
    cm = pay_of.cast.cm
    cm.name = "=1+1"
    cm.save()
    run = pay_of.signed()
    file_pay_run(run=run, now=NOW)
    sheet = workbook_of(run)
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    header = [cell.value for cell in sheet[4]]
    for title in (
        "姓名",
        "底薪",
        "佣金收入",
        "净佣金",
        "增值税及附加",
        "提成基数",
        "提成",
        "合规系数",
        "考勤扣款",
        "产品奖励",
        "社会保险",
        "个人所得税",
        "实发合计",
        "备注",
    ):
        assert title in header, header
    assert sheet["A1"].value == "和信证券 人民路营业部 客户经理薪酬月报表" and "编号 B1-202610" in sheet["A2"].value
    first = dict(zip(header, [cell.value for cell in sheet[5]], strict=True))
    assert (first["姓名"], first["提成"], first["提成基数"]) == ("=1+1", 3659.43, 18637.73)
    total = dict(zip(header, [cell.value for cell in sheet[5 + run.people]], strict=True))["实发合计"]
    assert D(str(total)) == run.total
    texts = {str(cell.value) for cell in cells}
    assert {"主办会计", "营业部副经理", "营业部经理"} <= texts
    assert any(run.digest in text for text in texts)


@pytest.mark.clause("D15.b")
def test_the_filed_pdf_says_the_same_in_chinese(pay_of: PayOf) -> None:
    run = pay_of.signed()
    file_pay_run(run=run, now=NOW)
    content = filed(run, "pdf").file.open().read()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    for shown in ("林小雨", "3,659.43", "宋玉梅", "韩冰", "唐建国", run.digest):
        assert shown in text


def test_what_people_are_called_is_data_to_the_pdf_never_markup(pay_of: PayOf) -> None:
    cm = pay_of.cast.cm
    cm.name = '#read("/etc/passwd") $x$ *b* \\'
    cm.save()
    report = pay_report(pay_of.signed())
    text = PdfReader(io.BytesIO(as_pdf(report))).pages[0].extract_text()
    assert "root:" not in text and "#read" in text.replace("\n", "")


def test_the_same_report_gives_the_same_bytes(pay_of: PayOf) -> None:
    report = pay_report(pay_of.signed())
    assert as_pdf(report) == as_pdf(report)


def test_a_run_without_three_signatures_is_not_filed(pay_of: PayOf) -> None:
    run = pay_of.signed(stages=2)
    with pytest.raises(OutOfOrder):
        file_pay_run(run=run, now=NOW)
    with pytest.raises(IntegrityError, match="does not go"), transaction.atomic():
        PayRun.objects.filter(pk=run.pk).update(state="filed", filed_at=NOW)
    assert not Document.objects.exists() and PayMonth.objects.filter(closed_at=None).count() == 1


def test_the_database_files_nothing_that_was_signed_otherwise(pay_of: PayOf) -> None:
    run = pay_of.signed()
    Signature.objects.filter(run=run, stage=2).update(digest="0" * 64)
    with pytest.raises(OutOfOrder):
        file_pay_run(run=run, now=NOW)


def test_rows_touched_after_the_last_signature_are_not_filed(pay_of: PayOf) -> None:
    run = pay_of.signed()
    PayLine.objects.filter(run=run, component="commission").update(amount=D("1"))
    with pytest.raises(ContentChanged):
        file_pay_run(run=run, now=NOW)
    assert not Document.objects.exists() and not PayMonth.objects.filter(closed_at__isnull=False)


@pytest.mark.clause("D15.b")
def test_figures_that_came_after_the_last_signature_void_it_instead_of_being_filed_over(pay_of: PayOf) -> None:
    run = pay_of.signed()
    pay_of.account("cm2", "777", no="88000777")
    with pytest.raises(ContentChanged):
        file_pay_run(run=run, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.version) == (PayRun.State.DRAFT, 2) and not run.signatures.standing().exists()
    assert not Document.objects.exists() and not PayMonth.objects.filter(closed_at__isnull=False)
    assert Message.objects.filter(text="compensation.signatures_void").exists()


# --- a closed month ----------------------------------------------------------------------------------------------------
def raw(statement: str):
    def write(run: PayRun) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return write


def saved(model, **values):
    def write(run: PayRun) -> None:
        row = model.objects.order_by("pk").first()
        for name, value in values.items():
            setattr(row, name, value)
        row.save()

    return write


def moved_in(run: PayRun) -> None:
    """A detail of another month whose date is moved into the closed one."""
    detail = BusinessDetail.objects.filter(month=OCTOBER.next().first).first()
    assert detail
    BusinessDetail.objects.filter(pk=detail.pk).update(month=OCTOBER.first, person=Person.objects.latest("pk"))


WRITES = {
    "a line saved": saved(PayLine, amount=D("1")),
    "lines updated": lambda run: PayLine.objects.update(amount=D("1")),
    "lines updated in bulk": lambda run: PayLine.objects.bulk_update([PayLine(pk=PayLine.objects.earliest("pk").pk, amount=D("1"))], ["amount"]),
    "a line deleted": lambda run: PayLine.objects.earliest("pk").delete(),
    "a line added": lambda run: PayLine.objects.bulk_create(
        [PayLine(run=run, slip=run.slips.all()[0], position=99, component="x", amount=D("1"), clause="D15.b")]
    ),
    "a slip saved": saved(PaySlip, total=D("1")),
    "the run updated": lambda run: PayRun.objects.update(total=D("1")),
    "the run deleted": raw("DELETE FROM compensation_payrun"),
    "a signature voided": lambda run: Signature.objects.update(voided_at=NOW, void_reason="x"),
    "a signature deleted": raw("DELETE FROM compensation_signature"),
    "a detail saved": saved(BusinessDetail, gross_commission=D("1")),
    "a detail moved out": lambda run: BusinessDetail.objects.filter(month=OCTOBER.first).update(month=OCTOBER.previous().first),
    "a detail moved in": moved_in,
    "an entry added": lambda run: PersonMonth.objects.create(
        branch=run.branch, month=run.month, person=Person.objects.earliest("pk"), entered_by_id=1, entered_at=NOW
    ),
    "raw SQL on lines": raw("UPDATE compensation_payline SET amount = 1"),
    "raw SQL on slips": raw("DELETE FROM compensation_payslip"),
    "the month reopened": lambda run: PayMonth.objects.update(closed_at=None),
    "the month removed": raw("DELETE FROM compensation_paymonth WHERE closed_at IS NOT NULL"),
}  # fmt: skip


@pytest.mark.budget(2)
@pytest.mark.clause("D15.b")
def test_a_closed_month_does_not_change_by_any_path(pay_of: PayOf) -> None:
    """One month, tried in every way: what is refused leaves it as it was for the next."""
    run = pay_of.signed()
    file_pay_run(run=run, now=NOW)
    run.refresh_from_db()
    pay_of.month = OCTOBER.next()
    pay_of.account("cm", "10", no="88000001")
    build_detail(branch=pay_of.branch, month=OCTOBER.next(), now=NOW)
    before = as_it_stands()
    for way, write in WRITES.items():
        refused = False
        try:
            with transaction.atomic():
                write(run)
        except IntegrityError as reason:
            refused = "closed" in str(reason)
        assert refused and as_it_stands() == before, way


def as_it_stands() -> list[list[Any]]:
    return [list(model.objects.order_by("pk").values()) for model in (PayLine, PaySlip, Signature)]


def test_services_say_in_words_that_the_month_is_closed(pay_of: PayOf) -> None:
    file_pay_run(run=pay_of.signed(), now=NOW)
    with pytest.raises(PayMonthClosed):
        pay_of.drafted()
    with pytest.raises(PayMonthClosed):
        record_person_month(
            branch=pay_of.branch, month=OCTOBER, person=pay_of.cast.person("cm"), actor=pay_of.user("clerk"), now=NOW
        )


# --- verification ------------------------------------------------------------------------------------------------------
def test_verification_is_silent_while_all_is_well_and_names_what_is_not(pay_of: PayOf) -> None:
    run = pay_of.signed()
    file_pay_run(run=run, now=NOW)
    every = (
        files_are_as_stored,
        filed_runs_have_their_report,
        signatures_match_the_content,
        closed_months_have_a_filed_run,
    )
    assert [finding for check in every for finding in check()] == []
    document = filed(run, "pdf")
    document.file.storage.delete(str(document.file.name))
    assert [f.row for f in files_are_as_stored()] == [f"documents_storedfile {document.pk}"]
    with connection.cursor() as cursor:  # somebody with power over the database switches the guards off
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE compensation_payline SET amount = amount + 1 WHERE component = 'commission'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert [f.row for f in signatures_match_the_content()] == [f"compensation_payrun {run.pk}"]


# --- pages -------------------------------------------------------------------------------------------------------------
@pytest.mark.budget(1)
def test_a_download_is_inert_and_only_for_those_who_may(pay_of: PayOf, signed_in) -> None:
    run = pay_of.signed()
    file_pay_run(run=run, now=NOW)
    document = filed(run, "pdf")
    address = reverse("documents:download", args=[document.public_id])
    answer = signed_in(pay_of.cast.office).get(address)
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"%PDF") and len(content) == document.size
    assert answer["Content-Disposition"].startswith("attachment")
    assert quote("2026-10 客户经理薪酬月报表.pdf") in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    for key in ("cm", "mm", "sibling_accountant", "outsider_manager", "regional"):
        assert signed_in(pay_of.cast.user[key]).get(address).status_code == 404
    place = str(document.file.name)
    assert document.sha256 not in place and document.file_name not in place


def test_who_keeps_reports_finds_the_plan_named_and_no_link_to_what_is_not_hers(pay_of: PayOf, signed_in) -> None:
    run = pay_of.signed()
    file_pay_run(run=run, now=NOW)
    address = reverse("compensation:run", args=[run.public_id])
    for key, links in (("office", 0), ("clerk", 1)):
        page = signed_in(pay_of.cast.user[key]).get(address).content.decode()
        assert (
            run.plan.plan.name in page and page.count('href="/pay/plans/') - page.count('href="/pay/plans/"') == links
        )


def test_a_file_that_was_changed_is_not_handed_out(pay_of: PayOf, signed_in) -> None:
    run = pay_of.signed()
    file_pay_run(run=run, now=NOW)
    document = filed(run, "xlsx")
    with document.file.storage.open(str(document.file.name), "wb") as file:
        file.write(b"something else")
    answer = signed_in(pay_of.cast.office).get(reverse("documents:download", args=[document.public_id]))
    assert answer.status_code == 409 and "不一致" in answer.content.decode()


@pytest.mark.clause("D15.b")
def test_the_paper_names_its_unit_the_total_in_capitals_and_who_prepared_it(pay_of: PayOf) -> None:
    pay_of.drafted()
    pay_of.account("cm2", "100", no="88000900")
    look_again = draft_pay_run(branch=pay_of.branch, month=OCTOBER, now=NOW)  # by the schedule: nobody's name
    assert look_again.drafted_by is None
    pay_of.accepted()
    run = review_pay_run(run=look_again, actor=pay_of.user("clerk"), seen_digest=look_again.digest, now=NOW)
    for stage, key in SIGNERS.items():
        sign_pay_run(run=run, stage=stage, actor=pay_of.user(key), seen_digest=run.digest, now=NOW)
    run.refresh_from_db()
    file_pay_run(run=run, now=NOW)
    cells = [str(cell.value) for row in workbook_of(run).iter_rows() for cell in row if cell.value is not None]
    paper = PdfReader(filed(run, "pdf").file.open()).pages[0].extract_text()
    for said in ("单位：元", in_capitals(run.total), "许静"):
        assert any(said in cell for cell in cells) and said in paper.replace("\n", ""), said
