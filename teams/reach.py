"""Fetch in sight, then the power: 404 for what is out of sight, 403 for what is somebody else's to do, in one place.

@needs(Power.SEE_RANKINGS)
def ranking(request): …

run = reach(request, PayRun, public_id, Power.REVIEW_DETAIL, at="branch")
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from accounts.models import User
from accounts.requests import AuthedRequest, only_if
from core.refusals import NotYours
from teams.authority import Power
from teams.models import Unit

Row = TypeVar("Row", bound=models.Model)
Rest = ParamSpec("Rest")
View = Callable[Concatenate[AuthedRequest, Rest], HttpResponse]


def needs(*powers: Power, everywhere: bool = False) -> Callable[[View[Rest]], View[Rest]]:
    """Only for those who hold one of the powers somewhere (or over the whole company); everybody else gets a 403."""

    def decorate(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def guarded(request: AuthedRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            must(request, *powers, everywhere=everywhere)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def must(request: AuthedRequest, *powers: Power, at: Unit | None = None, everywhere: bool = False) -> None:
    """Raises `PermissionDenied` without one of the powers (over the unit `at`, or `everywhere`: the whole company)."""
    path = request.user.authority.company_path if everywhere else at and at.path
    only_if(any(request.user.authority.may(power, path) for power in powers))


def must_hold(actor: User | None, power: Power, unit: Unit) -> None:
    """For a verb, which guards commands and races as well. No actor: a command or the schedule, which answer for
    themselves. Raises `NotYours`."""
    if actor is not None and not actor.authority.may(power, unit.path):
        raise NotYours


def reach(
    request: AuthedRequest,
    rows: type[Row] | models.QuerySet[Row],
    key: Any,
    *powers: Power,
    at: str = "unit",
    by: str = "",
) -> Row:
    """The row with that key within one's sight, over whose unit one holds one of the powers.

    `rows` is a model or a queryset of one; `key` its `public_id` or `pk`, or what the field `by` holds; `at` leads to the
    unit (`"run.branch"`; "" where the row is the unit). Raises `Http404` and `PermissionDenied`.
    """
    queryset: Any = rows if isinstance(rows, models.QuerySet) else rows._default_manager  # type: ignore[attr-defined]
    found: Row = get_object_or_404(
        queryset.visible_to(request.user), **{by or ("public_id" if isinstance(key, UUID) else "pk"): key}
    )
    if powers:
        unit: Any = reduce(getattr, at.split("."), found) if at else found
        must(request, *powers, at=unit)
    return found
