"""One's own pay slips, a slip with its reasons, questions and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest
from compensation import services
from compensation.forms import AnswerForm, QuestionForm
from compensation.models import PayRun, PaySlip, Question
from compensation.selectors import overview, rows
from teams.authority import Power

PER_PAGE = 24


@require_safe
def slips(request: AuthedRequest) -> HttpResponse:
    own = PaySlip.objects.filter(person__user=request.user, run__state=PayRun.State.FILED)
    own = own.select_related("run__branch", "unit").order_by("-run__month")
    page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "compensation/slips.html", {"page": page})


@require_safe
def slip(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    return show(request, seen(request, public_id))


def seen(request: AuthedRequest, public_id: UUID) -> PaySlip:
    found = PaySlip.objects.visible_to(request.user).select_related("run__branch", "run__plan__plan", "unit", "person")
    found = found.prefetch_related("pay_lines")
    return get_object_or_404(found, public_id=public_id)


def explained(slip: PaySlip) -> list[rows.ShownLine]:
    """The slip's lines with the addresses of the rows behind them."""
    return rows.shown_lines(slip.pay_lines.all(), address_of(slip))


def address_of(slip: PaySlip) -> Callable[[str], str]:
    return lambda of: reverse("compensation:slip_rows", args=[slip.public_id, of])


def show(request: AuthedRequest, slip: PaySlip, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "slip": slip,
        "lines": explained(slip),
        "parts": overview.parts_of(slip.pay_lines.all()),
        "remarks": rows.linked(slip.remarks, address_of(slip)),
        "questions": slip.questions.select_related("asked_by", "answered_by").order_by("asked_at"),
        "is_own": slip.person.user_id == request.user.pk,
        "may_enter": request.user.authority.may(Power.DRAFT_PAY, slip.run.branch.path) and not slip.run.is_filed,
        "form": QuestionForm(),
    } | more
    return render(request, "compensation/slip.html", context, status=status)


@require_POST
def ask(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    slip, form = seen(request, public_id), QuestionForm(request.POST)
    if slip.person.user_id != request.user.pk:
        raise PermissionDenied
    if not form.is_valid():
        return show(request, slip, status=422, form=form)
    services.ask_question(slip=slip, text=form.cleaned_data["text"], actor=request.user, now=timezone.now())
    messages.success(request, _("Asked. The finance clerk has been told; the answer will stand here."))
    return redirect("compensation:slip", slip.public_id)


@require_safe
def questions(request: AuthedRequest) -> HttpResponse:
    return show_questions(request)


def show_questions(request: AuthedRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    found = Question.objects.visible_to(request.user).select_related(
        "slip__run__branch", "asked_by", "answered_by", "slip__unit"
    )
    shown = found if request.GET.get("all") else found.open()
    context = {
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "open_count": found.open().count(),
        "form": AnswerForm(),
    } | more
    return render(request, "compensation/questions.html", context, status=status)


@require_POST
def answer(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    question = get_object_or_404(
        Question.objects.visible_to(request.user).select_related("slip__run__branch"), public_id=public_id
    )
    if not request.user.authority.may(Power.REVIEW_DETAIL, question.slip.run.branch.path):
        raise PermissionDenied
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return show_questions(request, status=422, form=form, asked=question)
    try:
        services.answer_question(
            question=question, answer=form.cleaned_data["answer"], actor=request.user, now=timezone.now()
        )
    except services.PayRefused as refusal:
        return show_questions(request, status=409, error=str(refusal))
    messages.success(request, _("Answered. %(name)s has been told.") % {"name": question.asked_by.name})
    return redirect("compensation:questions")
