"""Business detail of a branch's month, and what finance enters for a person."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from compensation.forms import PayReasonForm, PersonMonthForm
from compensation.models import BusinessDetail, PayRun, PaySlip, PersonMonth
from compensation.selectors import overview
from compensation.selectors.plans import plan_if_any
from compensation.services.detail import accept_details, send_back_detail
from compensation.services.entries import record_person_month
from compensation.views.scope import branch_month
from core.answers import carried_out
from core.editing import already
from core.periods import Month
from teams.authority import Power
from teams.models import Person, Unit
from teams.reach import must, reach

PER_PAGE = 50
RECORDED = gettext_lazy(
    "Recorded. A report under review or signed was computed again with it; a draft takes it in when computed again."
)
State = BusinessDetail.State


@require_safe
def detail(request: AuthedRequest, branch: str, month: str) -> HttpResponse:
    unit, period = branch_month(request.user, branch, month)
    return show(request, unit, period)


def show(request: AuthedRequest, branch: Unit, month: Month, *, status: int = 200, **more: Any) -> HttpResponse:
    stand = overview.detail_review(branch, month)
    page = _page_of_details(request, branch, month, stand.details)
    run = PayRun.objects.filter(branch=branch, month=month.first).first()
    is_open = run is None or not run.is_filed
    context = {
        "branch": branch,
        "month": month,
        "stand": stand,
        "run": run,
        "page": page,
        "rows": overview.detail_rows(branch, month, list(page)),
        "may_review": request.user.authority.may(Power.REVIEW_DETAIL, branch.path) and is_open,
        "may_enter": request.user.authority.may(Power.DRAFT_PAY, branch.path) and is_open,
        "reason_form": PayReasonForm(),
        "brought": overview.brought_in(branch, month),
    } | more
    return render(request, "compensation/detail.html", context, status=status)


def _page_of_details(request: AuthedRequest, branch: Unit, month: Month, count: int) -> Page[BusinessDetail]:
    """Details of the month, of one state with `state`, or with `look` those somebody should look at."""
    details = BusinessDetail.objects.filter(branch=branch, month=month.first).select_related(
        "person__user", "reviewed_by"
    )
    asked = request.GET.get("state")
    if asked in State.values:
        details = details.filter(state=asked)
    if request.GET.get("look"):
        details = details.exclude(unusual=[])
    pages = Paginator(details, PER_PAGE)
    if asked not in State.values and not request.GET.get("look"):
        pages.count = count  # all of them have been counted already
    return pages.get_page(request.GET.get("page"))


@require_POST
def accept(request: AuthedRequest, branch: str, month: str) -> HttpResponse:
    """Accept what was ticked; `seen` holds `public_id:digest`, so that figures that changed since are not accepted."""
    unit, period = branch_month(request.user, branch, month)
    pairs = dict(pair.split(":", 1) for pair in request.POST.getlist("seen") if ":" in pair)
    there = BusinessDetail.objects.filter(branch=unit, month=period.first, public_id__in=_uuids(pairs))
    details = list(there.select_related("branch"))
    for one in details:
        one.digest = pairs[str(one.public_id)]
    must(request, Power.REVIEW_DETAIL, at=unit)
    return carried_out(
        request,
        None,
        lambda _sent: accept_details(details=details, actor=request.user, now=timezone.now()),
        again=partial(show, request, unit, period),
        then=("compensation:detail", unit.code, period.code),
        says=lambda count: _("%(count)s accepted.") % {"count": count},
    )


def _uuids(pairs: dict[str, str]) -> list[UUID]:
    found = []
    for text in pairs:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@require_POST
def send_back(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    details = BusinessDetail.objects.select_related("branch", "person__user")
    one = reach(request, details, public_id, Power.REVIEW_DETAIL, at="branch")
    return carried_out(
        request,
        PayReasonForm(request.POST),
        lambda sent: send_back_detail(detail=one, actor=request.user, now=timezone.now(), **sent),
        again=lambda form, **more: show(request, one.branch, Month(one.month), reason_form=form, asked=one, **more),
        then=("compensation:detail", one.branch.code, Month(one.month).code),
        says=_("Sent back. The branch has been told the reason."),
        above=True,
    )


def _entry_of(request: AuthedRequest, branch: str, month: str, employee_no: str) -> tuple[Unit, Month, Person]:
    unit, period = branch_month(request.user, branch, month)
    details = BusinessDetail.objects.filter(branch=unit, month=period.first).values("person")
    slips = PaySlip.objects.filter(run__branch=unit, run__month=period.first).values("person")
    of_month = Person.objects.filter(Q(pk__in=details) | Q(pk__in=slips)).select_related("user")
    person = get_object_or_404(of_month, user__employee_no=employee_no)
    must(request, Power.DRAFT_PAY, at=unit)
    return unit, period, person


def _entry_page(
    request: AuthedRequest, of: tuple[Unit, Month, Person], form: PersonMonthForm, *, status: int = 200
) -> HttpResponse:
    unit, period, person = of
    context = {
        "branch": unit,
        "month": period,
        "person": person,
        "form": form,
        "slip": PaySlip.objects.filter(run__branch=unit, run__month=period.first, person=person).first(),
        "there": _entered(of),
    }
    return render(request, "compensation/entry.html", context, status=status)


@require_safe
def entry(request: AuthedRequest, branch: str, month: str, employee_no: str) -> HttpResponse:
    of = _entry_of(request, branch, month, employee_no)
    return _entry_page(request, of, PersonMonthForm(instance=_entered(of), plan=plan_if_any(*of[:2])))


def _entered(of: tuple[Unit, Month, Person]) -> PersonMonth | None:
    unit, period, person = of
    found = PersonMonth.objects.filter(branch=unit, month=period.first, person=person).select_related("entered_by")
    return found.first()


@require_POST
def record_entry(request: AuthedRequest, branch: str, month: str, employee_no: str) -> HttpResponse:
    of = unit, period, person = _entry_of(request, branch, month, employee_no)
    form, now = PersonMonthForm(request.POST, plan=plan_if_any(*of[:2])), timezone.now()
    whose: dict[str, Any] = {"branch": unit, "month": period, "person": person, "actor": request.user, "now": now}
    return carried_out(
        request,
        form,
        lambda sent: record_person_month(**whose, **sent, seen=form.seen),
        again=partial(_entry_page, request, of),
        then=("compensation:detail", unit.code, period.code),
        says=lambda entry: (
            str(RECORDED) if entry.entered_at == now else already(by=entry.entered_by.name, at=entry.entered_at)
        ),
    )
