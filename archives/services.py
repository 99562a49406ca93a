"""Filing: the step from a signed run to a record that never changes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from archives import kinds, texts
from archives.models import Document
from archives.reports import as_pdf, as_workbook, pay_report
from archives.selectors import runs_to_file
from compensation.models import PayRun
from compensation.services.drafting import look_again
from compensation.services.refusals import ContentChanged
from compensation.services.signing import close_month
from core.clock import day_of
from core.refusals import NotDone
from documents.models import StoredFile
from documents.services import keep
from messaging.telling import tell
from teams.models import Function
from teams.selectors.posts import head_office

LANGUAGE = "zh-hans"  # of the filed paper; the pages around it speak the reader's


def file_pay_run(*, run: PayRun, now: datetime, actor: User | None = None) -> Document:
    """File a run that has its three signatures: report as workbook and PDF with checksums, month closed, head office
    told (D15.b). Raises `OutOfOrder` for any other run and `ContentChanged` when rows or facts are not what was signed:
    then the signatures are void and those concerned are told.

    Filing a run that is filed already gives its document and does nothing.
    """
    run = PayRun.objects.select_related("branch", "plan__plan", "drafted_by", "reviewed_by").get(pk=run.pk)
    if run.is_filed:
        return run.documents.get()
    written: list[StoredFile] = []
    try:
        with transaction.atomic():
            close_month(run=run, now=now, actor=actor)
            with translation.override(LANGUAGE):
                document = _written(run, now, actor, written)
            _tell_head_office(run, now)
    except ContentChanged:
        look_again(branch=run.branch, month=run.period, now=now)
        raise
    except BaseException:
        for stored in written:  # the rows are rolled back; their files go too
            stored.file.delete(save=False)
        raise
    return document


def _written(run: PayRun, now: datetime, actor: User | None, written: list[StoredFile]) -> Document:
    """The report as a record with its two files; `written` knows of each file, should anything fail."""
    report = pay_report(run)
    title = f"{run.branch.name} {run.period.code} {report.title}"
    document = Document.objects.create(
        kind=Document.Kind.PAY_REPORT, title=title, unit=run.branch, month=run.month, run=run, created_by=actor, created_at=now,
    )  # fmt: skip
    for form, content in (("pdf", as_pdf(report)), ("xlsx", as_workbook(report))):
        written.append(
            keep(
                kind=kinds.PAY_REPORT, about=document, unit=run.branch, content=content, form=form, title=title,
                actor=actor, now=now, month=run.month,
            )
        )  # fmt: skip
    return document


def _tell_head_office(run: PayRun, now: datetime) -> None:
    tell(
        head_office(Function.GENERAL_OFFICE, day_of(now)),
        texts.REPORT_FILED,
        about=run,
        now=now,
        link=f"{reverse('archives:documents')}?unit={run.branch.code}&month={run.period.code}",
        branch=run.branch.name,
        month=run.period.code,
    )


def file_signed_runs(*, now: datetime) -> int:
    """File what is signed and was not filed yet; how many. A run that cannot be filed does not hold up the others."""
    filed = 0
    for run in runs_to_file():
        try:
            file_pay_run(run=run, now=now)
            filed += 1
        except NotDone:
            continue
    return filed
