"""The firm's calendar, for everybody to see and for the company's market department to settle."""

from __future__ import annotations

import tempfile
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib import messages
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
from core.answers import carried_out
from core.converters import asked
from core.guard import sheets_of
from core.periods import Day
from core.tables import Sheet, TableRefused
from teams.authority import Power
from teams.reach import needs

for_editors = needs(Power.EDIT_CALENDAR, everywhere=True)  # the calendar is the whole company's


def may_edit(request: AuthedRequest) -> bool:
    authority = request.user.authority
    return bool(authority.may(Power.EDIT_CALENDAR, authority.company_path))


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


def day_sent(form: DayForm) -> date:
    """The day that a form is about, whatever else is wrong with it. Raises `Http404`."""
    form.is_valid()
    on: date | None = form.cleaned_data.get("on")
    if on is None:
        raise Http404
    return on


def day_again(request: AuthedRequest, form: DayForm, status: int) -> HttpResponse:
    on = form.cleaned_data["on"]
    is_settled = on in calendar_for(Day(on)).settled
    return shown(request, on.year, status=status, day=on, form=form, is_settled=is_settled)


@require_POST
@for_editors
def set_day(request: AuthedRequest) -> HttpResponse:
    form = DayForm(request.POST)
    on = day_sent(form)
    return carried_out(
        request,
        form,
        lambda sent: services.set_day(**sent, seen=form.seen),
        again=partial(day_again, request),
        then=lambda _day: back(on),
        says=_("%(day)s is settled.") % {"day": on},
    )


@require_POST
@for_editors
def clear_day(request: AuthedRequest) -> HttpResponse:
    typed = request.POST.copy()
    typed["name"] = typed.get("name", "")[:64]  # it is given up: nothing is refused for its length
    form = DayForm(typed)
    on = day_sent(form)
    return carried_out(
        request,
        form,
        lambda _sent: services.clear_day(on=on, seen=form.seen),
        again=partial(day_again, request),
        then=lambda _cleared: back(on),
        says=_("The announced calendar holds again on %(day)s.") % {"day": on},
    )


@require_POST
@for_editors
def settle_year(request: AuthedRequest) -> HttpResponse:
    form = SettleForm(request.POST)
    form.is_valid()
    year = form.cleaned_data.get("year") or timezone.localdate().year
    return carried_out(
        request,
        form,
        lambda sent: services.settle_year(**sent, seen=form.seen),
        again=lambda form, status: shown(request, year, status=status, settle_form=form),
        then=lambda _settled: redirect(f"{reverse('attendance:calendar')}?year={year}"),
        says=_("The calendar of %(year)s is settled.") % {"year": year},
    )


@require_POST
@for_editors
def import_days(request: AuthedRequest) -> HttpResponse:
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
