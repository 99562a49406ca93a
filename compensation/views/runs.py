"""Months of pay, one run, and the verbs on it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from approvals.models import Request
from compensation.forms import PayReasonForm, SignForm
from compensation.models import PayRun, PaySlip, Stage
from compensation.selectors import overview, stands, timeline
from compensation.selectors.stages import Stand
from compensation.services.drafting import draft_pay_run
from compensation.services.refusals import DetailNotAccepted, still_growing
from compensation.services.signing import reject_pay_run, review_pay_run, sign_pay_run
from compensation.views.scope import branch_month
from core.answers import back_to, carried_out
from core.clock import day_of
from teams.authority import Power
from teams.reach import must, needs, reach

PER_PAGE = 50
MONTHS_PER_PAGE = 6
SIGNERS = tuple(stage.power for stage in Stage)


@require_safe
@needs(Power.SEE_PAY, Power.SEE_FILED_PAY)
def runs(request: AuthedRequest) -> HttpResponse:
    pairs = stands.months_in_sight(request.user, timezone.localdate())
    page = Paginator(pairs, MONTHS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "stands": stands.stands(list(page), request.user.authority.on),
        "page": page,
        "may_draft": request.user.authority.may(Power.DRAFT_PAY),
        "sees_pay": request.user.authority.may(Power.SEE_PAY),
    }
    return render(request, "compensation/runs.html", context)


@require_safe
def run(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    return show(request, seen(request, public_id))


def seen(request: AuthedRequest, public_id: UUID) -> PayRun:
    found = PayRun.objects.select_related("branch", "plan__plan", "reviewed_by", "rejected_by")
    return reach(request, overview.with_total_before(found), public_id)


@require_safe
def request_of(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    """To the latest request by which the run is or was signed."""
    one = reach(request, PayRun, public_id)
    found = Request.objects.visible_to(request.user).about(one).order_by("-pk").first()
    if found is None:
        raise Http404
    return redirect("approvals:request", found.public_id)


def show(request: AuthedRequest, run: PayRun, *, status: int = 200, error: str = "", **more: Any) -> HttpResponse:
    """The page of a run; after a refusal with what was refused, and the run as it is now."""
    page = _page_of_slips(request, run)
    rows, sums = overview.slip_rows(run, list(page))
    signatures = list(run.signatures.order_by("-signed_at"))
    steps = list(run.events.order_by("-at", "-pk"))
    stand = stands.stand_of(run, signatures, request.user.authority.on)
    context = {
        "run": run,
        "stand": stand,
        "page": page,
        "rows": rows,
        "sums": sums,
        "shown": overview.groups_in_use(rows, sums),
        **_before(run),
        "signatures": signatures,
        "events": timeline.events_of(run, steps, signatures),
        "voided": timeline.what_voided(run, steps),
        "reject_form": PayReasonForm(),
        "error": error,
        **_open_to(request, run, stand),
        **more,
    }
    return render(request, "compensation/run.html", context, status=status)


def _page_of_slips(request: AuthedRequest, run: PayRun) -> Page[PaySlip]:
    """All slips of the run, or with `look` those somebody should look at."""
    slips = overview.with_before(run.slips.select_related("person__user", "unit"), run)
    if request.GET.get("look"):
        numbers = {warning.get("employee_no") for warning in run.warnings}
        return Paginator(slips.filter(person__user__employee_no__in=numbers), PER_PAGE).get_page(1)
    pages = Paginator(slips, PER_PAGE)
    pages.count = run.people  # the run knows; counting again would be a question more
    return pages.get_page(request.GET.get("page"))


def _before(run: PayRun) -> dict[str, Decimal | None]:
    before: Decimal | None = run.total_before  # type: ignore[attr-defined]
    return {"before": before, "difference": None if before is None else run.total - before}


def _open_to(request: AuthedRequest, run: PayRun, stand: Stand) -> dict[str, bool | str]:
    """Which verbs the page offers to this person, and what has to come before a review."""
    may, path, due = request.user.authority.may, run.branch.path, run.next_stage
    signs = any(may(power, path) for power in SIGNERS)
    return {
        "sees_pay": may(Power.SEE_PAY, path),
        "may_draft": may(Power.DRAFT_PAY, path) and not run.is_filed,
        "not_yet": "" if run.is_filed else _not_yet(run, stand, request.user.authority.on),
        "may_review": may(Power.REVIEW_DETAIL, path) and run.state == PayRun.State.DRAFT,
        "may_sign": due is not None and may(due.power, path),
        "may_file": may(Power.DRAFT_PAY, path) or signs,
        "may_reject": due is not None and signs,
    }


def _not_yet(run: PayRun, stand: Stand, on: date) -> str:
    """Why nobody can review or sign yet; nothing when one can."""
    if run.outdated_at:
        return _("Compute the month again first: this draft is out of date.")
    if run.state != PayRun.State.DRAFT:  # what was reviewed was over; a signature looks again by itself
        return ""
    waits = DetailNotAccepted() if stand.accepted < stand.details else None
    return str(still_growing(run, on) or waits or "")


def again(
    request: AuthedRequest, run: PayRun, *, status: int, form: PayReasonForm | None = None, error: str = ""
) -> HttpResponse:
    """The run as it is now, with what was refused."""
    more = {"reject_form": form} if form is not None else {}
    return show(request, seen(request, run.public_id), status=status, error=error, **more)


@require_POST
def draft(request: AuthedRequest, branch: str, month: str) -> HttpResponse:
    unit, period = branch_month(request.user, branch, month)
    must(request, Power.DRAFT_PAY, at=unit)
    return carried_out(
        request,
        None,
        lambda _sent: draft_pay_run(branch=unit, month=period, actor=request.user, now=timezone.now()),
        again=back_to(request, "compensation:runs"),
        then=lambda run: redirect("compensation:run", run.public_id),
        says=lambda run: _("Computed: version %(version)s.") % {"version": run.version},
    )


@require_POST
def review(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    run, digest = seen(request, public_id), request.POST.get("seen_digest", "").replace("\0", " ")
    must(request, Power.REVIEW_DETAIL, at=run.branch)
    return carried_out(
        request,
        None,
        lambda _sent: review_pay_run(run=run, actor=request.user, seen_digest=digest, now=timezone.now()),
        again=partial(again, request, run),
        then=("compensation:run", run.public_id),
        says=_("Reviewed. The chief accountant signs next."),
    )


@require_POST
def sign(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    run, now = seen(request, public_id), timezone.now()
    unsigned = _("Sign on the page of the report.")
    must(request, *SIGNERS, at=run.branch)
    return carried_out(
        request,
        SignForm(request.POST),
        lambda sent: sign_pay_run(run=run, actor=request.user, now=now, **sent),
        again=lambda form, status, error=unsigned: again(request, run, status=status, error=error),
        then=("compensation:run", run.public_id),
        says=_("Signed on %(on)s.") % {"on": day_of(now)},
        above=True,
    )


@require_POST
def reject(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    run = seen(request, public_id)
    must(request, *SIGNERS, at=run.branch)
    return carried_out(
        request,
        PayReasonForm(request.POST),
        lambda sent: reject_pay_run(run=run, actor=request.user, now=timezone.now(), **sent),
        again=partial(again, request, run),
        then=("compensation:run", run.public_id),
        says=_("Rejected. Those concerned have been told the reason."),
        above=True,
    )
