"""Where the months of pay stand: what is done, who is next, since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, DateField, Max, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from compensation.models import BusinessDetail, PayRun, Signature, Stage
from compensation.selectors.readiness import ready_from
from core.periods import Month
from crm.models import AccountMonth, Import, Kind
from teams.authority import Power
from teams.models import Posting, Role, Unit, UnitKind

State = PayRun.State
ORDER = [State.DRAFT, State.REVIEWED, State.SIGNED_1, State.SIGNED_2, State.SIGNED_3, State.FILED]


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
    imports = Import.objects.taken(Kind.ACCOUNT_MONTH).filter(covers_from__isnull=False).order_by()
    return runs.values_list("branch__path", "month", "last").union(
        imports.values_list("unit__path", "covers_from", "covers_to")
    )


def _months(first: date, last: date) -> Iterable[date]:
    month = Month(first)
    while month.first <= last:
        yield month.first
        month = month.next()


@dataclass(frozen=True)
class Stand:
    """Where one month of one branch stands. `stages` are as the status bar shows them."""

    branch: Unit
    month: Month
    run: PayRun | None
    rows: int
    details: int
    accepted: int
    sent_back: int
    closed_at: datetime | None
    arrived_at: datetime | None = None
    stages: list[dict[str, Any]] = field(default_factory=list)


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
    details: dict[tuple[int, date], Any] = {
        (row["branch"], row["month"]): row
        for row in BusinessDetail.objects.filter(here)
        .order_by()
        .values("branch", "month")
        .annotate(
            all=Count("pk"),
            accepted=Count("pk", filter=Q(state=BusinessDetail.State.ACCEPTED)),
            sent_back=Count("pk", filter=Q(state=BusinessDetail.State.SENT_BACK)),
            at=Max("reviewed_at"),
        )
    }
    signatures: dict[int, dict[int, Signature]] = {}
    if standing is None:
        standing = Signature.objects.standing().filter(run__in=[run.pk for run in runs.values()])
    for signature in standing:
        signatures.setdefault(signature.run_id, {})[signature.stage] = signature
    arrived = _arrived(branches.values(), months, runs)
    next_people = _signers(branches, runs.values(), on)
    found = []
    for branch, month in pairs:
        key = branch.pk, month.first
        run, detail = runs.get(key), dict(details.get(key, {}))
        rows, at = arrived.get(key, (0, None))
        stand = Stand(
            branch,
            month,
            run,
            rows,
            detail.get("all", 0),
            detail.get("accepted", 0),
            detail.get("sent_back", 0),
            run.filed_at if run else None,
            at,
        )
        signed = signatures.get(run.pk, {}) if run else {}
        stand.stages.extend(_stages(stand, on, detail.get("at"), signed, next_people))
        found.append(stand)
    return found


def _arrived(
    branches: Iterable[Unit], months: set[date], runs: Mapping[tuple[int, date], PayRun]
) -> dict[tuple[int, date], tuple[int, datetime | None]]:
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
    found: dict[tuple[int, date], tuple[int, datetime | None]] = {}
    for path, month, at, count in rows:
        for branch in branches:
            run = runs.get((branch.pk, month))
            came_late = run is not None and run.filed_at is not None and at is not None and at > run.filed_at
            if path.startswith(branch.path) and not came_late:
                before, last = found.get((branch.pk, month), (0, None))
                found[branch.pk, month] = before + count, max(filter(None, (at, last)), default=None)
    return found


SIGNING_ROLE = {
    Stage.CHIEF_ACCOUNTANT: Role.CHIEF_ACCOUNTANT,
    Stage.DEPUTY_MANAGER: Role.DEPUTY_BRANCH_MANAGER,
    Stage.MANAGER: Role.BRANCH_MANAGER,
}


def _signers(branches: Mapping[int, Unit], runs: Iterable[PayRun], on: date) -> dict[tuple[int, str], str]:
    """Names of those who may sign next on a day, by branch and role; asked only where somebody is due."""
    if not any(run.next_stage for run in runs):
        return {}
    rows = (
        Posting.objects.on(on)
        .filter(unit__in=branches, role__in=SIGNING_ROLE.values())
        .order_by("person__user__employee_no")
        .values_list("unit", "role", "person__user__name")
    )
    names: dict[tuple[int, str], list[str]] = {}
    for unit, role, name in rows:
        names.setdefault((unit, role), []).append(name)
    return {key: "、".join(found) for key, found in names.items()}


def _possible_from(run: PayRun, on: date) -> str:
    """From when on a draft can be reviewed, where that is still to come."""
    if run.state != State.DRAFT or on >= (ready_on := ready_from(run)):
        return ""
    return _("possible from %(on)s") % {"on": date_format(ready_on, "DATE_FORMAT")}


def _stages(
    stand: Stand,
    on: date,
    accepted_at: datetime | None,
    signed: dict[int, Signature],
    next_people: dict[tuple[int, str], str],
) -> Iterable[dict[str, Any]]:
    run = stand.run
    is_accepted = bool(stand.details) and stand.accepted == stand.details
    steps: list[dict[str, Any]] = [
        {
            "label": _("CRM figures arrived"),
            "done": bool(stand.rows),
            "at": stand.arrived_at,
            "note": _("%(count)s rows") % {"count": stand.rows} if stand.rows else _("waiting for the import"),
        },
        {
            "label": _("Business detail reviewed"),
            "done": is_accepted,
            "at": accepted_at if is_accepted else None,
            "note": _("%(done)s of %(all)s accepted") % {"done": stand.accepted, "all": stand.details}
            if stand.details
            else "",
        },
        {
            "label": _("Pay computed"),
            "done": run is not None,
            "at": run.drafted_at if run else None,
            "note": _("version %(version)s") % {"version": run.version} if run else "",
        },
        {
            "label": _("Reviewed"),
            "done": run is not None and run.state in ORDER[1:],
            "by": run.reviewed_by.name if run and run.reviewed_by else "",
            "at": run.reviewed_at if run else None,
            "note": _possible_from(run, on) if run else "",
        },
    ]
    for stage in Stage:
        signature = signed.get(stage.value)
        due = next_people.get((stand.branch.pk, SIGNING_ROLE[stage]), "") if run and run.next_stage == stage else ""
        steps.append(
            {
                "label": _("Signed: %(role)s") % {"role": stage.label},
                "done": signature is not None,
                "by": signature.signer_name if signature else "",
                "at": signature.signed_at if signature else None,
                "note": _("next: %(names)s") % {"names": due} if due else "",
            }
        )
    steps.append(
        {
            "label": _("Filed"),
            "done": run is not None and run.is_filed,
            "at": run.filed_at if run else None,
            "note": _("month closed") if stand.closed_at else "",
        }
    )
    current = next((step for step in steps if not step["done"]), None)
    before: datetime | None = None  # when the step before this one was done
    for step in steps:
        if step is current and before:
            since = date_format(timezone.localtime(before), "SHORT_DATETIME_FORMAT")
            step["note"] = " · ".join(filter(None, (step["note"], _("since %(since)s") % {"since": since})))
        before = step["at"] or before
        step["state"] = "done" if step.pop("done") else "current" if step is current else "waiting"
        if run and run.state == State.REJECTED and step["label"] == _("Reviewed"):
            by = run.rejected_by.name if run.rejected_by else ""
            step |= {
                "label": _("Rejected"),
                "state": "void",
                "by": by,
                "note": run.reject_reason,
                "at": run.rejected_at,
            }
        yield step
