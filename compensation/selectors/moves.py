"""Who moved between branches within a month, and what she has in the other ones (reading 40)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import replace
from decimal import Decimal

from compensation.models import PayLine, PayRun, PaySlip, PlanVersion
from compensation.rules import Inputs
from compensation.rules.facts import Elsewhere, inputs_from_data
from compensation.selectors.facts import MonthFacts
from core.periods import Month
from crm.models import AccountMonth, Opening
from teams.models import Posting, Role, Unit, UnitKind, below

InputsOf = Callable[[MonthFacts], dict[int, Inputs]]


def branches_elsewhere(branch: Unit, month: Month, people: Collection[int]) -> dict[Unit, set[int]]:
    """The other branches in which some of these people were customer managers in the month, or have business."""
    own = below(branch, path="unit__path")
    postings = Posting.objects.during(month.first, month.end).filter(person__in=people, role=Role.CUSTOMER_MANAGER)
    opened = Opening.objects.filter(developer__in=people, open_date__gte=month.first, open_date__lt=month.end)
    accounts = AccountMonth.objects.filter(person__in=people, month=month.first)
    places = postings.exclude(own).order_by().values_list("person", "unit__path")
    places = places.union(
        opened.exclude(own).order_by().values_list("developer", "unit__path"),
        accounts.exclude(own).order_by().values_list("person", "unit__path"),
    )
    found = list(places)
    if not found:
        return {}
    branches = {one.path: one for one in Unit.objects.filter(kind=UnitKind.BRANCH)}
    there: dict[Unit, set[int]] = defaultdict(set)
    for person, path in found:
        for above, unit in branches.items():
            if path.startswith(above) and unit != branch:
                there[unit].add(person)
    return dict(sorted(there.items(), key=lambda item: item[0].code))


def elsewhere(
    facts: MonthFacts, version: PlanVersion | None, facts_of: Callable[[Unit, Month], MonthFacts], inputs_of: InputsOf
) -> dict[int, tuple[Elsewhere, ...]]:
    """By person what she has in other branches: as filed where they have filed the month, else as known now."""
    found: dict[int, list[Elsewhere]] = defaultdict(list)
    for unit, people in branches_elsewhere(facts.branch, facts.month, facts.people.keys()).items():
        run = PayRun.objects.filter(branch=unit, month=facts.month.first, state=PayRun.State.FILED).first()
        if run is None:
            known = inputs_of(facts_of(unit, facts.month))
            for person in people & known.keys():
                found[person].append(Elsewhere(unit.code, replace(known[person], valid_by=())))
            continue
        slips = PaySlip.objects.filter(run=run, person__in=people)
        paid = _paid(run, people)
        for slip in slips:
            inputs = replace(inputs_from_data(slip.inputs), elsewhere=())
            is_same_plan = version is not None and run.plan_id == version.pk
            filed = tuple(sorted(paid[slip.person_id].items())) if is_same_plan else None
            found[slip.person_id].append(Elsewhere(unit.code, inputs, filed))
    return {person: tuple(parts) for person, parts in found.items()}


def _paid(run: PayRun, people: Collection[int]) -> dict[int, dict[str, Decimal]]:
    paid: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    lines = PayLine.objects.filter(run=run, slip__person__in=people)
    for person, component, amount in lines.values_list("slip__person", "component", "amount"):
        paid[person][component] += amount
    return paid
