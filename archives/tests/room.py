"""The addresses of archives, who gets what there, and one of each thing to get."""

from __future__ import annotations

from datetime import date
from typing import Any

from archives.models import Document
from archives.services import file_pay_run
from compensation.tests.month import NOW
from compensation.tests.room import pay_in
from tests.access.lines import page, part, thing, verb
from tests.access.people import OTHER_PAY, PAY
from tests.cast import Cast

LINES = [
    page("archives:documents", f"{PAY} {OTHER_PAY} office"),
    page("archives:document", f"{PAY} office", of="document"),
    part("documents:download", f"{PAY} office", of="stored_file"),
    verb("archives:file_run", "clerk accountant deputy manager", of="signed_run", sees="auditor"),
]


@thing("signed_run")
def signed_run(cast: Cast) -> dict[str, Any]:
    return {"public_id": pay_in(cast, 4).signed().public_id}


@thing("document")
def document(cast: Cast) -> dict[str, Any]:
    return {"public_id": file_pay_run(run=pay_in(cast, 3).signed(), now=NOW).public_id}


@thing("stored_file")
def stored_file(cast: Cast) -> dict[str, Any]:
    filed = Document.objects.filter(month=date(2026, 3, 1)).first() or file_pay_run(
        run=pay_in(cast, 3).signed(), now=NOW
    )
    return {"public_id": filed.files.get(format="pdf").public_id}
