"""Which new accounts became valid in a month, by the rule then in force for the branch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from compensation import parameters
from compensation.rules.validity import AccountAtMonthEnd, OpenedAccount, Validity
from core.explain import N_, Line, RuleValue
from core.money import ZERO
from core.periods import Month
from crm.models import AccountMonth, Opening
from crm.selectors import NewAccount as Credited
from crm.selectors import plain
from teams.models import Unit, below

CLOSED = "closed"
RULE = (
    (parameters.VALID_MIN_ASSETS, N_("Assets of a valid account, at least")),
    (parameters.VALID_MIN_TRADES, N_("Trades of a valid account, at least")),
    (parameters.VALID_WITHIN_DAYS, N_("Shown within days of the opening (0: at the end of its month)")),
    (parameters.VALID_RULE, N_("Of these a valid account meets")),
)


def validity_of(values: Mapping[str, RuleValue]) -> Validity:
    """The rule as the policy values of the branch and day give it."""
    return Validity(
        min_assets=Decimal(str(values[parameters.VALID_MIN_ASSETS].value)),
        min_trades=int(values[parameters.VALID_MIN_TRADES].value),
        within_days=int(values[parameters.VALID_WITHIN_DAYS].value),
        both=values[parameters.VALID_RULE].value == parameters.ALL,
    )


def rule_lines(values: Mapping[str, RuleValue]) -> tuple[Line, ...]:
    """The rule as a slip shows it: every parameter that asks for something, with the layer that set it and its date."""
    asked = [(code, label) for code, label in RULE if values[code].value]
    if not values[parameters.VALID_MIN_TRADES].value:
        asked = [(code, label) for code, label in asked if code != parameters.VALID_RULE]
    return tuple(Line(label, None, "D15.a", rule=values[code], counted=values[code].value) for code, label in asked)


def becoming_valid(
    branch: Unit, month: Month, opened: Mapping[int, list[Credited]], validity: Validity
) -> dict[int, Decimal]:
    """New valid accounts of the month by person id, each counted by its share."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    if not validity.within_days:
        for person, accounts in opened.items():
            for one in accounts:
                at_end = AccountAtMonthEnd(month.last, one.end_assets, one.trades)
                account = OpenedAccount(one.open_date, one.open_assets, (at_end,))
                if one.status != CLOSED and validity.becomes_valid_in(account, month):
                    sums[person] += one.share
        return {person: plain(count) for person, count in sums.items()}
    for person, share, account in _accounts_since(branch, month, validity.within_days):
        if validity.becomes_valid_in(account, month):
            sums[person] += share
    return {person: plain(count) for person, count in sums.items()}


def _accounts_since(branch: Unit, month: Month, days: int) -> list[tuple[int, Decimal, OpenedAccount]]:
    """Developer, share and history of every account whose span of days reaches into the month."""
    first = month.first - timedelta(days=days)
    rows = list(
        Opening.objects.filter(below(branch, path="unit__path"), open_date__gte=first, open_date__lt=month.end)
        .exclude(status=CLOSED)
        .order_by("developer", "open_date", "fund_account")
        .values_list("developer", "fund_account", "share", "open_date", "open_assets")
    )
    known = AccountMonth.objects.filter(
        month__gte=first.replace(day=1), month__lte=month.first, fund_account__in={row[1] for row in rows}
    )
    named: dict[str, list[AccountMonth]] = defaultdict(list)
    for one in known:
        named[one.fund_account].append(one)
    return [
        (person, share or ZERO, OpenedAccount(on, assets, month_ends(named[account], person)))
        for person, account, share, on, assets in rows
    ]


def month_ends(rows: Iterable[AccountMonth], developer: int) -> tuple[AccountAtMonthEnd, ...]:
    """What is known of an account at the end of each month, from the developer's row where it says it, else from whoever's
    row names it (reading 46)."""
    months: dict[date, list[AccountMonth]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (not _is_own(row, developer), row.relation, row.person_id)):
        months[row.month].append(row)
    return tuple(
        AccountAtMonthEnd(
            Month(on).last,
            next((row.end_assets for row in months[on] if row.end_assets is not None), None),
            next((row.trades for row in months[on] if row.trades is not None), None),
        )
        for on in sorted(months)
    )


def _is_own(row: AccountMonth, developer: int) -> bool:
    return row.relation == "developed" and row.person_id == developer
