"""The month of pay as finance and its signers see it first: where it stands, who is next, what to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Func, IntegerField, Subquery

from accounts.models import User
from attendance.selectors import calendar_for
from compensation.models import BusinessDetail, PayRun, PaySlip, Question
from compensation.selectors.stages import Stand
from compensation.selectors.stands import stands
from core.periods import Month, Period
from crm.selectors import DayState, days_lately
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
    unusual_count: int
    days: tuple[DayState, ...]  # of openings, the newest first
    differences: tuple[Difference, ...]
    questions: int

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """What the run itself points out, as its page shows it."""
        return list(self.run.warnings) if self.run else []

    @property
    def known_until(self) -> date | None:
        """The newest day whose openings have come."""
        return next((day.on for day in self.days if day.since), None)

    @property
    def days_late(self) -> list[date]:
        """Trading days that are over and whose openings have not come."""
        return [day.on for day in self.days if day.is_trading and day.is_over and not day.since]

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
    """The oldest month under way, else last month. At most nine queries."""
    count = Func(F("pk"), function="COUNT", output_field=IntegerField())
    questions = Question.objects.visible_to(user).open().order_by().annotate(n=count).values("n")
    runs: list[Any] = list(
        PayRun.objects.filter(branch=branch).annotate(questions=Subquery(questions)).order_by("-month")[:6]
    )
    open_run = next((run for run in reversed(runs) if not run.is_filed), None)
    month = open_run.period if open_run else Month(today).previous()
    run = next((one for one in runs if one.month == month.first), None)
    before = next((one for one in runs if one.month == month.previous().first), None)
    unusual = list(
        BusinessDetail.objects.filter(branch=branch, month=month.first)
        .exclude(unusual=[])
        .exclude(state=BusinessDetail.State.ACCEPTED)
        .select_related("person__user")
    )
    lately = Period.between(today - timedelta(days=6), today)
    return MonthOfBranch(
        branch=branch,
        month=month,
        run=run,
        before=before,
        stand=stands([(branch, month)], today)[0],
        unusual=tuple(unusual[:MOST_LINES]),
        unusual_count=len(unusual),
        days=tuple(days_lately(branch, lately, calendar_for(lately, margin=timedelta()).trading_days(lately))),
        differences=tuple(_differences(run, before)),
        questions=runs[0].questions if runs else 0,
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
