"""What a branch's month is made of, for everybody at once in a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum

from compensation import parameters
from compensation.models import PaySlip, PersonMonth
from compensation.selectors.accounts import AccountSum, account_sums, total
from compensation.selectors.leaders import Led, leaders_of
from compensation.selectors.openings import becoming_valid, validity_of
from compensation.selectors.people import PaidPerson, people_of
from compensation.selectors.weeks import weeks_counted, weeks_without_logs
from core.explain import RuleValue
from core.money import ZERO
from core.periods import Month, Week
from crm.selectors import NewAccount, new_accounts, plain
from policies.selectors import values_on
from teams.models import Role, Target, Unit
from teams.selectors.people import members_during

CODES = (
    parameters.MINIMUM_WAGE,
    parameters.UNUSUAL_CHANGE,
    parameters.VALID_MIN_ASSETS,
    parameters.VALID_MIN_TRADES,
    parameters.VALID_WITHIN_DAYS,
    parameters.VALID_RULE,
)


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
    people: Mapping[int, PaidPerson]
    accounts: Mapping[int, list[AccountSum]]
    opened: Mapping[int, list[NewAccount]]
    valid: Mapping[int, Decimal]
    leading: Mapping[int, tuple[Led, ...]]
    values: Mapping[str, RuleValue]
    entries: Mapping[int, PersonMonth] = field(default_factory=dict)
    targets: Mapping[tuple[int, str], Decimal] = field(default_factory=dict)
    activity: Mapping[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    weeks_unknown: int = 0
    before: Mapping[int, PaySlip] = field(default_factory=dict)

    def number(self, code: str) -> Decimal:
        return Decimal(str(self.values[code].value))

    def has_business(self, person: int) -> bool:
        """Whether she was a customer manager of the branch or has accounts or openings credited there."""
        return self.people[person].draws_base or any(person in of for of in (self.accounts, self.opened, self.valid))

    def business(self, person: int) -> Business:
        return _business(self.accounts.get(person, []), self.opened.get(person, []), self.valid.get(person, ZERO))


def month_facts(branch: Unit, month: Month, *, alone: bool = False) -> MonthFacts:
    """What the branch's month is made of. Everybody takes part who was a customer manager there or led such on a day of
    it, and whoever else has accounts or openings credited there. `alone` as in `account_sums`."""
    values = values_on(CODES, unit_ids=[branch.pk], on=month.first)[branch.pk]
    accounts, opened = account_sums(branch, month, alone=alone), new_accounts(branch, month)
    valid = becoming_valid(branch, month, opened, validity_of(values))
    members = members_during(month, units=[branch], roles=list(Role))
    leading = leaders_of(branch, month)
    people = people_of(branch, month, members, accounts.keys() | opened.keys() | valid.keys() | leading.keys())
    ids, unknown = list(people), weeks_without_logs(branch, month)
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
        activity=_activity(branch, month, ids, unknown),
        weeks_unknown=len(unknown),
        before=_slips_before(branch, month, ids),
    )


def _slips_before(branch: Unit, month: Month, people: Collection[int]) -> dict[int, PaySlip]:
    """Everybody's slip of the month before: of this branch, else of the one she came from."""
    slips = PaySlip.objects.filter(run__month=month.previous().first, person__in=people).select_related("run")
    return {slip.person_id: slip for slip in sorted(slips, key=lambda slip: (slip.run.branch_id == branch.pk, slip.pk))}


def _activity(
    branch: Unit, month: Month, people: Collection[int], unknown: Collection[Week]
) -> dict[int, tuple[Decimal, Decimal]]:
    """Points and pass marks of the weeks of the month that were judged."""
    counted = weeks_counted(branch, month, people, unknown).values_list("person")
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
