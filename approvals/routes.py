"""Routes: stages in their order, as data. A request keeps the route it was submitted on (D4.c)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from approvals.rules.names import Quorum


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a stage asks: the holders of a post at a unit above the request's; those posted to head office's departments
    with a function; a post at each department that the author named; people.

    `at` is the kind of the unit in the request's line at or below which the post is held; without one there, the request's
    own unit.
    """

    role: str = ""
    at: str = ""
    function: str = ""
    named: bool = False
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteStage:
    """`label` is a message id; `hours` of working time until it is overdue, none: never."""

    key: str
    label: str
    who: Whom
    how: Quorum = Quorum.ANY
    share: str = "1"
    hours: int | None = 18

    @property
    def part(self) -> Fraction:
        return Fraction(self.share)


@dataclass(frozen=True, slots=True)
class Route:
    """`fixed`: its signers are people in given posts and nobody stands in but by a posting. `different`: no two stages
    are one person's. A change of the content asks again those who spoke; with `back_to_author` it goes to the author.
    `any_may_return`: whoever is asked at any stage, whatever stage it is at. `without`: verbs that it does not know."""

    key: str
    label: str
    stages: tuple[RouteStage, ...] = field(default=())
    fixed: bool = False
    different: bool = False
    back_to_author: bool = False
    any_may_return: bool = False
    without: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def route_from(data: dict[str, Any]) -> Route:
    stages = tuple(
        RouteStage(
            **{**one, "how": Quorum(one["how"]), "who": Whom(**{**one["who"], "people": tuple(one["who"]["people"])})}
        )
        for one in data["stages"]
    )
    return Route(**{**data, "stages": stages, "without": tuple(data.get("without", ()))})


_routes: dict[str, Route] = {}


def declare(*routes: Route) -> None:
    for route in routes:
        if _routes.setdefault(route.key, route) != route:
            raise ValueError(f"The route {route.key} is declared twice")


def route(key: str) -> Route:
    return _routes[key]


def routes() -> Sequence[Route]:
    return list(_routes.values())
