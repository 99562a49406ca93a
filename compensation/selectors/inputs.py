"""What `compute` needs of everybody in a branch's month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from compensation.models import PersonMonth, PlanVersion
from compensation.rules import Assessment, Inputs, Plan
from compensation.rules.appraisal import Measured, appraise, overridden
from compensation.rules.facts import counted_by_person
from compensation.selectors.accounts import groups_of
from compensation.selectors.facts import MonthFacts, month_facts
from compensation.selectors.leaders import with_teams
from compensation.selectors.moves import elsewhere
from compensation.selectors.openings import rule_lines
from compensation.selectors.people import PaidPerson
from core.money import ZERO
from core.periods import Month
from teams.models import Measure

ONE = Decimal(1)


def pay_inputs(facts: MonthFacts, version: PlanVersion, plan: Plan) -> dict[int, Inputs]:
    """By person id; adjustments are added by whoever knows the closed months."""
    own = own_inputs(facts, plan)
    there = elsewhere(facts, version, month_facts, lambda others: own_inputs(others, plan))
    by_hand = _coefficients_by_hand(facts.month, there)
    found = {}
    for person, inputs in own.items():
        moved = replace(inputs, elsewhere=there[person]) if person in there else inputs
        entry = by_hand.get(person) or facts.entries.get(person)
        found[person] = replace(moved, assessment=_assessment(facts, person, moved.whole, plan, entry))
    return with_teams(found, facts.people, facts.leading, plan)


def own_inputs(facts: MonthFacts, plan: Plan) -> dict[int, Inputs]:
    """What the branch itself knows of each, before appraisal and teams."""
    relation_shares = plan.component("relation_shares")
    relations = {one.relation for sums in facts.accounts.values() for one in sums}
    shares = dict(relation_shares.shares) if relation_shares else dict.fromkeys(relations, ONE)
    counted = counted_by_person(groups_of(facts.accounts.values()), shares)
    valid_by = rule_lines(facts.values)
    found = {}
    for person, who in facts.people.items():
        known = Inputs(
            employee_no=who.employee_no,
            commissions=counted.get(person, ()),
            valid_target=facts.targets.get((person, Measure.VALID_OPENINGS)),
            assets_target=facts.targets.get((person, Measure.NET_ASSETS)),
            valid_by=valid_by,
        )
        found[person] = _with_entries(_with_business(_with_post(known, who, facts), facts, person), facts, person)
    return found


def _with_post(inputs: Inputs, who: PaidPerson, facts: MonthFacts) -> Inputs:
    return replace(
        inputs,
        grade=who.grade,
        draws_base=who.draws_base,
        days=who.days,
        days_of_month=len(facts.month),
        grades=who.grades if len(who.grades) > 1 else (),
    )


def _with_business(inputs: Inputs, facts: MonthFacts, person: int) -> Inputs:
    business = facts.business(person)
    return replace(
        inputs,
        new_commission=business.new_commission,
        openings=business.openings,
        valid_openings=business.valid_openings,
        new_assets=business.new_assets,
        product_sales=business.product_sales,
    )


def _with_entries(inputs: Inputs, facts: MonthFacts, person: int) -> Inputs:
    if before := facts.before.get(person):
        inputs = replace(inputs, negative_months=before.negative_months, duties_missed=before.duties_missed)
    if (entry := facts.entries.get(person)) is None:
        return inputs
    return replace(
        inputs,
        client_cost=entry.client_cost,
        complaints=entry.complaints,
        attendance_deduction=entry.attendance_deduction,
        social_insurance=entry.social_insurance,
        income_tax=entry.income_tax,
    )


def _coefficients_by_hand(month: Month, moved: Mapping[int, object]) -> dict[int, PersonMonth]:
    """Of whoever moved the coefficient set last, whichever branch set it: it is the same in all of them."""
    if not moved:
        return {}
    entries = PersonMonth.objects.filter(month=month.first, person__in=moved, coefficient__isnull=False)
    return {entry.person_id: entry for entry in entries.select_related("entered_by").order_by("entered_at", "pk")}


def _assessment(facts: MonthFacts, person: int, whole: Inputs, plan: Plan, entry: PersonMonth | None) -> Assessment:
    """D16.a: results of the whole month, whatever branch, against its targets, and the activity scores; D17.a: a person
    may set it, with a reason."""
    if (component := plan.component("assessment")) is None:
        return Assessment()
    points, due = facts.activity.get(person, (ZERO, None))
    reached = {
        Measure.OPENINGS.value: whole.openings,
        Measure.VALID_OPENINGS.value: whole.valid_openings,
        Measure.NET_COMMISSION.value: sum((part.net_commission for part in whole.commissions), ZERO),
        Measure.NET_ASSETS.value: whole.new_assets,
    }
    measured = [Measured(measure, value, facts.targets.get((person, measure))) for measure, value in reached.items()]
    measured.append(Measured("activity", points, due, facts.weeks_unknown))
    appraised = appraise(measured, component.weights, minimum=component.minimum, maximum=component.maximum)
    if entry is None or entry.coefficient is None:
        return appraised
    return overridden(appraised, entry.coefficient, by=entry.entered_by.name, reason=entry.reason)
