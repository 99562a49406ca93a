"""Any ranking by openings: of a day, a week, a month or a span, within a unit of one's line or sight."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import AuthedRequest
from core.periods import ONE_DAY, Period
from supervision.forms import BY, RankingForm
from supervision.models import PeriodKind, ReminderRun
from supervision.selectors import ranking_page as selectors
from supervision.selectors.lists import is_corrected
from supervision.selectors.rankings import Ranking
from supervision.wording import period_in_words
from teams.authority import Power
from teams.models import Unit, UnitKind
from teams.reach import must

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
    *line, within = line_asked(request)
    levels = LEVELS[UnitKind(within.kind)]
    today = timezone.localdate()
    come = None if request.GET.get("on") else selectors.arrived_lately(within, today)
    on = come.last if come and come.last else today
    asked = {"by": levels[0], "period": PeriodKind.DAY, **request.GET.dict(), "on": request.GET.get("on") or f"{on}"}
    form = RankingForm(asked)
    context: dict[str, Any] = {"form": form, "within": within, "line": line}
    if form.is_valid():
        period, by = form.asked, form.cleaned_data["by"]
        if come is None or period.first not in come.span:
            come = selectors.arrived(period, within)
        seen = selectors.ranking_seen(by, period=period, within=within, user=request.user)
        context |= {
            "seen": seen,
            "period": period,
            "missing": come.missing(period, today),
            "running": period.first <= today < period.end,
            "page": Paginator(seen.rows, A_PAGE).get_page(request.GET.get("page")),
            "corrected": corrected_list(request, seen.ranking),
            **choices_around(asked, period, today, levels),
        }
    return render(request, "supervision/ranking.html", context)


def line_asked(request: AuthedRequest) -> list[Unit]:
    """The unit of `?within=`, else where one's own ranking begins, below those of its line one may ask about too.

    Raises `Http404` and `PermissionDenied`.
    """
    must(request, Power.SEE_RANKINGS, Power.WRITE_LOG)
    line = selectors.line_to_rank_within(request.user, request.GET.get("within", ""))
    if not line:
        raise Http404
    return line


def choices_around(asked: dict[str, Any], period: Period, today: date, levels: Sequence[str]) -> dict[str, Any]:
    """What the ranking is called, and the ways from it to others."""
    by = asked["by"]
    return {
        "by": by,
        "label": dict(BY)[by],
        "words": period_in_words(period),
        "levels": choices(asked, "by", {code: label for code, label in BY if code in levels}),
        "kinds": choices({**asked, "first": ""}, "period", dict(PeriodKind.choices)),
        "steps": steps(asked, period, today),
        "goes_down": by != "person",
        "same_time": query(asked, by="", within=""),
    }


def corrected_list(request: AuthedRequest, ranking: Ranking) -> ReminderRun | None:
    """The list from which one came, where its figures were corrected since it was sent."""
    if not request.GET.get("run"):
        return None
    try:
        run = ReminderRun.objects.visible_to(request.user).filter(public_id=request.GET["run"]).first()
    except ValidationError:
        return None
    return run if run and is_corrected(run, ranking) else None


def query(asked: dict[str, Any], **changes: Any) -> str:
    kept = {name: value for name, value in {**asked, **changes}.items() if name not in ("page", "run") and value}
    return urlencode(kept)


def choices(asked: dict[str, Any], name: str, labels: dict[Any, Any]) -> list[dict[str, Any]]:
    return [
        {"label": label, "query": query(asked, **{name: code}), "is_current": asked[name] == code}
        for code, label in labels.items()
    ]


def steps(asked: dict[str, Any], period: Period, today: date) -> dict[str, str]:
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
