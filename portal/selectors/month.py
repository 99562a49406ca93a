"""The month of pay as finance and its signers see it first: where it stands, who is next, what to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.models import BusinessDetail, PayRun, PaySlip, Question, Signature, Stage
from core.periods import Month
from crm.models import Import, Kind
from teams.authority import Power
from teams.models import Unit, UnitKind

MOST_LINES = 6


@dataclass(frozen=True)
class Step:
    """A stage of the month for the status bar."""

    label: str | Promise
    state: str  # done, current, waiting, void
    by: str | Promise = ""
    at: datetime | None = None
    note: str | Promise = ""


@dataclass(frozen=True)
class Difference:
    """A person's pay beside last month's."""

    slip: PaySlip
    before: Decimal

    @property
    def change(self) -> Decimal:
        return self.slip.total - self.before


@dataclass(frozen=True)
class MonthOfBranch:
    branch: Unit
    month: Month
    run: PayRun | None
    before: PayRun | None
    steps: tuple[Step, ...]
    imported_at: datetime | None
    details: dict[str, int]
    unusual: tuple[BusinessDetail, ...]
    differences: tuple[Difference, ...]
    questions: int

    @property
    def change(self) -> Decimal | None:
        return self.run.total - self.before.total if self.run and self.before else None


@dataclass(frozen=True)
class BranchLine:
    """One branch among many: its run of the month, if there is one."""

    branch: Unit
    run: PayRun | None


def branches_of_pay(user: User, on: date) -> list[Unit]:
    """The branches whose pay one may see. One query."""
    seen = user.authority.sees_unit("path", Power.SEE_PAY)
    return list(Unit.objects.filter(seen, kind=UnitKind.BRANCH).open_on(on).order_by("code"))


def branch_lines(branches: list[Unit], month: Month) -> list[BranchLine]:
    """One query."""
    runs = {run.branch_id: run for run in PayRun.objects.filter(branch__in=branches, month=month.first)}
    return [BranchLine(branch, runs.get(branch.pk)) for branch in branches]


def month_of_branch(user: User, branch: Unit, today: date) -> MonthOfBranch:
    """The oldest month under way, else last month. At most eight queries."""
    runs = list(PayRun.objects.filter(branch=branch).order_by("-month")[:6])
    open_run = next((run for run in reversed(runs) if not run.is_filed), None)
    month = open_run.period if open_run else Month(today).previous()
    run = next((one for one in runs if one.month == month.first), None)
    before = next((one for one in runs if one.month == month.previous().first), None)
    imported_at = _imported_at(branch, month)
    details = BusinessDetail.objects.filter(branch=branch, month=month.first)
    states = dict(details.order_by().values_list("state").annotate(count=Count("pk")))
    unusual = list(
        details.exclude(unusual=[])
        .exclude(state=BusinessDetail.State.ACCEPTED)
        .select_related("person__user")[:MOST_LINES]
    )
    signatures = list(Signature.objects.filter(run=run).order_by("signed_at")) if run else []
    return MonthOfBranch(
        branch=branch,
        month=month,
        run=run,
        before=before,
        steps=tuple(_steps(run, signatures, imported_at, states)),
        imported_at=imported_at,
        details=states,
        unusual=tuple(unusual),  # type: ignore[arg-type]
        differences=tuple(_differences(run, before)),
        questions=Question.objects.visible_to(user).open().count(),
    )


def _imported_at(branch: Unit, month: Month) -> datetime | None:
    """When the account months that cover the month were taken, for the branch or for all of the firm."""
    taken = Import.objects.taken(Kind.ACCOUNT_MONTH).filter(
        unit__in=branch.line, covers_from__lte=month.first, covers_to__gte=month.last
    )
    moment: datetime | None = taken.aggregate(at=Max("taken_at"))["at"]
    return moment


def _steps(
    run: PayRun | None, signatures: list[Signature], imported_at: datetime | None, details: dict[str, int]
) -> Iterable[Step]:
    accepted = details.get(BusinessDetail.State.ACCEPTED, 0)
    known = sum(details.values())
    standing = {signature.stage: signature for signature in signatures if signature.voided_at is None}
    is_reviewed = run is not None and run.state not in (PayRun.State.DRAFT, PayRun.State.REJECTED)
    done = [
        bool(imported_at),
        bool(known) and accepted == known,
        is_reviewed,
        *(stage in standing for stage in Stage),
        bool(run and run.is_filed),
    ]
    current = done.index(False) if False in done else len(done)
    void = {signature.stage for signature in signatures if signature.voided_at is not None} - standing.keys()

    def state(place: int) -> str:
        if done[place]:
            return "done"
        return "current" if place == current else "waiting"

    yield Step(_("CRM data arrived"), state(0), at=imported_at)
    yield Step(
        _("Detail reviewed"),
        state(1),
        note=_("%(accepted)s of %(known)s accepted") % {"accepted": accepted, "known": known} if known else "",
    )
    yield Step(_("Pay computed"), state(2), at=run.reviewed_at if run and is_reviewed else None)
    for place, stage in enumerate(Stage, start=3):
        signature = standing.get(stage)
        yield Step(
            stage.label,
            "void" if stage in void and state(place) != "current" else state(place),
            by=signature.signer_name if signature else "",
            at=signature.signed_at if signature else None,
            note=_("signature void: the content changed") if stage in void else "",
        )
    yield Step(_("Filed"), state(6), at=run.filed_at if run else None)


def _differences(run: PayRun | None, before: PayRun | None) -> list[Difference]:
    """The largest changes of a person's pay against last month."""
    if run is None or before is None:
        return []
    slips = list(PaySlip.objects.filter(run__in=[run, before]).only("public_id", "name", "total", "run", "person"))
    last = {slip.person_id: slip.total for slip in slips if slip.run_id == before.pk}
    found = [
        Difference(slip, last[slip.person_id]) for slip in slips if slip.run_id == run.pk and slip.person_id in last
    ]
    return sorted(found, key=lambda one: -abs(one.change))[:MOST_LINES]
