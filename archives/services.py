"""Filing: the step from a signed run to a record that never changes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from archives import texts
from archives.models import Document
from archives.reports import as_pdf, as_workbook, pay_report
from archives.selectors import runs_to_file
from compensation.models import PayRun
from compensation.services import ContentChanged, PayRefused, close_month, look_again
from core.clock import day_of
from messaging.models import Channel
from messaging.services import Draft, post
from teams.models import Function
from teams.selectors import head_office

UNFIT_FOR_FILES = re.compile(r'[\x00-\x1f/\\:*?"<>|]+')
LANGUAGE = "zh-hans"  # of the filed paper; the pages around it speak the reader's


def file_pay_run(*, run: PayRun, now: datetime, actor: User | None = None) -> list[Document]:
    """File a run that has its three signatures: report as workbook and PDF with checksums, month closed, head office
    told (D15.b). Raises `OutOfOrder` for any other run and `ContentChanged` when rows or facts are not what was signed:
    then the signatures are void and those concerned are told.

    Filing a run that is filed already gives its documents and does nothing.
    """
    run = PayRun.objects.select_related("branch", "plan__plan", "drafted_by", "reviewed_by").get(pk=run.pk)
    if run.is_filed:
        return list(run.documents.all())
    written: list[Document] = []
    try:
        with transaction.atomic():
            close_month(run=run, now=now, actor=actor)
            with translation.override(LANGUAGE):
                for document in _documents(run, now, actor):
                    written.append(document)
            _tell_head_office(run, now)
    except ContentChanged:
        look_again(branch=run.branch, month=run.period, now=now)
        raise
    except BaseException:
        for document in written:  # the rows are rolled back; their files go too
            document.file.delete(save=False)
        raise
    return written


def _documents(run: PayRun, now: datetime, actor: User | None) -> Iterator[Document]:
    report = pay_report(run)
    title = f"{run.branch.name} {run.period.code} {report.title}"
    for form, content in ((Document.Format.PDF, as_pdf(report)), (Document.Format.XLSX, as_workbook(report))):
        document = Document(
            kind=Document.Kind.PAY_REPORT,
            format=form,
            title=title,
            unit=run.branch,
            month=run.month,
            run=run,
            file_name=f"{UNFIT_FOR_FILES.sub('-', title)}.{form}",
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            created_by=actor,
            created_at=now,
        )
        document.file.save(document.file_name, ContentFile(content), save=False)
        yield document  # from here on the caller knows of the file, should anything fail
        document.save()


def _tell_head_office(run: PayRun, now: datetime) -> None:
    post(
        [
            Draft(
                rule=f"{texts.REPORT_FILED}:{run.public_id.hex}",
                business_date=day_of(now),
                recipient_id=user.pk,
                channel=Channel.IN_APP,
                text=texts.REPORT_FILED,
                values={"branch": run.branch.name, "month": run.period.code},
                link=f"{reverse('archives:documents')}?unit={run.branch.code}&month={run.period.code}",
            )
            for user in head_office(Function.GENERAL_OFFICE, day_of(now))
        ],
        now=now,
    )


def file_signed_runs(*, now: datetime) -> int:
    """File what is signed and was not filed yet; how many. A run that cannot be filed does not hold up the others."""
    filed = 0
    for run in runs_to_file():
        try:
            file_pay_run(run=run, now=now)
            filed += 1
        except PayRefused:
            continue
    return filed
