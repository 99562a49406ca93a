from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from core.periods import Period
from core.tables import Refusal
from crm import selectors, services
from crm.forms import UploadForm
from crm.models import Import, Kind
from crm.services import sheets
from teams.authority import Power
from teams.models import Unit, UnitKind

PAGE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def for_importers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """403 for who may not import anywhere."""

    @wraps(view)
    def guarded(request: AuthedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.authority.may(Power.IMPORT_CRM):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def import_in_scope(request: AuthedRequest, public_id: UUID) -> Import:
    """404 out of sight, 403 in sight without the power."""
    seen = Import.objects.visible_to(request.user).select_related("unit", "checked_by", "taken_by", "reverted_by")
    imported = get_object_or_404(seen, public_id=public_id)
    if not request.user.authority.may(Power.IMPORT_CRM, imported.unit.path):
        raise PermissionDenied
    return imported


def list_page(request: AuthedRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    """The imports one may see, the days whose openings have arrived, and the form for the next file."""
    today = timezone.localdate()
    unit = Unit.objects.filter(path__in=request.user.authority.paths(Power.IMPORT_CRM)).first()
    lately = Period.between(today - timedelta(days=6), today)
    known = selectors.known_days(lately, within=unit) if unit else {}
    found = Import.objects.importable_by(request.user).select_related("unit", "checked_by", "taken_by", "reverted_by")
    context = {
        "form": form,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "days": [(day, known.get(day)) for day in lately.days()],
        "kinds": Kind.choices,
    }
    return render(request, "crm/imports.html", context, status=status)


@require_safe
@for_importers
def imports(request: AuthedRequest) -> HttpResponse:
    return list_page(request, UploadForm(user=request.user, today=timezone.localdate()))


@require_POST
@for_importers
def upload(request: AuthedRequest) -> HttpResponse:
    now = timezone.now()
    form = UploadForm(request.POST, request.FILES, user=request.user, today=timezone.localdate(now))
    if not form.is_valid():
        return list_page(request, form, status=422)
    sent = form.cleaned_data["file"]
    with services.received(sent.chunks(), sent.name) as path:
        asked = services.Asked(
            kind=form.cleaned_data["kind"],
            path=path,
            name=sent.name,
            unit=form.cleaned_data["unit"],
            today=timezone.localdate(now),
            covers=form.covers,
            limits=services.PAGE_LIMITS,
        )
        imported = services.check_file(asked=asked, actor=request.user, now=now)
    return redirect("crm:import", imported.public_id)


@require_safe
def show_import(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    imported = import_in_scope(request, public_id)
    taken = imported.state == Import.State.TAKEN
    context = {
        "import": imported,
        "stages": stages(imported),
        "figures": figures(imported),
        "warnings": imported.warnings,
        "reasons_to_keep": services.reasons_to_keep(imported) if taken else [],
        "totals": [(sheets.LABELS[name], amount) for name, amount in imported.notes.get("totals", {}).items()],
    }
    return render(request, "crm/import.html", context)


def figures(imported: Import) -> list[tuple[str, int]]:
    written = imported.taken_at is not None
    return [
        (_("Rows"), imported.rows),
        (_("Accepted"), imported.accepted),
        (_("Refused"), imported.refused),
        (_("Added") if written else _("Would be added"), imported.created),
        (_("Changed") if written else _("Would be changed"), imported.updated),
        (_("Unchanged"), imported.unchanged),
    ]


def stages(imported: Import) -> list[dict[str, Any]]:
    """Where an import stands, for the status bar."""
    state = imported.state
    checked = {"label": _("Checked"), "state": "done", "by": imported.checked_by, "at": imported.checked_at}
    if state == Import.State.REFUSED:
        return [checked, {"label": _("Refused"), "state": "void", "note": _("nothing was written")}]
    taken = {"label": _("Taken"), "state": "done", "by": imported.taken_by, "at": imported.taken_at}
    if state == Import.State.CHECKED:
        return [checked, {"label": _("Take it"), "state": "current", "note": _("waits for your word")}]
    if state == Import.State.REVERTED:
        reverted = {"label": _("Reverted"), "state": "void", "by": imported.reverted_by, "at": imported.reverted_at}
        return [checked, taken, reverted]
    return [checked, taken, {"label": _("In results and rankings"), "state": "done"}]


@require_POST
def take(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    imported = import_in_scope(request, public_id)
    good_rows_only = request.POST.get("good_rows_only") == "yes"
    if imported.refused and not good_rows_only:
        messages.error(
            request, _("Some rows are refused. Say that they may stay out, or mend the file and upload it again.")
        )
        return redirect("crm:import", public_id)
    try:
        services.take_import(
            imported=imported,
            sha256=request.POST.get("sha256", ""),
            good_rows_only=good_rows_only,
            actor=request.user,
            now=timezone.now(),
        )
    except services.AlreadyDecided:
        messages.warning(request, _("Somebody has decided on this import meanwhile."))
    except (services.OtherContent, services.NotTaken):
        messages.error(request, _("What is known has changed since the file was checked. Upload it again."))
    else:
        messages.success(request, _("Taken. Results and rankings are up to date."))
    return redirect("crm:import", public_id)


@require_POST
def revert(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    imported = import_in_scope(request, public_id)
    try:
        services.revert_import(imported=imported, actor=request.user, now=timezone.now())
    except services.AlreadyDecided:
        messages.warning(request, _("Somebody has decided on this import meanwhile."))
    except services.DependedUpon as depended:
        messages.error(request, _("It stays, because of: %(reasons)s") % {"reasons": ", ".join(depended.reasons)})
    else:
        messages.success(request, _("Reverted. Everything is as it was before."))
    return redirect("crm:import", public_id)


@require_safe
def remarks(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    imported = import_in_scope(request, public_id)
    if not imported.has_remarks:
        raise Http404
    now = timezone.now()
    again = services.check_file(asked=sheets.asked_again(imported, now), actor=request.user, now=now, keep=False)
    content = sheets.with_remarks(imported, [Refusal.read(refusal) for refusal in again.refusals])
    return workbook(content, f"{imported.file_name.rpartition('.')[0]}-{pgettext('column', 'remarks')}.xlsx")


@require_safe
@for_importers
def template(request: AuthedRequest, kind: str) -> HttpResponse:
    if kind not in Kind.values:
        raise Http404
    units = Unit.objects.filter(request.user.authority.sees_unit("path", Power.IMPORT_CRM), kind=UnitKind.BRANCH)
    title = str(Kind(kind).label)
    return workbook(sheets.template_workbook(kind, title, list(units)), f"{title}.xlsx")


def workbook(content: bytes, name: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})
