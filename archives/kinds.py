from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from documents.registry import PAPER, SHEET, FileKind, declare_kind
from teams.authority import Power

PAY_REPORT = declare_kind(
    FileKind(
        code="pay_report",
        title=_("monthly pay report"),
        accepts=PAPER | SHEET,
        by=(Power.SEE_PAY, Power.SEE_FILED_PAY),
        retention="20y",
        confidentiality="pay",
        is_authors=False,
    )
)
