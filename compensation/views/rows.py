"""The rows behind an amount of a slip or a figure of a detail."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import AuthedRequest
from compensation.models import BusinessDetail
from compensation.selectors import rows
from compensation.views.slips import explained, seen
from core.listings import listed
from core.periods import Month
from teams.authority import Power
from teams.reach import reach


@require_safe
def slip_rows(request: AuthedRequest, public_id: UUID, of: str) -> HttpResponse:
    slip = seen(request, public_id)
    try:
        found = rows.rows_of_slip(rows.of_slip(slip, request.user), of)
    except (KeyError, ValueError):
        raise Http404 from None
    context = {"slip": slip, "lines": [line for line in explained(slip) if line.of == of]}
    return _answer(request, found, context)


@require_safe
def detail_rows(request: AuthedRequest, public_id: UUID, of: str) -> HttpResponse:
    detail = reach(request, BusinessDetail.objects.select_related("branch", "person__user"), public_id)
    try:
        found = rows.rows_of_detail(rows.of_detail(detail, request.user), of)
    except KeyError:
        raise Http404 from None
    return _answer(
        request,
        found,
        {
            "detail": detail,
            "month": Month(detail.month),
            "sees_detail": request.user.authority.may(Power.SEE_PAY, detail.branch.path),
        },
    )


def _answer(request: AuthedRequest, found: rows.Rows, context: dict[str, object]) -> HttpResponse:
    return listed(request, found, now=timezone.now(), template="compensation/rows.html", **context)
