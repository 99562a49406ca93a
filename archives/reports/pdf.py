"""The pay report as a PDF: a fixed Typst document that reads its content as data."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from archives.reports.content import MONEY, RATE, Cell, PayReport
from core import pdf as core_pdf

SOURCE = Path(__file__).with_name("pay_report.typ")


def as_pdf(report: PayReport) -> bytes:
    """The report as a PDF file; same report, same bytes."""
    return core_pdf.as_pdf(SOURCE, "report.json", _content(report))


def _content(report: PayReport) -> dict[str, object]:
    kinds = [column.kind for column in report.columns]
    month, number = _("Month"), _("Report no.")
    return {
        "lang": "zh" if (get_language() or "").startswith("zh") else "en",
        "heading": f"{report.firm} {report.branch} {report.title}".strip(),
        "subheading": f"{number} {report.number}　　{month} {report.month}　　{report.plan}　　{report.approval}",
        "unit": report.unit,
        "in_words": report.in_words,
        "titles": [column.title for column in report.columns],
        "widths": [column.weight for column in report.columns],
        "numeric": [kind in (MONEY, RATE) for kind in kinds],
        "rows": [[_shown(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in report.rows],
        "totals": [_shown(value, kind) for value, kind in zip(report.totals, kinds, strict=True)],
        "signatures": [{"capacity": s.capacity, "name": s.name, "at": s.at} for s in report.signatures],
        "digest_label": _("Digest of the signed content (SHA-256)"),
        "digest": report.digest,
        "note": _("Signed electronically, one after the other, on exactly this content (version %(version)s).")
        % {"version": report.version},
    }


def _shown(value: Cell, kind: str) -> str:
    if value is None or value == "":
        return ""
    if kind == MONEY and isinstance(value, Decimal):
        return "" if value == 0 else number_format(value, 2, use_l10n=True, force_grouping=True)
    return format(value.quantize(Decimal("0.0001")), "f") if isinstance(value, Decimal) else str(value)
