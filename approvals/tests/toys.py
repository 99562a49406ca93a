"""A toy subject and its routes: what the engine must do whatever is brought to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from approvals import routes, subjects
from approvals.models import Assignment, Request
from approvals.routes import Route, RouteStage, Whom
from approvals.rules.names import Quorum
from approvals.rules.verbs import Verb
from approvals.services.deciding import decide
from approvals.services.requests import submit
from approvals.subjects import Matter
from messaging.models import Message
from teams.authority import Power
from teams.models import Function, Person, Posting, Role, Unit, UnitKind
from tests.cast import SINCE, Cast

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Wednesday
NAME = "toy"
THREE = ("counter1", "counter2", "counter3")
HOOKS = ("agreed", "refused", "withdrawn", "returned")

COUNTERSIGN = Route(
    "toy.countersign", "Countersigning",
    (
        RouteStage("channel", "channel management", Whom(function=Function.CHANNEL_MANAGEMENT)),
        RouteStage("countersign", "countersigning", Whom(role=Role.COUNTERSIGNER, named=True), Quorum.ALL),
        RouteStage("vice_president", "vice-president in charge", Whom(role=Role.VICE_PRESIDENT, at=UnitKind.COMPANY), Quorum.ONE),
        RouteStage("opinion", "the general office returns the opinion", Whom(function=Function.GENERAL_OFFICE)),
    ),
)  # fmt: skip
LINE = Route(
    "toy.line", "Up the line",
    (
        RouteStage("market", "market department", Whom(role=Role.MARKET_MANAGER, at=UnitKind.MARKET_DEPARTMENT), Quorum.ONE),
        RouteStage("branch", "branch", Whom(role=Role.BRANCH_MANAGER, at=UnitKind.BRANCH), Quorum.ONE),
    ),
)  # fmt: skip
SIGNED = Route(
    "toy.signed", "Three signatures",
    tuple(
        RouteStage(role, role, Whom(role=role, at=UnitKind.BRANCH))
        for role in (Role.CHIEF_ACCOUNTANT, Role.DEPUTY_BRANCH_MANAGER, Role.BRANCH_MANAGER)
    ),
    fixed=True, different=True, back_to_author=True,
)  # fmt: skip
ROUTES = (COUNTERSIGN, LINE, SIGNED)


def of_people(cast: Cast, how: Quorum, *keys: str, share: str = "1", key: str = "") -> Route:
    who = Whom(people=tuple(cast.user[one].pk for one in keys))
    return Route(key or f"toy.{how}", "会签", (RouteStage("people", "会签", who, how, share),))


@dataclass
class Toys:
    """The toy subject: a unit is brought; its name is the content. What was done to it stands in `done`."""

    cast: Cast
    done: list[str] = field(default_factory=list)
    out: set[int] = field(default_factory=set)

    @property
    def thing(self) -> Unit:
        return self.cast.unit["B1"]

    def happened(self, hook: str, *_more: object) -> None:
        self.done.append(hook)

    def use(self, route: Route, **changed: Any) -> None:
        routes._routes[route.key] = route
        hooks: dict[str, Any] = {hook: partial(self.happened, hook) for hook in HOOKS}
        subject = Matter(
            NAME, "样品", Unit, route.key, unit=lambda unit: unit, title=lambda unit: unit.name, link=lambda _unit: "/",
            content=lambda unit: sha256(unit.name.encode()).hexdigest(), sight=(Power.SEE_AUDIT,),
            excluded=lambda _unit: self.out, **hooks,
        )  # fmt: skip
        subjects.register(replace(subject, **changed))

    def brought(
        self, route: Route, by: str = "clerk", named: Collection[str] = (), thing: Unit | None = None, **changed: Any
    ) -> Request:
        self.use(route, **changed)
        departments = [self.cast.unit[code] for code in named]
        return submit(name=NAME, thing=thing or self.thing, actor=self.cast.user[by], now=NOW, named=departments)

    def changed(self, name: str) -> None:
        self.thing.name = name
        Unit.objects.filter(pk=self.thing.pk).update(name=name)


@contextmanager
def toys_of(cast: Cast) -> Iterator[Toys]:
    kept, known = dict(routes._routes), dict(subjects._subjects)
    try:
        yield Toys(cast)
    finally:
        routes._routes.clear()
        routes._routes.update(kept)
        subjects._subjects.clear()
        subjects._subjects.update(known)


def engage(cast: Cast, key: str, number: str, name: str, unit: str, role: Role, **more: Any) -> User:
    """Somebody more for the cast."""
    user = User.objects.create(employee_no=number, name=name, phone=f"1390000{number}", email=f"{number}@example.com")
    person = Person.objects.create(user=user, joined_on=SINCE)
    Posting.objects.create(person=person, unit=cast.unit[unit], role=role, from_on=SINCE, **more)
    cast.user[key] = user
    return user


def with_head_office(cast: Cast) -> Cast:
    """Departments that countersign, each with its countersigner, and a vice-president."""
    for number, (code, name) in enumerate([("HX-LAW", "合规部"), ("HX-FIN", "计划财务部"), ("HX-HR", "人力资源部")], 1):
        company = cast.unit["HX"]
        unit = Unit.objects.create(
            code=code, name=name, kind=UnitKind.HQ_DEPARTMENT, parent=company, path="", started_on=SINCE,
            functions=[Function.COUNTERSIGNING],
        )  # fmt: skip
        unit.path = f"{company.path}{unit.pk}/"
        unit.save(update_fields=["path"])
        cast.unit[code] = unit
        engage(cast, f"counter{number}", f"700{number}", f"会签{number}", code, Role.COUNTERSIGNER)
    engage(cast, "vice", "7010", "秦副总", "HX", Role.VICE_PRESIDENT)
    return cast


def waiting(request: Request) -> list[str]:
    """Whose turn it is, by name."""
    there = Assignment.objects.filter(round__request=request, turn=True)
    return [one.name for one in there.order_by("seat", "place")]


def say(request: Request, who: User, verb: Verb = Verb.AGREE, at: datetime | None = None, **more: Any) -> Assignment:
    request.refresh_from_db()
    more.setdefault("remark", "不行" if verb == Verb.REFUSE else "")
    return decide(request=request, verb=verb, actor=who, seen=more.pop("seen", request.digest), now=at or NOW, **more)


def later(**more: float) -> datetime:
    return NOW + timedelta(**more)


def told(user: User, text: str) -> int:
    return Message.objects.filter(recipient=user, rule__startswith=f"approvals.{text}:").count()
