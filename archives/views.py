"""The archive: what is filed, one document, its file."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from archives import services
from archives.filters import DocumentFilter
from archives.models import Document
from archives.selectors import is_unchanged
from compensation.models import PayRun, Stage
from compensation.services import PayRefused
from teams.authority import Power

PER_PAGE = 40
TYPES = {
    Document.Format.PDF: "application/pdf",
    Document.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
def documents(request: AuthedRequest) -> HttpResponse:
    if not request.user.authority.paths(Power.SEE_PAY, Power.SEE_FILED_PAY):
        raise PermissionDenied
    seen = Document.objects.visible_to(request.user).select_related("unit").order_by("-month", "unit__code", "format")
    found = DocumentFilter(request.GET, queryset=seen)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "archives/documents.html", {"page": page, "filter": found})


@require_safe
def document(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    return show(request, seen(request, public_id))


def seen(request: AuthedRequest, public_id: UUID) -> Document:
    found = Document.objects.visible_to(request.user).select_related("unit", "run__branch", "created_by")
    return get_object_or_404(found, public_id=public_id)


def show(request: AuthedRequest, document: Document, *, status: int = 200) -> HttpResponse:
    run = document.run
    context = {
        "document": document,
        "is_unchanged": is_unchanged(document),
        "signatures": run.signatures.standing().order_by("stage") if run else [],
        "others": Document.objects.filter(run=run).exclude(pk=document.pk) if run else [],
        "may_open_run": run is not None and PayRun.objects.visible_to(request.user).filter(pk=run.pk).exists(),
    }
    return render(request, "archives/document.html", context, status=status)


@require_safe
def download(request: AuthedRequest, public_id: UUID) -> HttpResponseBase:
    """The file itself, inert in a browser; a file that is not what was filed is not handed out."""
    document = seen(request, public_id)
    if not is_unchanged(document):
        return show(request, document, status=409)
    answer = FileResponse(
        document.file.open(),
        as_attachment=True,
        filename=document.file_name,
        content_type=TYPES[Document.Format(document.format)],
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def file_run(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    """File a signed run at once, for whoever does not want to wait for the schedule."""
    run = get_object_or_404(PayRun.objects.visible_to(request.user), public_id=public_id)
    powers = [Power.DRAFT_PAY, *(stage.power for stage in Stage)]
    if not any(request.user.authority.may(power, run.branch.path) for power in powers):
        raise PermissionDenied
    try:
        services.file_pay_run(run=run, actor=request.user, now=timezone.now())
    except PayRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Filed. The month is closed and head office has been told."))
    return redirect("compensation:run", run.public_id)
