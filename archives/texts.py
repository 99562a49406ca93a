from __future__ import annotations

from core.explain import N_
from messaging.registry import declare_text

REPORT_FILED = "archives.report_filed"

declare_text(
    REPORT_FILED,
    subject=N_("Pay report %(month)s of %(branch)s has been filed"),
    body=N_("The pay report of %(branch)s for %(month)s has its three signatures and is kept in the archive."),
)
