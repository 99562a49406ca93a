"""The archive: what is filed, and one document with its files."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from archives import services
from archives.filters import DocumentFilter
from archives.models import Document
from archives.selectors import filed_files
from compensation.models import PayRun, Stage
from core.answers import back_to, carried_out
from teams.authority import Power
from teams.reach import needs, reach

PER_PAGE = 40


@require_safe
@needs(Power.SEE_PAY, Power.SEE_FILED_PAY)
def documents(request: AuthedRequest) -> HttpResponse:
    seen = Document.objects.visible_to(request.user).select_related("unit").prefetch_related("files")
    found = DocumentFilter(request.GET, queryset=seen)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "archives/documents.html", {"page": page, "filter": found})


@require_safe
def document(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    one = reach(request, Document.objects.select_related("unit", "run__branch", "created_by"), public_id)
    files = filed_files(one)
    context = {
        "document": one,
        "files": files,
        "is_unchanged": bool(files) and all(filed.is_unchanged for filed in files),
        "signatures": one.run.signatures.standing().order_by("stage") if one.run else [],
        "may_open_run": one.run is not None and PayRun.objects.visible_to(request.user).filter(pk=one.run.pk).exists(),
    }
    return render(request, "archives/document.html", context)


@require_POST
def file_run(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    """File a signed run at once, for whoever does not want to wait for the schedule."""
    powers = (Power.DRAFT_PAY, *(stage.power for stage in Stage))
    run = reach(request, PayRun.objects.select_related("branch"), public_id, *powers, at="branch")
    return carried_out(
        request,
        None,
        lambda _sent: services.file_pay_run(run=run, actor=request.user, now=timezone.now()),
        again=back_to(request, "compensation:run", run.public_id),
        then=("compensation:run", run.public_id),
        says=_("Filed. The month is closed and head office has been told."),
    )
