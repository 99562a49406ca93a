"""The market manager's answers at month end."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest, only_if
from core.converters import asked
from core.periods import Month
from teams.models import Unit
from worklogs.forms.desk import MonthEndForm
from worklogs.selectors import month_end as selectors
from worklogs.selectors.desk import phrases_of
from worklogs.services import replies
from worklogs.views.desk import answered


@require_safe
def month_end(request: AuthedRequest) -> HttpResponse:
    return shown(request, request.GET.get("month", ""), MonthEndForm())


def shown(request: AuthedRequest, code: str, form: MonthEndForm, *, status: int = 200) -> HttpResponse:
    """The month of `code`, the one to answer now without, and the form while its answers count."""
    departments = managed(request)
    today = timezone.localdate()
    month, this = asked(code, Month(today)), Month(today)
    windows = selectors.recent_windows(departments[0], [month] if code else [this.previous(), this])
    if not code and today in windows[this.previous()]:
        month = this.previous()
    rows = selectors.month_end_standing(departments, month)
    window = windows[month]
    context = {
        "month": month,
        "rows": [(row, form.typed.get(str(row.last_log.public_id), "")) for row in rows],
        "waiting": sum(not row.is_done for row in rows),
        "window": window,
        "is_open": today in window,
        "is_over": today >= window.end,
        "form": form,
        "phrases": phrases_of(request.user),
    }
    return render(request, "worklogs/month_end.html", context, status=status)


def managed(request: AuthedRequest) -> list[Unit]:
    """The departments whose manager asks. Raises `PermissionDenied` for everybody else."""
    departments = selectors.managed_departments(request.user)
    only_if(bool(departments))
    return departments


@require_POST
def answer_month_end(request: AuthedRequest) -> HttpResponse:
    managed(request)
    form, code = MonthEndForm(request.POST), request.POST.get("month", "")
    return answered(
        request,
        form,
        replies.answer_month_end,
        again=lambda form, status: shown(request, code, form, status=status),
        then=f"{reverse('worklogs:month_end')}?month={code}",
    )
