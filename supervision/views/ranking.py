"""Any ranking by openings: of a day, a week, a month or a span, within a unit of one's line or sight."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import AuthedRequest
from core.periods import ONE_DAY, Period
from supervision.forms import BY, RankingForm
from supervision.models import PeriodKind, ReminderRun
from supervision.selectors import lists as selectors
from supervision.wording import period_in_words
from teams.authority import Power
from teams.models import Unit, UnitKind

A_PAGE = 50
LEVELS = {
    UnitKind.COMPANY: ("branch", "market_department", "area", "person"),
    UnitKind.HQ_DEPARTMENT: ("person",),
    UnitKind.REGIONAL_DEPARTMENT: ("branch", "market_department", "area", "person"),
    UnitKind.BRANCH: ("market_department", "area", "person"),
    UnitKind.MARKET_DEPARTMENT: ("person", "area"),
    UnitKind.AREA: ("person",),
}


@require_safe
def ranking(request: AuthedRequest) -> HttpResponse:
    within = unit_asked(request)
    levels = LEVELS[UnitKind(within.kind)]
    today = timezone.localdate()
    asked = {"by": levels[0], "period": PeriodKind.DAY, "on": today.isoformat(), **request.GET.dict()}
    form = RankingForm(asked)
    context: dict[str, Any] = {"form": form, "within": within, "line": selectors.line_of(within, request.user)}
    if form.is_valid():
        period, by = form.asked, form.cleaned_data["by"]
        seen = selectors.ranking_seen(by, period=period, within=within, user=request.user)
        context |= {
            "seen": seen,
            "page": Paginator(seen.rows, A_PAGE).get_page(request.GET.get("page")),
            "words": period_in_words(period),
            "corrected": corrected_list(request, seen),
            "by": by,
            "label": dict(BY)[by],
            "levels": choices(asked, "by", {code: label for code, label in BY if code in levels}),
            "kinds": choices({**asked, "first": ""}, "period", dict(PeriodKind.choices)),
            "steps": steps(asked, period, today),
            "goes_down": by != "person",
            "same_time": query(asked, by="", within=""),
        }
    return render(request, "supervision/ranking.html", context)


def unit_asked(request: AuthedRequest) -> Unit:
    """The unit of `?within=`, else where one's own ranking begins. Raises `Http404` and `PermissionDenied`."""
    authority = request.user.authority
    if not (authority.may(Power.SEE_RANKINGS) or authority.may(Power.WRITE_LOG)):
        raise PermissionDenied
    if code := request.GET.get("within"):
        return get_object_or_404(selectors.units_to_rank_within(request.user), code=code)
    unit = selectors.first_unit_to_rank_within(request.user)
    if unit is None:
        raise Http404
    return unit


def corrected_list(request: AuthedRequest, seen: selectors.Seen) -> ReminderRun | None:
    """The list from which one came, where its figures were corrected since it was sent."""
    try:
        run = ReminderRun.objects.visible_to(request.user).filter(public_id=request.GET.get("run", "")).first()
    except ValidationError:
        return None
    return run if run and selectors.is_corrected(run, seen.ranking) else None


def query(asked: dict[str, Any], **changes: Any) -> str:
    kept = {name: value for name, value in {**asked, **changes}.items() if name not in ("page", "run") and value}
    return urlencode(kept)


def choices(asked: dict[str, Any], name: str, labels: dict[Any, Any]) -> list[dict[str, Any]]:
    return [
        {"label": label, "query": query(asked, **{name: code}), "is_current": asked[name] == code}
        for code, label in labels.items()
    ]


def steps(asked: dict[str, Any], period: Period, today: Any) -> dict[str, str]:
    """The same ranking one period earlier and, unless that lies in the future, one later."""
    length = period.end - period.first
    first = {"first": (period.first - length).isoformat()} if asked.get("first") else {}
    found = {
        "previous": query(asked, on=(period.last - length if first else period.first - ONE_DAY).isoformat(), **first)
    }
    if period.end <= today:
        first = {"first": period.end.isoformat()} if first else {}
        found["next"] = query(asked, on=(period.last + length if first else period.end).isoformat(), **first)
    return found
