"""The firm's calendar, for everybody to see and for the company's market department to settle."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from attendance import services
from attendance.forms import DayForm, ImportForm, SettleForm
from attendance.rules import YEARS, Calendar
from attendance.selectors import calendar_for, calendar_page
from core.converters import asked
from core.editing import ChangedMeanwhile
from core.guard import sheets_of
from core.periods import Day
from core.tables import Sheet, TableRefused
from teams.authority import Power


def may_edit(request: AuthedRequest) -> bool:
    """The calendar is the whole company's."""
    authority = request.user.authority
    return bool(authority.may(Power.EDIT_CALENDAR, authority.company_path))


def check_may_edit(request: AuthedRequest) -> None:
    if not may_edit(request):
        raise PermissionDenied


def shown(request: AuthedRequest, year: int, *, status: int = 200, **forms: Any) -> HttpResponse:
    if year not in YEARS:
        raise Http404
    context = {
        "page": calendar_page(year),
        "today": timezone.localdate(),
        "may_edit": may_edit(request),
        "import_form": ImportForm(),
        "settle_form": SettleForm(initial={"year": year, "source": ""}),
        **forms,
    }
    return render(request, "attendance/calendar.html", context, status=status)


def day_form(calendar: Calendar, on: date) -> DayForm:
    kind = calendar.day(on)
    known = {"on": on, "is_workday": kind.is_workday, "is_trading_day": kind.is_trading_day, "name": kind.name}
    return DayForm(initial=known)


@require_safe
def calendar(request: AuthedRequest) -> HttpResponse:
    today = timezone.localdate()
    on = asked(request.GET.get("day"), Day(today)).first
    if not request.GET.get("day") or not may_edit(request):
        return shown(request, year_asked(request.GET.get("year"), on.year))
    known = calendar_for(Day(on))
    return shown(request, on.year, day=on, form=day_form(known, on), is_settled=on in known.settled)


def year_asked(code: str | None, otherwise: int) -> int:
    """Raises `Http404`."""
    try:
        return int(code) if code else otherwise
    except ValueError:
        raise Http404 from None


def back(on: date) -> HttpResponse:
    return redirect(f"{reverse('attendance:calendar')}?year={on.year}#month-{on.month}")


@require_POST
def set_day(request: AuthedRequest) -> HttpResponse:
    check_may_edit(request)
    form = DayForm(request.POST)
    is_valid, on = form.is_valid(), form.cleaned_data.get("on")
    if on is None:
        raise Http404
    if is_valid:
        try:
            services.set_day(**form.cleaned_data, seen=form.seen)
        except services.NotATradingDay as refusal:
            form.add_error("is_trading_day", str(refusal))
        except ChangedMeanwhile as changed:
            return met(request, on, form, changed)
        else:
            messages.success(request, _("%(day)s is settled.") % {"day": on})
            return back(on)
    return shown(request, on.year, status=422, **asked_of(on, form))


def asked_of(on: date, form: DayForm) -> dict[str, Any]:
    return {"day": on, "form": form, "is_settled": on in calendar_for(Day(on)).settled}


def met(request: AuthedRequest, on: date, form: DayForm, changed: ChangedMeanwhile) -> HttpResponse:
    form.meet(changed)
    return shown(request, on.year, status=409, **asked_of(on, form))


@require_POST
def clear_day(request: AuthedRequest) -> HttpResponse:
    check_may_edit(request)
    form = DayForm(request.POST)
    form.is_valid()  # what else was typed is given up
    if (on := form.cleaned_data.get("on")) is None:
        raise Http404
    try:
        services.clear_day(on=on, seen=form.seen)
    except ChangedMeanwhile as changed:
        return met(request, on, form, changed)
    messages.success(request, _("The announced calendar holds again on %(day)s.") % {"day": on})
    return back(on)


@require_POST
def settle_year(request: AuthedRequest) -> HttpResponse:
    check_may_edit(request)
    form = SettleForm(request.POST)
    if not form.is_valid():
        year = form.cleaned_data.get("year") or timezone.localdate().year
        return shown(request, year, status=422, settle_form=form)
    try:
        services.settle_year(**form.cleaned_data, seen=form.seen)
    except ChangedMeanwhile as changed:
        form.meet(changed)
        return shown(request, form.cleaned_data["year"], status=409, settle_form=form)
    messages.success(request, _("The calendar of %(year)s is settled.") % form.cleaned_data)
    return redirect(f"{reverse('attendance:calendar')}?year={form.cleaned_data['year']}")


@require_POST
def import_days(request: AuthedRequest) -> HttpResponse:
    check_may_edit(request)
    form, year = ImportForm(request.POST, request.FILES), timezone.localdate().year
    if not form.is_valid():
        return shown(request, year, status=422, import_form=form)
    try:
        done = services.import_days(sheets=sheets_sent(form.cleaned_data["file"]))
        refusals = done.refusals
    except TableRefused as refused:
        refusals = list(refused.refusals)
    if refusals:
        return shown(request, year, status=422, import_form=form, refusals=refusals[:200])
    counts = {"created": done.created, "updated": done.updated, "unchanged": done.unchanged}
    messages.success(request, _("Days: %(created)s new, %(updated)s changed, %(unchanged)s as before.") % counts)
    for remark in done.remarks:
        messages.warning(request, remark.text)
    return redirect("attendance:calendar")


def sheets_sent(file: UploadedFile[bytes]) -> list[Sheet]:
    """The sheets of an uploaded file, read by a child process. Raises `TableRefused`."""
    with tempfile.NamedTemporaryFile() as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        return sheets_of(Path(kept.name), name=file.name or "")
