"""One's own pay slips, a slip with its reasons, questions and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthedRequest, only_if
from compensation.forms import AnswerForm, QuestionForm
from compensation.models import PayRun, PaySlip, Question
from compensation.selectors import overview, rows
from compensation.services.questions import answer_question, ask_question
from core.answers import carried_out
from teams.authority import Power
from teams.reach import reach

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
    found = PaySlip.objects.select_related("run__branch", "run__plan__plan", "unit", "person")
    return reach(request, found.prefetch_related("pay_lines"), public_id)


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
    slip = seen(request, public_id)
    only_if(slip.person.user_id == request.user.pk)
    return carried_out(
        request,
        QuestionForm(request.POST),
        lambda sent: ask_question(slip=slip, actor=request.user, now=timezone.now(), **sent),
        again=lambda form, status: show(request, slip, form=form, status=status),
        then=("compensation:slip", slip.public_id),
        says=_("Asked. The finance clerk has been told; the answer will stand here."),
    )


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
    found = Question.objects.select_related("slip__run__branch", "asked_by")
    question = reach(request, found, public_id, Power.REVIEW_DETAIL, at="slip.run.branch")
    return carried_out(
        request,
        AnswerForm(request.POST),
        lambda sent: answer_question(question=question, actor=request.user, now=timezone.now(), **sent),
        again=lambda form, **more: show_questions(request, form=form, asked=question, **more),
        then=("compensation:questions",),
        says=_("Answered. %(name)s has been told.") % {"name": question.asked_by.name},
        above=True,
    )
