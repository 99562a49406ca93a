"""What the apps above bring for decision. The engine knows no subject; a subject says what it needs to know.

register(Matter("compensation.plan", _("Pay plan"), PlanVersion, route="plan", unit=…, title=…, link=…, content=…))
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.functional import Promise

from accounts.models import User
from approvals.rules.verbs import Verb
from teams.authority import Power
from teams.models import Unit


def _nothing(_request: Any, _thing: Any, _actor: User | None, _now: datetime) -> None:
    """Nothing further happens."""


def _no_more(_request: Any, _thing: Any, _assignment: Any, _now: datetime) -> None:
    """The opinion stands with the request alone."""


def _comes_back(_request: Any, _thing: Any, _actor: User | None, _now: datetime, _remark: str) -> None:
    """It waits to be submitted again."""


@dataclass(frozen=True, slots=True)
class Matter:
    """`content` is a SHA-256 over what an opinion covers. `sight` are the powers that open its requests within a unit;
    those who take part see theirs anyway. What `may_submit` (of those besides the author) and `may_decide` raise is the
    refusal; `excluded` are never asked.

    `spoke` is told of each opinion, `returned` when it goes back to the author (by nobody: it has changed). `doors`: verbs that lead through
    the subject's own services, which call the engine in their turn; whoever is asked is then sent to the thing itself.
    """

    name: str
    label: str | Promise
    model: type[models.Model]
    route: str
    unit: Callable[[Any], Unit]
    title: Callable[[Any], str]
    link: Callable[[Any], str]
    content: Callable[[Any], str]
    sight: tuple[Power, ...] = ()
    may_submit: Callable[[Any, User], None] | None = None
    may_decide: Callable[[Any, User], None] = lambda _thing, _actor: None
    excluded: Callable[[Any], Collection[int]] = lambda _thing: ()
    agreed: Callable[[Any, Any, User | None, datetime], None] = _nothing
    refused: Callable[[Any, Any, User | None, datetime], None] = _nothing
    withdrawn: Callable[[Any, Any, User | None, datetime], None] = _nothing
    spoke: Callable[[Any, Any, Any, datetime], None] = _no_more
    returned: Callable[[Any, Any, User | None, datetime, str], None] = _comes_back
    doors: Mapping[Verb, Callable[..., Any]] = field(default_factory=dict)


_subjects: dict[str, Matter] = {}
_is_workday: list[Callable[[date], bool]] = []


def register(subject: Matter) -> None:
    _subjects[subject.name] = subject


def subject(name: str) -> Matter:
    return _subjects[name]


def subjects() -> list[Matter]:
    return list(_subjects.values())


def use_calendar(is_workday: Callable[[date], bool]) -> None:
    """Whose knowledge of working days deadlines count by."""
    _is_workday[:] = [is_workday]


def is_workday(on: date) -> bool:
    return _is_workday[0](on) if _is_workday else on.weekday() < 5
