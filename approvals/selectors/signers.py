"""Whom a stage asks on a day: holders of posts, their delegates, and where a post is empty the next above (rules 7, 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from accounts.models import User
from approvals.models import Assignment, Delegation, Request
from approvals.routes import RouteStage
from approvals.rules.names import YES, Quorum
from teams.models import Function, Role, Unit, UnitKind
from teams.selectors.posts import head_office, holders, leaders_of
from teams.selectors.units import ancestor


@dataclass(frozen=True, slots=True)
class Signer:
    """Who is asked, for which post; `behalf`: who would be, had she not delegated; `empty`: she stands above this post."""

    user: User
    role: str = ""
    unit: Unit | None = None
    behalf: User | None = None
    empty: bool = False

    @property
    def origin(self) -> int:
        """Whose task it is by right."""
        return self.behalf.pk if self.behalf else self.user.pk


@dataclass(frozen=True, slots=True)
class Post:
    """A place where a stage asks, and who holds it."""

    role: str
    unit: Unit
    users: tuple[User, ...]


def signers_of(request: Request, stage: RouteStage, on: date) -> list[Signer]:
    """One for each seat of a round that opens on `on`. Nobody: it waits until somebody holds the post."""
    out = _never_asked(request, stage)
    found: dict[int, Signer] = {}
    for post in _posts(request, stage, on):
        free = [Signer(user, post.role, post.unit) for user in post.users if user.pk not in out]
        if not free and not request.route.fixed and (user := above(post.unit, on, out)):
            free = [Signer(user, post.role, post.unit, empty=True)]
        for signer in free if stage.how == Quorum.ANY or not stage.who.role else free[:1]:
            found.setdefault(signer.user.pk, signer)
    signers = list(found.values())[:1] if stage.how == Quorum.ONE else list(found.values())
    return signers if request.route.fixed else _with_delegates(signers, request, on)


def _posts(request: Request, stage: RouteStage, on: date) -> Iterable[Post]:
    who, unit = stage.who, request.unit
    if who.people:
        users = User.objects.filter(pk__in=who.people, is_active=True).exclude(person__left_on__lte=on)
        by_pk = {user.pk: user for user in users}
        for pk in who.people:
            yield Post("", unit, (by_pk[pk],) if pk in by_pk else ())
    elif who.named:
        for department in request.named.order_by("code"):
            yield Post(who.role, department, tuple(holders(who.role, department, on)))
    elif who.function:
        company = Unit.objects.get(pk=unit.line[0])
        yield Post(who.role, company, tuple(_in_function(who.function, who.role, on)))
    else:
        at = (ancestor(unit, UnitKind(who.at)) if who.at else None) or unit
        yield Post(who.role, at, tuple(holders(who.role, at, on)))


def _in_function(function: str, role: str, on: date) -> list[User]:
    users = head_office(Function(function), on)
    if not role:
        return users
    return [user for user in users if user.person.postings.on(on).filter(role=role).exists()]


def _never_asked(request: Request, stage: RouteStage) -> set[int]:
    """The author, whom the subject shuts out, and on routes of different people those who spoke at other stages."""
    out = set(request.kind.excluded(request.thing)) | ({request.author_id} if request.author_id else set())
    if request.route.different:
        out |= spoken_elsewhere(request, request.route.stages.index(stage))
    return out


def spoken_elsewhere(request: Request, stage: int) -> set[int]:
    """Whose yes stands at another stage: of those before the one the request is at, said in the last pass through each."""
    last = {one.stage: one.pk for one in request.rounds.order_by("number") if one.stage < request.at_stage}
    last.pop(stage, None)
    said = Assignment.objects.filter(round__in=last.values(), outcome__in=YES)
    return set(said.values_list("user", flat=True))


def holds_a_post(request: Request, user: User, on: date) -> bool:
    """Whether any stage of the route asks by a post of hers."""
    return any(
        holder.pk == user.pk
        for stage in request.route.stages
        for post in _posts(request, stage, on)
        for holder in post.users
    )


def above(unit: Unit, on: date, out: Collection[int | None]) -> User | None:
    """The next in the line up from a unit who is not among `out`; in the end the vice-president."""
    line = {one.pk: one for one in Unit.objects.filter(pk__in=unit.line)}
    for pk in reversed(unit.line):
        for user in leaders_of(line[pk], on):
            if user.pk not in out:
                return user
    top = holders(Role.VICE_PRESIDENT, line[unit.line[0]], on)
    return next((user for user in top if user.pk not in out), None)


def _with_delegates(signers: list[Signer], request: Request, on: date) -> list[Signer]:
    """Each replaced by whom she delegated to, who does not delegate it further; never by the author, nor by somebody asked
    anyhow."""
    given = {one.giver_id: one.taker for one in delegations_of([signer.user.pk for signer in signers], request, on)}
    taken = {signer.user.pk for signer in signers}
    found = []
    for signer in signers:
        taker = given.get(signer.user.pk)
        if taker and taker.pk not in taken | {request.author_id}:
            taken.add(taker.pk)
            signer = replace(signer, user=taker, behalf=signer.user)  # noqa: PLW2901
        found.append(signer)
    return found


def delegations_of(users: Collection[int], request: Request, on: date) -> list[Delegation]:
    """Those in force, of the subject before those of all; takers who have left do not count."""
    rows = Delegation.objects.on(on).filter(giver__in=users, subject__in=("", request.subject), taker__is_active=True)
    return list(rows.exclude(taker__person__left_on__lte=on).select_related("taker").order_by("subject", "pk"))
