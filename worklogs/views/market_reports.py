"""The monthly market report (S3.f): written on a phone, read and commented by the leader."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from core.answers import carried_out
from core.converters import asked
from core.listings import DAY, STATE, Cell, Choice, Listing, ListingColumn, listed
from core.periods import Month
from core.templatetags.components import month_name
from teams.authority import Power
from teams.reach import needs, reach
from worklogs.forms.market_reports import CommentForm, MarketReportForm
from worklogs.models import MarketReport
from worklogs.rules.market_reports import Standing
from worklogs.selectors import market_reports as selectors
from worklogs.services import market_reports as services

COLUMNS = (
    ListingColumn(gettext_lazy("Name")),
    ListingColumn(gettext_lazy("Unit")),
    ListingColumn(gettext_lazy("Due on"), DAY),
    ListingColumn(gettext_lazy("State"), STATE),
    ListingColumn(gettext_lazy("Comment"), DAY),
)
STANDINGS = {
    Standing.DONE: ("good", gettext_lazy("handed in")),
    Standing.LATE: ("warn", gettext_lazy("handed in late")),
    Standing.DUE: ("off", gettext_lazy("not handed in yet, still in time")),
    Standing.MISSED: ("bad", gettext_lazy("overdue, not handed in")),
}


@require_safe
@needs(Power.READ_LOGS)
def market_reports(request: AuthedRequest) -> HttpResponse:
    today = timezone.localdate()
    month = asked(request.GET.get("month"), Month(today).previous())
    rows = selectors.market_reports(request.user, month, today)
    there = sum(row.report is not None for row in rows)
    return listed(
        request,
        Listing(_("Market reports"), COLUMNS, rows, cells, none=_("No customer manager here in that month")),
        sub=_("%(month)s: %(there)s of %(of)s handed in") % {"month": month_name(month.first), "there": there, "of": len(rows)},
        choice=Choice("month", _("Month"), month.code),
        clause="S3.f", now=timezone.now(),
    )  # fmt: skip


def cells(row: selectors.ReportRow) -> tuple[Any, ...]:
    report, (met, word) = row.report, STANDINGS[row.standing]
    name = Cell(row.person.name, href=reverse("worklogs:market_report", args=[report.public_id]) if report else "")
    return name, row.unit.name, row.due_on, Cell(word, met=met), report and (report.commented_at or _("not read yet"))


@require_safe
@needs(Power.WRITE_LOG)
def write(request: AuthedRequest) -> HttpResponse:
    return written(request, request.GET.get("month", ""))


def written(request: AuthedRequest, code: str, form: MarketReportForm | None = None, **more: Any) -> HttpResponse:
    month = asked(code, selectors.month_to_write(request.user.person, timezone.localdate()))
    own = MarketReport.objects.filter(person=request.user.person).order_by("-month")
    report = own.filter(month=month.first).first()
    context = {"month": month, "report": report, "form": form or MarketReportForm.of(report), "earlier": own[:6]}
    return render(request, "worklogs/write_market_report.html", context, status=more.get("status", 200))


@require_POST
@needs(Power.WRITE_LOG)
def hand_in(request: AuthedRequest) -> HttpResponse:
    code, form = request.POST.get("month", ""), MarketReportForm(request.POST, request.FILES)
    month = asked(code, Month(timezone.localdate()))
    return carried_out(
        request, form,
        lambda sent: services.hand_in_market_report(
            person=request.user.person, month=month, seen=form.seen, actor=request.user, now=timezone.now(), **sent
        ),
        again=lambda form, status: written(request, code, form, status=status),
        then=lambda report: redirect("worklogs:market_report", report.public_id), says=_("Handed in. Your leader can read it now."),
    )  # fmt: skip


@require_safe
def market_report(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    return shown(request, one_of(request, public_id))


def one_of(request: AuthedRequest, public_id: UUID, *powers: Power) -> MarketReport:
    seen = MarketReport.objects.select_related("person__user", "unit", "commented_by")
    return reach(request, seen, public_id, *powers)


def shown(
    request: AuthedRequest, report: MarketReport, form: CommentForm | None = None, status: int = 200
) -> HttpResponse:
    may = report.commented_at is None and report.person.user_id != request.user.pk
    may = may and request.user.authority.may(Power.REPLY_TO_LOGS, report.unit.path)
    context = {
        "report": report,
        "photos": report.photos.order_by("pk"),
        "form": form or CommentForm(),
        "may_comment": may,
    }
    return render(request, "worklogs/market_report.html", context, status=status)


@require_POST
def comment(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    report = one_of(request, public_id, Power.REPLY_TO_LOGS)
    return carried_out(
        request, CommentForm(request.POST),
        lambda sent: services.comment_market_report(report=report, **sent, actor=request.user, now=timezone.now()),
        again=lambda form, status: shown(request, one_of(request, public_id), form, status),
        then=("worklogs:market_report", public_id), says=_("Said. The writer has been told."),
    )  # fmt: skip
