"""What a branch's month is made of, for everybody at once in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from compensation import parameters
from compensation.models import PaySlip, PersonMonth
from compensation.rules import Assessment, Inputs, Plan
from compensation.rules.appraisal import Measured, appraise, overridden
from compensation.rules.coefficients import AssessmentCoefficient
from compensation.rules.facts import counted_by_person
from compensation.selectors.accounts import AccountSum, account_sums, groups_of, total
from compensation.selectors.leaders import Led, leaders_of, with_teams
from compensation.selectors.openings import becoming_valid, rule_lines, validity_of
from compensation.selectors.weeks import weeks_counted
from core.explain import RuleValue
from core.money import ZERO
from core.periods import Month
from crm.selectors import NewAccount, new_accounts, plain
from policies.selectors import values_on
from teams.models import Measure, Person, Role, Target, Unit
from teams.selectors import Member, grades_on, members_during

ONE = Decimal(1)
CODES = (
    parameters.MINIMUM_WAGE,
    parameters.UNUSUAL_CHANGE,
    parameters.VALID_MIN_ASSETS,
    parameters.VALID_MIN_TRADES,
    parameters.VALID_WITHIN_DAYS,
    parameters.VALID_RULE,
)


@dataclass(frozen=True, slots=True)
class Who:
    """A person of the month, with the unit she was last posted to in it. `draws_base`: she was a customer manager."""

    person_id: int
    employee_no: str
    name: str
    grade: str
    engagement: str
    licence_until: date | None
    unit_id: int
    unit_code: str
    unit_path: str
    draws_base: bool
    days: int


@dataclass(frozen=True, slots=True)
class Business:
    """One person's business of the month in sums."""

    accounts: int = 0
    gross_commission: Decimal = ZERO
    pass_through: Decimal = ZERO
    net_commission: Decimal = ZERO
    openings: Decimal = ZERO
    valid_openings: Decimal = ZERO
    new_assets: Decimal = ZERO
    end_assets: Decimal = ZERO
    product_sales: Decimal = ZERO
    new_commission: Decimal = ZERO
    by_relation: tuple[tuple[str, int, Decimal], ...] = ()


@dataclass(frozen=True)
class MonthFacts:
    """Everything known of a branch's month, by person id."""

    branch: Unit
    month: Month
    people: Mapping[int, Who]
    accounts: Mapping[int, list[AccountSum]]
    opened: Mapping[int, list[NewAccount]]
    valid: Mapping[int, Decimal]
    leading: Mapping[int, tuple[Led, ...]]
    values: Mapping[str, RuleValue]
    entries: Mapping[int, PersonMonth] = field(default_factory=dict)
    targets: Mapping[tuple[int, str], Decimal] = field(default_factory=dict)
    activity: Mapping[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    before: Mapping[int, PaySlip] = field(default_factory=dict)

    def number(self, code: str) -> Decimal:
        return Decimal(str(self.values[code].value))

    def has_business(self, person: int) -> bool:
        """Whether she was a customer manager of the branch or has accounts or openings credited there."""
        return self.people[person].draws_base or any(person in of for of in (self.accounts, self.opened, self.valid))

    def business(self, person: int) -> Business:
        return _business(self.accounts.get(person, []), self.opened.get(person, []), self.valid.get(person, ZERO))


def month_facts(branch: Unit, month: Month) -> MonthFacts:
    """What the branch's month is made of. Everybody takes part who was a customer manager there or led such on a day of
    it, and whoever else has accounts or openings credited there."""
    values = values_on(CODES, unit_ids=[branch.pk], on=month.first)[branch.pk]
    accounts, opened = account_sums(branch, month), new_accounts(branch, month)
    valid = becoming_valid(branch, month, opened, validity_of(values))
    members = members_during(month, units=[branch], roles=list(Role))
    leading = leaders_of(branch, month)
    people = _people(branch, month, members, accounts.keys() | opened.keys() | valid.keys() | leading.keys())
    ids = list(people)
    return MonthFacts(
        branch=branch,
        month=month,
        people=people,
        accounts=accounts,
        opened=opened,
        valid=valid,
        leading=leading,
        values=values,
        entries={
            entry.person_id: entry
            for entry in PersonMonth.objects.filter(branch=branch, month=month.first).select_related("entered_by")
        },
        targets={
            (person, measure): value
            for person, measure, value in Target.objects.filter(month=month.first, person__in=ids).values_list(
                "person", "measure", "value"
            )
        },
        activity=_activity(branch, month, ids),
        before={
            slip.person_id: slip
            for slip in PaySlip.objects.filter(run__branch=branch, run__month=month.previous().first, person__in=ids)
        },
    )


def _people(branch: Unit, month: Month, members: Iterable[Member], credited: Collection[int]) -> dict[int, Who]:
    last: dict[int, Member] = {}
    days: dict[int, int] = defaultdict(int)
    for member in members:
        if member.person_id not in last or (member.from_on, member.unit_path) >= (
            last[member.person_id].from_on,
            last[member.person_id].unit_path,
        ):
            last[member.person_id] = member
        if member.role == Role.CUSTOMER_MANAGER and member.to_on:
            days[member.person_id] += (member.to_on - member.from_on).days
    places = {pk: (code, path) for pk, code, path in Unit.objects.within(branch).values_list("pk", "code", "path")}
    found = {}
    concerned = days.keys() | set(credited)
    grades = grades_on(concerned, month.last)
    for person in Person.objects.filter(pk__in=concerned).select_related("user"):
        unit = last[person.pk].unit_id if person.pk in last else branch.pk
        found[person.pk] = Who(
            person_id=person.pk,
            employee_no=person.employee_no,
            name=person.name,
            grade=grades[person.pk],
            engagement=person.engagement,
            licence_until=person.licence_until,
            unit_id=unit,
            unit_code=places[unit][0],
            unit_path=places[unit][1],
            draws_base=person.pk in days,
            days=days.get(person.pk, 0),
        )
    return dict(sorted(found.items(), key=lambda item: item[1].employee_no))


def _activity(branch: Unit, month: Month, people: Collection[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """Points and pass marks of the weeks of the month that were judged."""
    counted = weeks_counted(branch, month, people).values_list("person")
    sums = counted.annotate(points=Sum("points"), due=Sum("pass_mark")).order_by()
    return {person: (Decimal(points), Decimal(due)) for person, points, due in sums if due}


def _business(sums: list[AccountSum], opened: list[NewAccount], valid: Decimal) -> Business:
    relations: dict[str, tuple[int, Decimal]] = {}
    for one in sums:
        count, gross = relations.get(one.relation, (0, ZERO))
        relations[one.relation] = count + one.rows, gross + one.gross
    return Business(
        accounts=sum(one.firsts for one in sums),
        gross_commission=total(sums, "gross"),
        pass_through=total(sums, "passed"),
        net_commission=total(sums, "net"),
        openings=plain(sum((one.share for one in opened), ZERO)),
        valid_openings=valid,
        new_assets=sum((one.inflow for one in sums if one.relation == "developed"), ZERO),
        end_assets=total(sums, "end_assets"),
        product_sales=total(sums, "products"),
        new_commission=total(sums, "new_gross"),
        by_relation=tuple((name, *relations[name]) for name in sorted(relations)),
    )


def pay_inputs(facts: MonthFacts, plan: Plan) -> dict[int, Inputs]:
    """What `compute` needs for everybody, by person id; adjustments are added by whoever knows the closed months."""
    relation_shares = plan.component("relation_shares")
    relations = {one.relation for sums in facts.accounts.values() for one in sums}
    shares = dict(relation_shares.shares) if relation_shares else dict.fromkeys(relations, ONE)
    counted = counted_by_person(groups_of(facts.accounts.values()), shares)
    component, valid_by = plan.component("assessment"), rule_lines(facts.values)
    found = {}
    for person, who in facts.people.items():
        business, entry, before = facts.business(person), facts.entries.get(person), facts.before.get(person)
        found[person] = Inputs(
            employee_no=who.employee_no,
            grade=who.grade,
            draws_base=who.draws_base,
            days=who.days,
            days_of_month=len(facts.month),
            commissions=counted.get(person, ()),
            new_commission=business.new_commission,
            openings=business.openings,
            valid_openings=business.valid_openings,
            new_assets=business.new_assets,
            product_sales=business.product_sales,
            client_cost=(entry and entry.client_cost) or ZERO,
            complaints=entry.complaints if entry else 0,
            assessment=_assessment(facts, person, business, component),
            valid_target=facts.targets.get((person, Measure.VALID_OPENINGS)),
            assets_target=facts.targets.get((person, Measure.NET_ASSETS)),
            negative_months=before.negative_months if before else 0,
            duties_missed=before.duties_missed if before else 0,
            attendance_deduction=(entry and entry.attendance_deduction) or ZERO,
            social_insurance=(entry and entry.social_insurance) or ZERO,
            income_tax=(entry and entry.income_tax) or ZERO,
            valid_by=valid_by,
        )
    return with_teams(found, facts.people, facts.leading, plan)


def _assessment(
    facts: MonthFacts, person: int, business: Business, component: AssessmentCoefficient | None
) -> Assessment:
    """D16.a: results against the month's targets and the activity scores; D17.a: a person may set it, with a reason."""
    if component is None:
        return Assessment()
    points, due = facts.activity.get(person, (ZERO, None))
    measured = [
        *(
            Measured(measure, getattr(business, reached), facts.targets.get((person, measure)))
            for measure, reached in (
                (Measure.OPENINGS.value, "openings"),
                (Measure.VALID_OPENINGS.value, "valid_openings"),
                (Measure.NET_COMMISSION.value, "net_commission"),
                (Measure.NET_ASSETS.value, "new_assets"),
            )
        ),
        Measured("activity", points, due),
    ]
    appraised = appraise(measured, component.weights, minimum=component.minimum, maximum=component.maximum)
    entry = facts.entries.get(person)
    if entry is None or entry.coefficient is None:
        return appraised
    return overridden(appraised, entry.coefficient, by=entry.entered_by.name, reason=entry.reason)
