"""The month of pay as finance and its signers see it first: where it stands, who is next, what to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import User
from compensation.models import BusinessDetail, PayRun, PaySlip, Question
from compensation.selectors.stands import Stand, stands
from core.periods import Month
from teams.authority import Power
from teams.models import Unit, UnitKind

MOST_LINES = 6


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
    stand: Stand
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
    unusual = list(
        BusinessDetail.objects.filter(branch=branch, month=month.first)
        .exclude(unusual=[])
        .exclude(state=BusinessDetail.State.ACCEPTED)
        .select_related("person__user")[:MOST_LINES]
    )
    return MonthOfBranch(
        branch=branch,
        month=month,
        run=run,
        before=before,
        stand=stands([(branch, month)], today)[0],
        unusual=tuple(unusual),  # type: ignore[arg-type]
        differences=tuple(_differences(run, before)),
        questions=Question.objects.visible_to(user).open().count(),
    )


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
