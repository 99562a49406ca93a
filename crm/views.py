from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.requests import AuthedRequest
from core.answers import UNREADABLE, carried_out
from core.periods import Period
from core.tables import Refusal
from crm import selectors
from crm.forms import TellApartForm, UploadForm
from crm.models import HELD_AS, Import, ImportKind
from crm.services import jobs, sheets
from crm.services import progress as progress_verbs
from crm.services.importing import reasons_to_keep, received, revert_import, take_import, trading_days
from crm.services.jobs import AT_ONCE, ask_to_revert, ask_to_take, receive_file
from crm.services.staging import ImportAsked
from teams.authority import Power
from teams.models import Unit, UnitKind
from teams.reach import needs, reach

PAGE = 25
CHANGES = 50  # changed rows shown with an import
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


for_importers = needs(Power.IMPORT_CRM)


def import_in_scope(request: AuthedRequest, public_id: UUID) -> Import:
    """404 out of sight, 403 in sight without the power."""
    imports = Import.objects.select_related("unit", "checked_by", "taken_by", "reverted_by")
    return reach(request, imports, public_id, Power.IMPORT_CRM)


def list_page(request: AuthedRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    """The imports one may see, the days whose openings have arrived, and the form for the next file."""
    today = timezone.localdate()
    unit = Unit.objects.filter(path__in=request.user.authority.paths(Power.IMPORT_CRM)).first()
    lately = Period.between(today - timedelta(days=6), today)
    found = Import.objects.importable_by(request.user).select_related("unit", "checked_by", "taken_by", "reverted_by")
    context = {
        "form": form,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "days": selectors.days_lately(unit, lately, trading_days(lately)) if unit else [],
        "kinds": ImportKind.choices,
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
    with received(sent.chunks(), sent.name) as path:
        asked = ImportAsked(
            kind=form.cleaned_data["kind"],
            path=path,
            name=sent.name,
            unit=form.cleaned_data["unit"],
            today=timezone.localdate(now),
            covers=form.covers,
        )
        imported = receive_file(asked=asked, actor=request.user, now=now)
    return redirect("crm:import", imported.public_id)


@require_safe
def show_import(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    return import_page(request, import_in_scope(request, public_id))


def import_page(
    request: AuthedRequest, imported: Import, apart: TellApartForm | None = None, status: int = 200
) -> HttpResponse:
    taken, totals = imported.state == Import.State.TAKEN, imported.notes.get("totals", {})
    context = {
        "import": imported,
        "stages": stages(imported),
        "figures": figures(imported),
        "warnings": imported.warnings,
        "progress": progress_of(imported),
        "reasons_to_keep": reasons_to_keep(imported) if taken else [],
        "totals": [(label, totals[name]) for name, label in sheets.LABELS.items() if name in totals],
        "moves": [{**move, "says": HELD_AS[move["relation"]]} for move in imported.effects.get("moves", [])],
        "more_moves": max(0, imported.effects.get("moved", 0) - len(imported.effects.get("moves", []))),
        "cleared": [(sheets.LABELS[name], count) for name, count in imported.effects.get("cleared", {}).items()],
        "pay_changes": pay_changes(request, imported),
        "hidden": [Refusal.read(remark).text for remark in imported.notes.get("hidden", [])],
        "apart": apart or may_be_told_apart(imported),
        "changes": changes_shown(imported) if taken and imported.updated else [],
    }
    return render(request, "crm/import.html", context, status=status)


def pay_changes(request: AuthedRequest, imported: Import) -> list[dict[str, Any]]:
    """What the file does to people's pay; whoever may not see the pay of a branch learns the differences alone."""
    changes = imported.effects.get("pay_changes", [])
    if not changes:
        return []
    seen = Unit.objects.filter(request.user.authority.sees_unit("path", Power.SEE_PAY), kind=UnitKind.BRANCH)
    codes = set(seen.values_list("code", flat=True))
    return [
        {
            **change,
            "difference": Decimal(change["after"]) - Decimal(change["before"]),
            "is_seen": change.get("code") in codes,
        }
        for change in changes
    ]


def may_be_told_apart(imported: Import) -> TellApartForm | None:
    alike = imported.notes.get("alike")
    waits = imported.state in (Import.State.CHECKED, Import.State.REFUSED) and imported.file and not imported.job
    return TellApartForm(alike=alike) if alike and waits else None


def changes_shown(imported: Import) -> list[tuple[str, list[tuple[Any, Any, Any]]]]:
    """The first rows that an import changed, each with its fields old → new."""
    names = {
        field.attname: field.verbose_name for field in selectors.versions_of(imported.kind).model._meta.concrete_fields
    }
    told = [name for name in names if not name.endswith("_id")]
    return [
        (
            change.before.fund_account,
            [(names[name], *change.fields[name]) for name in told if name in change.fields and change.after],
        )
        for change in selectors.changes_of(imported, most=CHANGES)
    ]


@require_POST
def tell_apart(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    imported = import_in_scope(request, public_id)
    return carried_out(
        request,
        TellApartForm(request.POST, alike=imported.notes.get("alike", [])),
        lambda sent: jobs.tell_apart(imported=imported, now=timezone.now(), **sent),
        again=lambda form, status: (
            import_page(request, imported, form, status)
            if status == UNREADABLE
            else back(request, public_id, error=" ".join(form.non_field_errors()))
        ),
        then=("crm:import", public_id),
    )


def back(request: AuthedRequest, public_id: UUID, *, error: str, **_more: object) -> HttpResponse:
    """The import as it is now, and why nothing was done."""
    messages.error(request, error)
    return redirect("crm:import", public_id)


@require_safe
def progress(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    """How far a job is; the whole page anew once it is done."""
    imported = import_in_scope(request, public_id)
    if not imported.job:
        return HttpResponseClientRefresh()
    return render(request, "crm/import.html#progress", {"import": imported, "progress": progress_of(imported)})


PHASES = {
    "reading": _("The rows are being read"),
    "comparing": _("The rows are being compared with what is known"),
    "merging": _("It is being worked out what changes"),
    "counting": _("Results and rankings are being counted"),
    "remarking": _("Your file is being given its remarks"),
}


def progress_of(imported: Import) -> dict[str, Any]:
    """The step of a job, of how many, and what it is."""
    if not imported.job:
        return {}
    phase, rows = progress_verbs.progress_of(imported.public_id)
    step = list(PHASES).index(phase) + 1 if phase in PHASES else 0
    waiting = gettext("It waits for its turn") if imported.job_claim is None else gettext("It begins")
    return {"step": step, "of": len(PHASES), "text": PHASES[phase] if step else waiting, "rows": rows}


def figures(imported: Import) -> list[tuple[str, int]]:
    written = imported.taken_at is not None
    if imported.state == Import.State.REFUSED:
        # A total that differs refuses no row of its own.
        rows = [(gettext("Rows"), imported.rows), (gettext("Refused"), imported.refused)]
        return [(label, number) for label, number in rows if number]
    return [
        (gettext("Rows"), imported.rows),
        (gettext("Accepted"), imported.accepted),
        (gettext("Refused"), imported.refused),
        (gettext("Added") if written else gettext("Would be added"), imported.created),
        (gettext("Changed") if written else gettext("Would be changed"), imported.updated),
        (gettext("Unchanged"), imported.unchanged),
    ]


def stages(imported: Import) -> list[dict[str, Any]]:
    """Where an import stands, for the status bar."""
    sent: dict[str, Any] = {"state": "done", "by": imported.checked_by, "at": imported.checked_at}
    taken: dict[str, Any] = {
        "label": gettext("Taken"),
        "state": "done",
        "by": imported.taken_by,
        "at": imported.taken_at,
    }
    waits: dict[str, Any] = {"label": gettext("Take it"), "state": "current", "note": gettext("waits for your word")}
    if imported.job == Import.Job.TAKE:
        waits = {"label": gettext("Being taken"), "state": "current", "by": imported.taken_by}
    counted: dict[str, Any] = {"label": gettext("In results and rankings"), "state": "done"}
    if imported.job == Import.Job.REVERT:
        counted = {"label": gettext("Being reverted"), "state": "current", "by": imported.reverted_by}
    reverted: dict[str, Any] = {"by": imported.reverted_by, "at": imported.reverted_at}
    follows: dict[str, list[dict[str, Any]]] = {
        Import.State.RECEIVED: [{"label": gettext("Being checked"), "state": "current"}, {"label": gettext("Take it")}],
        Import.State.REFUSED: [{"label": gettext("Refused"), "state": "void", "note": gettext("nothing was written")}],
        Import.State.CHECKED: [waits],
        Import.State.LAPSED: [
            {"label": gettext("Never taken"), "state": "void", "note": gettext("the file was removed")}
        ],
        Import.State.TAKEN: [taken, counted],
        Import.State.REVERTED: [taken, {"label": gettext("Reverted"), "state": "void", **reverted}],
    }
    first = gettext("Received") if imported.state == Import.State.RECEIVED else gettext("Checked")
    return [{"label": first, **sent}, *follows[imported.state]]


@require_POST
def take(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    imported = import_in_scope(request, public_id)
    good_rows_only = request.POST.get("good_rows_only") == "yes"
    if imported.refused and not good_rows_only:
        text = gettext("Some rows are refused. Say that they may stay out, or mend the file and upload it again.")
        return back(request, public_id, error=text)
    is_large = imported.rows > AT_ONCE
    verb = ask_to_take if is_large else take_import
    sent: dict[str, Any] = {
        "sha256": request.POST.get("sha256", ""),
        "good_rows_only": good_rows_only,
        "actor": request.user,
    }
    return carried_out(
        request,
        None,
        lambda _sent: verb(imported=imported, **sent, now=timezone.now()),
        again=partial(back, request, public_id),
        then=("crm:import", public_id),
        says="" if is_large else gettext("Taken. Results and rankings are up to date."),
    )


@require_POST
def revert(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    imported = import_in_scope(request, public_id)
    is_large = imported.rows > AT_ONCE
    verb = ask_to_revert if is_large else revert_import
    return carried_out(
        request,
        None,
        lambda _sent: verb(imported=imported, actor=request.user, now=timezone.now()),
        again=partial(back, request, public_id),
        then=("crm:import", public_id),
        says="" if is_large else gettext("Reverted. Everything is as it was before."),
    )


@require_safe
def remarks(request: AuthedRequest, public_id: UUID) -> HttpResponseBase:
    imported = import_in_scope(request, public_id)
    if not imported.remarks:
        raise Http404
    suffix = Path(imported.remarks.name or "").suffix
    addition = pgettext("column", "remarks")
    name = f"{imported.file_name.rpartition('.')[0]}-{addition}{suffix}"
    return FileResponse(imported.remarks.open("rb"), as_attachment=True, filename=name)


@require_safe
@for_importers
def template(request: AuthedRequest, kind: str) -> HttpResponse:
    if kind not in ImportKind.values:
        raise Http404
    units = Unit.objects.filter(request.user.authority.sees_unit("path", Power.IMPORT_CRM), kind=UnitKind.BRANCH)
    title = str(ImportKind(kind).label)
    return workbook(sheets.template_workbook(kind, title, list(units)), f"{title}.xlsx")


def workbook(content: bytes, name: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})
