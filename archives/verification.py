"""Is everything filed that should be? That the files are as stored is asked of all files together."""

from __future__ import annotations

from collections.abc import Iterator

from archives.models import Document
from compensation.models import PayRun
from core.verification import Finding, check
from documents.models import StoredFile

FORMATS = {StoredFile.Format.PDF, StoredFile.Format.XLSX}


@check("filed reports")
def filed_runs_have_their_report() -> Iterator[Finding]:
    """Every filed run has its report in both formats."""
    there: dict[int | None, set[str]] = {}
    for document in Document.objects.filter(kind=Document.Kind.PAY_REPORT).prefetch_related("files"):
        there[document.run_id] = {stored.format for stored in document.files.all()}
    for run in PayRun.objects.filter(state=PayRun.State.FILED).order_by("pk"):
        if missing := FORMATS - there.get(run.pk, set()):
            yield Finding(f"compensation_payrun {run.pk}", f"filed without {', '.join(sorted(missing))}")
