"""What closed months still owe or are owed, because facts arrived after they were closed (reading 36)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from compensation.models import PayLine, PayMonth, PayRun, PaySlip
from compensation.rules import Adjustment, Inputs, Payslip, Plan, compute
from compensation.rules.facts import inputs_from_data
from compensation.selectors.content import FIRST_EDITION
from compensation.selectors.facts import month_facts
from compensation.selectors.inputs import own_inputs
from compensation.selectors.leaders import with_teams
from core.explain import N_, Line
from core.money import ZERO
from core.periods import Month, Period
from crm.models import Import
from teams.models import Unit

MONTHS_BACK = 12
FROM_CRM = ("commissions", "new_commission", "openings", "valid_openings", "new_assets", "product_sales")


def adjustments_for(branch: Unit, month: Month) -> dict[int, tuple[Adjustment, ...]]:
    """By person id, what the branch's closed months before `month` would have paid more or less.

    A closed month is worked out again with the plan, coefficients and entries of then and the account figures of now;
    only the difference to what was paid for it since goes into the open month.
    """
    found: dict[int, list[Adjustment]] = defaultdict(list)
    for closed in _touched(branch, month):
        for person, adjustment in _differences(branch, Month(closed)).items():
            found[person].append(adjustment)
    return {person: tuple(adjustments) for person, adjustments in found.items()}


def _touched(branch: Unit, month: Month) -> list[date]:
    """Closed months for which other imports are taken by now than when they were closed."""
    first = date(month.first.year - (MONTHS_BACK // 12), month.first.month, 1)
    closed = dict(
        PayMonth.objects.filter(
            branch=branch, month__gte=first, month__lt=month.first, closed_at__isnull=False
        ).values_list("month", "imports")
    )
    if not closed:
        return []
    taken = list(imports_of(Period(min(closed), month.first)).values_list("pk", "covers_from", "covers_to"))
    return sorted(
        on
        for on, then in closed.items()
        if set(then) != {pk for pk, begin, last in taken if begin and last and begin < Month(on).end and last >= on}
    )


def imports_of(period: Period) -> QuerySet[Import]:
    """The imports that are taken and speak of the period."""
    return Import.objects.filter(
        state=Import.State.TAKEN, covers_from__lt=period.end, covers_to__gte=period.first
    ).order_by("pk")


def _differences(branch: Unit, month: Month) -> dict[int, Adjustment]:
    run = PayRun.objects.select_related("plan__plan").get(branch=branch, month=month.first)
    run.branch = branch
    plan = run.plan.as_plan()
    slips = {slip.person_id: slip for slip in PaySlip.objects.filter(run=run)}
    paid_since = dict(
        PayLine.objects.filter(run__branch=branch, run__state=PayRun.State.FILED, for_month=month.first)
        .values_list("slip__person")
        .annotate(paid=Sum("amount"))
        .order_by()
    )
    kept = {person: inputs_from_data(slip.inputs) for person, slip in slips.items()}
    now = _as_known_now(run, plan, kept)
    found = {}
    for person in sorted(now):
        before, after = kept.get(person), now[person]
        was = compute(plan, before) if before else Payslip((), {}, (), compute(plan, Inputs("")).carry)
        becomes = compute(plan, after)
        amount = becomes.total - was.total - paid_since.get(person, ZERO)
        if amount:
            found[person] = Adjustment(month.first, amount, _lines(was, becomes, paid_since.get(person, ZERO), month))
    return found


def _as_known_now(run: PayRun, plan: Plan, kept: Mapping[int, Inputs]) -> dict[int, Inputs]:
    """A closed month's inputs with today's figures of accounts and, reckoned from these as then, of teams."""
    as_then = run.edition == FIRST_EDITION
    facts = month_facts(run.branch, run.period, alone=as_then)
    fresh = own_inputs(facts, plan)
    now = {person: _with_figures(kept.get(person), fresh.get(person)) for person in fresh.keys() | kept.keys()}
    members = {person: now[person] for person in facts.people}
    teams = with_teams(members, facts.people, facts.leading, plan, before_coefficients=as_then)
    for person, before in kept.items():
        led = {(one.role, one.unit): one for one in teams[person].leads} if person in teams else {}
        leads = tuple(
            replace(one, base=known.base, commission=known.commission)
            if (known := led.get((one.role, one.unit)))
            else one
            for one in before.leads
        )
        now[person] = replace(now[person], leads=leads)
    return now


def _with_figures(before: Inputs | None, now: Inputs | None) -> Inputs:
    """One person's inputs with today's figures of accounts; whoever was not in the month draws no base for it."""
    if before is None:
        return replace(now or Inputs(""), draws_base=False)
    fresh = now or Inputs(before.employee_no)
    return replace(before, **{name: getattr(fresh, name) for name in FROM_CRM})


def _lines(was: Payslip, becomes: Payslip, paid_since: Decimal, month: Month) -> tuple[Line, ...]:
    components: Mapping[str, None] = dict.fromkeys(line.component for line in (*was.lines, *becomes.lines))
    lines = []
    for component in components:
        before, after = was.amount(component), becomes.amount(component)
        if before != after:
            inputs = ((N_("component"), component), (N_("as closed"), before), (N_("as known now"), after))
            lines.append(Line(N_("Difference"), after - before, "D15.b", inputs))
    if paid_since:
        lines.append(Line(N_("Adjusted before"), -paid_since, "D15.b"))
    values = (("month", month.code),)
    note = N_("Figures for %(month)s arrived after that month was closed.")
    total = becomes.total - was.total - paid_since
    return (*lines, Line(N_("Adjustment of a closed month"), total, "D15.b", note=note, values=values, total=True))
