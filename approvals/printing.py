"""The opinion sheet as a PDF (rule 12): every opinion with post, name, time, round and version, those not needed too."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from approvals.models import Request
from approvals.selectors.sheet import Opinion, rounds_of
from core import pdf as core_pdf
from core.templatetags.components import shown

SOURCE = Path(__file__).with_name("sheet.typ")


def as_pdf(request: Request, *, by: str, at: datetime) -> bytes:
    """The sheet of a request read with `inbox.as_read`; same request, same bytes but for its last line."""
    return core_pdf.as_pdf(SOURCE, "sheet.json", _content(request, by, at))


def _content(request: Request, by: str, at: datetime) -> dict[str, object]:
    author = request.author.name if request.author else ""
    facts = [
        [_("Request no."), request.number, _("State"), request.get_state_display()],
        [_("Unit"), request.unit.name, _("Author"), author],
        [_("Submitted"), shown(request.submitted_at), _("Version"), str(request.version)],
    ]
    if request.paper_ref:
        facts.append([_("Approval document"), request.paper_ref, _("Approved by"), request.paper_by])
    return {
        "lang": "zh" if (get_language() or "").startswith("zh") else "en",
        "heading": _("Opinion sheet"),
        "title": request.title,
        "facts": facts,
        "titles": [_("Post"), _("Name"), _("Opinion"), _("Remark"), _("Time"), _("Version")],
        "rounds": [
            {
                "heading": " · ".join(filter(None, (_("Round %(number)s") % {"number": one.number}, one.stage, one.result))),
                "rows": [_row(each) for each in one.opinions],
            }
            for one in reversed(rounds_of(request))
        ],
        "digest_label": _("Digest of the content (SHA-256)"),
        "digest": request.digest,
        "note": _("Taken by %(by)s, %(at)s") % {"by": by, "at": shown(at)},
    }  # fmt: skip


def _row(each: Opinion) -> list[str]:
    version = "" if each.version is None else str(each.version)
    if each.old:
        version = _("%(version)s (older)") % {"version": version}
    return [each.post, each.name, each.outcome, each.remark, shown(each.at) if each.at else "", version]
