"""Does what was filed still lie there unchanged?"""

from __future__ import annotations

from collections.abc import Iterator

from archives.models import Document
from archives.selectors import sha256_of
from compensation.models import PayRun
from core.verification import Finding, check


@check("filed documents")
def documents_are_as_filed() -> Iterator[Finding]:
    """Every document's file is there, with the checksum it was filed with."""
    for document in Document.objects.order_by("pk").iterator():
        found = sha256_of(document)
        if found is None:
            yield Finding(f"archives_document {document.pk}", "its file is gone")
        elif found != document.sha256:
            yield Finding(f"archives_document {document.pk}", "its file was changed after filing")


@check("filed reports")
def filed_runs_have_their_report() -> Iterator[Finding]:
    """Every filed run has its report in both formats."""
    for run in PayRun.objects.filter(state=PayRun.State.FILED).prefetch_related("documents").order_by("pk"):
        missing = set(Document.Format.values) - {document.format for document in run.documents.all()}
        if missing:
            yield Finding(f"compensation_payrun {run.pk}", f"filed without {', '.join(sorted(missing))}")
