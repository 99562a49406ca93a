"""Where the months of pay stand: what is done, who is next, since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, DateField, Max, Q, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import User
from compensation.models import BusinessDetail, PayRun, Signature, Stage
from compensation.selectors.stages import Signers, Stand
from core.periods import Month
from crm.models import AccountMonth, Import, ImportKind
from teams.authority import Power
from teams.models import Posting, Unit, UnitKind


def pay_branches(user: User) -> QuerySet[Unit]:
    """Branches whose pay one may see."""
    return Unit.objects.filter(user.authority.sees_unit("path", Power.SEE_PAY), kind=UnitKind.BRANCH)


def months_in_sight(user: User, on: date) -> list[tuple[Unit, Month]]:
    """Branches and months of pay in one's sight, the latest first: those with a run and, for whoever sees all of the
    pay, those that an import of account months covers, and the two latest ones of every branch."""
    authority = user.authority
    sight = authority.sees_unit("path", Power.SEE_PAY, Power.SEE_FILED_PAY)
    branches = {branch.path: branch for branch in Unit.objects.filter(sight, kind=UnitKind.BRANCH)}
    open_to = [
        path for path, unit in branches.items()
        if authority.may(Power.SEE_PAY, path) and (unit.closed_on is None or unit.closed_on > on)
    ]  # fmt: skip
    recent = (Month(on).previous(), Month(on).previous().previous())
    found = {(path, month.first) for path in open_to for month in recent}
    for path, first, last in _runs_and_imports(user):
        if last is None:
            found.add((path, first))
        else:
            covered = [own for own in open_to if own.startswith(path) or path.startswith(own)]
            found |= {(own, month) for own in covered for month in _months(first, last)}
    ordered = sorted(found, key=lambda pair: (-pair[1].toordinal(), branches[pair[0]].code))
    return [(branches[path], Month(month)) for path, month in ordered]


def _runs_and_imports(user: User) -> Iterable[tuple[str, date, date | None]]:
    """Path and month of every run in sight, and path and span of every import of account months, at once."""
    nothing = Cast(Value(None), DateField())
    runs = PayRun.objects.visible_to(user).order_by().annotate(last=nothing)
    imports = Import.objects.taken(ImportKind.ACCOUNT_MONTH).filter(covers_from__isnull=False).order_by()
    return runs.values_list("branch__path", "month", "last").union(
        imports.values_list("unit__path", "covers_from", "covers_to")
    )


def _months(first: date, last: date) -> Iterable[date]:
    month = Month(first)
    while month.first <= last:
        yield month.first
        month = month.next()


def stand_of(run: PayRun, signatures: Iterable[Signature], on: date) -> Stand:
    """Where one run stands on a day, which with its signatures is at hand already."""
    standing = [signature for signature in signatures if signature.voided_at is None]
    return stands([(run.branch, run.period)], on, [run], standing)[0]


def stands(
    pairs: Sequence[tuple[Unit, Month]],
    on: date,
    known: Iterable[PayRun] | None = None,
    standing: Iterable[Signature] | None = None,
) -> list[Stand]:
    """Where these months stand on a day, in a constant number of queries; runs and signatures may be at hand."""
    if not pairs:
        return []
    months = {month.first for _, month in pairs}
    branches = {branch.pk: branch for branch, _ in pairs}
    here = Q(branch__in=branches, month__in=months)
    if known is None:
        known = PayRun.objects.filter(here).select_related("branch", "plan__plan", "reviewed_by", "rejected_by")
    runs = {(run.branch_id, run.month): run for run in known}
    if standing is None:
        standing = Signature.objects.standing().filter(run__in=[run.pk for run in runs.values()])
    signed: defaultdict[tuple[int, date], dict[int, Signature]] = defaultdict(dict)
    of_run = {run.pk: key for key, run in runs.items()}
    for signature in standing:
        signed[of_run[signature.run_id]][signature.stage] = signature
    details, arrived = _details(here), _arrived(branches.values(), months, runs)
    signers = _signers(branches, runs.values(), on)
    found = []
    for branch, month in pairs:
        key = branch.pk, month.first
        known_of = {**arrived.get(key, {}), **details.get(key, {}), "signed": signed[key], "signers": signers}
        found.append(Stand(branch, month, on, runs.get(key), **known_of))
    return found


def _details(here: Q) -> dict[tuple[int, date], dict[str, Any]]:
    """How many details there are and how far their review is, by branch and month."""
    state = BusinessDetail.State
    counted = BusinessDetail.objects.filter(here).order_by().values("branch", "month")
    counted = counted.annotate(
        details=Count("pk"),
        accepted=Count("pk", filter=Q(state=state.ACCEPTED)),
        sent_back=Count("pk", filter=Q(state=state.SENT_BACK)),
        accepted_at=Max("reviewed_at"),
    )
    rows: Iterable[dict[str, Any]] = map(dict, counted)
    return {(row.pop("branch"), row.pop("month")): row for row in rows}


def _arrived(
    branches: Iterable[Unit], months: set[date], runs: Mapping[tuple[int, date], PayRun]
) -> dict[tuple[int, date], dict[str, Any]]:
    """Account rows per branch and month, and when the last of them were taken; of a filed month those it was filed with."""
    below = Q()
    branches = list(branches)
    for branch in branches:
        below |= Q(unit__path__startswith=branch.path)
    rows = (
        AccountMonth.objects.filter(below, month__in=months)
        .order_by()
        .values_list("unit__path", "month", "source__taken_at")
        .annotate(n=Count("pk"))
    )
    found: dict[tuple[int, date], dict[str, Any]] = {}
    for path, month, at, count in rows:
        for branch in branches:
            run = runs.get((branch.pk, month))
            came_late = run is not None and run.filed_at is not None and at is not None and at > run.filed_at
            if path.startswith(branch.path) and not came_late:
                there = found.setdefault((branch.pk, month), {"rows": 0, "arrived_at": None})
                there["rows"] += count
                there["arrived_at"] = max(filter(None, (at, there["arrived_at"])), default=None)
    return found


def _signers(branches: Mapping[int, Unit], runs: Iterable[PayRun], on: date) -> Signers:
    """Names of those who may sign next on a day, by branch and role; asked only where somebody is due."""
    if not any(run.next_stage for run in runs):
        return {}
    rows = (
        Posting.objects.on(on)
        .filter(unit__in=branches, role__in=[stage.role for stage in Stage])
        .order_by("person__user__employee_no")
        .values_list("unit", "role", "person__user__name")
    )
    names: dict[tuple[int, str], list[str]] = {}
    for unit, role, name in rows:
        names.setdefault((unit, role), []).append(name)
    return {key: "、".join(found) for key, found in names.items()}
