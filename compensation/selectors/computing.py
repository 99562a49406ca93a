"""What a branch's month comes to: slips and warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from compensation import parameters
from compensation.models import PlanVersion
from compensation.rules import Adjustment, Inputs, Payslip, Plan, compute
from compensation.rules.facts import inputs_as_data
from compensation.selectors.adjustments import adjustments_for
from compensation.selectors.content import Content, run_digest, slip_content, trace_digest
from compensation.selectors.facts import MonthFacts, month_facts
from compensation.selectors.inputs import pay_inputs
from compensation.selectors.people import PaidPerson
from compensation.selectors.plans import NotComputable, newer_unapproved, plan_for
from core.explain import N_, lines_as_json, plain
from core.money import ZERO
from core.periods import Month
from core.said import Said
from crm.models import ImportKind
from crm.selectors import known_days
from teams.models import Person, Unit
from teams.selectors.people import grades_on

Warning_ = dict[str, Any]
TAKEN_OFF = ("social_insurance", "income_tax")  # of the pay that is due, before it is paid out
NO_FIGURES = N_("No account figures of %(month)s have arrived for %(branch)s. Take the CRM's account months first.")


class FiguresMissing(NotComputable):
    """No account figures of the month have arrived for the branch: missing is not zero."""


@dataclass(frozen=True)
class Computed:
    """One person's part of a run."""

    who: PaidPerson
    inputs: Inputs
    slip: Payslip
    note: str = ""

    @cached_property
    def content(self) -> Content:
        """What is kept of this person, as JSON knows it."""
        return slip_content(
            employee_no=self.who.employee_no,
            name=self.who.name,
            unit=self.who.unit_code,
            grade=self.who.grade,
            engagement=self.who.engagement,
            inputs=inputs_as_data(self.inputs),
            figures=plain(self.slip.figures),
            remarks=lines_as_json(self.slip.remarks),
            carry=(self.slip.carry.negative_months, self.slip.carry.duties_missed),
            note=self.note,
            total=self.slip.total,
            lines=[line.content() for line in self.slip.lines],
        )


@dataclass(frozen=True)
class ComputedRun:
    facts: MonthFacts
    version: PlanVersion
    parts: tuple[Computed, ...]
    warnings: tuple[Warning_, ...]

    @cached_property
    def total(self) -> Decimal:
        return sum((part.slip.total for part in self.parts), ZERO)

    @cached_property
    def digest(self) -> str:
        return run_digest(self.facts.branch.code, self.facts.month, self.version, self.content)

    @cached_property
    def explained(self) -> str:
        return trace_digest(self.content)

    @property
    def content(self) -> list[Content]:
        return [part.content for part in self.parts]


def computed_run(branch: Unit, month: Month) -> ComputedRun:
    """The branch's month by the plan in force. Raises `PlanNotApproved` or `FiguresMissing`."""
    version = plan_for(branch, month)
    plan = version.as_plan()
    facts = month_facts(branch, month)
    known = known_days(month, within=branch, kind=ImportKind.ACCOUNT_MONTH)
    if not facts.accounts and not known:
        raise FiguresMissing(Said(NO_FIGURES, {"month": month.code, "branch": branch.name}))
    late = adjustments_for(branch, month)
    facts = _with_late_people(facts, late)
    inputs = pay_inputs(facts, version, plan)
    parts = []
    for person, who in facts.people.items():
        if not (facts.has_business(person) or inputs[person].leads or person in late):
            continue  # she leads, but the plan pays no leaders
        entry = facts.entries.get(person)
        given = replace(inputs[person], adjustments=late.get(person, ()))
        parts.append(Computed(who, given, compute(plan, given), entry.remark if entry else ""))
    return ComputedRun(facts, version, tuple(parts), tuple(_warnings(facts, version, plan, parts)))


def _with_late_people(facts: MonthFacts, late: Mapping[int, tuple[Adjustment, ...]]) -> MonthFacts:
    """Whoever is owed for a closed month but has no part in this one is paid with it all the same."""
    missing = late.keys() - facts.people.keys()
    if not missing:
        return facts
    grades = grades_on(missing, facts.month.last)
    added = {
        person.pk: PaidPerson(
            person.pk,
            person.employee_no,
            person.name,
            grades[person.pk],
            person.engagement,
            person.licence_until,
            facts.branch.pk,
            facts.branch.code,
            facts.branch.path,
            draws_base=False,
            days=0,
        )
        for person in Person.objects.filter(pk__in=missing).select_related("user")
    }
    people = sorted({**facts.people, **added}.items(), key=lambda item: item[1].employee_no)
    return replace(facts, people=dict(people))


# --- what should be looked at ------------------------------------------------------------------------------------------
def _warnings(facts: MonthFacts, version: PlanVersion, plan: Plan, parts: list[Computed]) -> Iterator[Warning_]:
    if newer := newer_unapproved(version, facts.month):
        yield {
            "code": "plan_not_approved",
            "message": N_("The version of the plan from %(since)s is not approved; the one before it was used."),
            "values": {"since": newer.from_on.isoformat()},
        }
    yield from _low_bases(facts, plan, parts)
    for part in parts:
        for code, message, values in _of_person(facts, plan, part):
            yield {
                "code": code,
                "employee_no": part.who.employee_no,
                "name": part.who.name,
                "message": message,
                "values": {name: plain(value) for name, value in values.items()},
            }


def _low_bases(facts: MonthFacts, plan: Plan, parts: list[Computed]) -> Iterator[Warning_]:
    """Base pay that the plan itself sets below the local minimum wage, for the grades there are."""
    base_pay, least = plan.component("base_pay"), facts.number(parameters.MINIMUM_WAGE)
    if base_pay is None:
        return
    for grade in sorted({held.grade for part in parts for held in part.inputs.base_grades}):
        base = base_pay.amounts.get(grade)
        if base is not None and base < least:
            yield {
                "code": "base_below_minimum_wage",
                "message": N_(
                    "The plan's base pay of %(base)s for the grade “%(grade)s” is below the minimum wage of %(least)s."
                ),
                "values": {"base": plain(base), "grade": grade, "least": plain(least)},
            }


def _of_person(facts: MonthFacts, plan: Plan, part: Computed) -> Iterator[tuple[str, str, dict[str, Any]]]:
    slip, who, least = part.slip, part.who, facts.number(parameters.MINIMUM_WAGE)
    if slip.total < 0:
        yield "negative_total", N_("The total is negative: %(total)s."), {"total": slip.total}
    elif _is_full_month(facts, part) and (due := slip.total - slip.amount(*TAKEN_OFF)) < least:
        values = {"total": due, "least": least}
        yield "below_minimum_wage", N_("The pay of %(total)s is below the minimum wage of %(least)s."), values
    if who.licence_until and who.licence_until < facts.month.last and slip.amount("commission"):
        message = N_("Commission for somebody whose licence was valid only until %(until)s.")
        yield "licence_ended", message, {"until": who.licence_until}
    base_pay = plan.component("base_pay")
    for held in part.inputs.base_grades if base_pay else ():
        if held.grade not in base_pay.amounts:
            unknown = {"grade": held.grade or "—"}
            yield "grade_unknown", N_("The plan knows no base pay for the grade “%(grade)s”."), unknown
    before = facts.before.get(who.person_id)
    if before and before.total:
        change = (slip.total - before.total) / abs(before.total)
        if abs(change) > facts.number(parameters.UNUSUAL_CHANGE):
            values = {"before": before.total, "now": slip.total}
            yield "unusual_change", N_("From %(before)s last month to %(now)s."), values
    for remark in slip.remarks:
        if remark.met is False:
            yield "remark", remark.label, {}


def _is_full_month(facts: MonthFacts, part: Computed) -> bool:
    posted = part.who.days + sum(led.base_days for led in part.inputs.leads)
    return posted >= len(facts.month)
