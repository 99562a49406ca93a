"""New accounts of a month, and why each is valid or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from compensation.rules.validity import OpenedAccount, Validity
from compensation.selectors.openings import CLOSED, RULE, month_ends, validity_of
from compensation.selectors.rows.accounts import account_cell
from compensation.selectors.rows.table import Rows, RowsSubject
from core.explain import RuleValue
from core.listings import COUNT, DAY, MONEY, STATE, Cell, ListingColumn
from core.money import ZERO
from core.periods import Month
from crm.models import AccountMonth, Opening
from crm.selectors import account_months_then, openings_then
from policies.selectors import values_on
from teams.models import below

RULE_CODES = [code for code, _label in RULE]


@dataclass(frozen=True, slots=True)
class JudgedOpening:
    opening: Opening
    assets: Decimal
    trades: int
    until: date
    is_valid: bool

    @property
    def counts(self) -> Decimal:
        return self.opening.share if self.is_valid else ZERO


def opening_rows(subject: RowsSubject) -> Rows:
    """Whatever was opened in the month, and what was opened before and became valid in it."""
    validity = validity_of(_rule(subject))
    first = subject.month.first - timedelta(days=validity.within_days)
    openings = openings_then(
        at=subject.at, first=first, end=subject.month.end, person=subject.person, within=subject.branch
    )
    judged = _judged(subject, openings, validity, Month(first))
    clients = {one.fund_account: one.client_name for one in openings}
    of_month = sum((one.share for one in openings if one.open_date in subject.month), ZERO)
    valid = sum((one.counts for one in judged), ZERO)
    return Rows(
        title=_("New accounts"),
        columns=(
            ListingColumn(_("Fund account")),
            ListingColumn(_("Opened on"), DAY),
            ListingColumn(_("Judged until"), DAY),
            ListingColumn(_("Assets at opening"), MONEY),
            ListingColumn(_("Assets that count"), MONEY),
            ListingColumn(_("Trades"), COUNT),
            ListingColumn(_("Valid"), STATE),
            ListingColumn(_("Share"), COUNT, sum((one.opening.share for one in judged), ZERO)),
            ListingColumn(_("Counts"), COUNT, valid),
        ),
        rows=[_cells(one, validity, clients) for one in judged],
        checks=(
            subject.check(_("Openings of the month"), "openings", of_month, COUNT),
            subject.check(_("New valid accounts"), "valid_openings", valid, COUNT),
        ),
        note=_rule_in_words(validity),
        changed_since=_have_changed(subject, openings, first),
    )


def _rule(subject: RowsSubject) -> dict[str, RuleValue]:
    """The rule kept with the slip, which leaves out what asked for nothing; where it keeps none, the month's."""
    kept = {code: subject.rule.get(code, RuleValue(code, 0)) for code in RULE_CODES}
    if subject.rule.keys() & kept.keys():
        return kept
    return values_on(RULE_CODES, unit_ids=[subject.branch.pk], on=subject.month.first)[subject.branch.pk]


def _judged(subject: RowsSubject, openings: Sequence[Opening], validity: Validity, since: Month) -> list[JudgedOpening]:
    named: dict[str, list[AccountMonth]] = defaultdict(list)
    accounts = sorted({one.fund_account for one in openings})
    for row in account_months_then(at=subject.at, first=since, last=subject.month, accounts=accounts):
        if not subject.is_first_edition or (row.relation, row.person_id) == ("developed", subject.person):
            named[row.fund_account].append(row)
    found = []
    for one in openings:
        account = OpenedAccount(one.open_date, one.open_assets, month_ends(named[one.fund_account], subject.person))
        is_valid = one.status != CLOSED and validity.becomes_valid_in(account, subject.month)
        if is_valid or one.open_date in subject.month:
            assets, trades = validity.shown_by(account, subject.month.last)
            span = one.open_date + timedelta(days=validity.within_days)
            until = min(span, subject.month.last) if validity.within_days else subject.month.last
            found.append(JudgedOpening(one, assets, trades, until, is_valid))
    return found


def _cells(one: JudgedOpening, validity: Validity, clients: dict[str, str]) -> tuple[Cell, ...]:
    of = one.opening
    return (
        account_cell(of.fund_account, clients),
        Cell(of.open_date),
        Cell(one.until),
        Cell(of.open_assets),
        Cell(one.assets),
        Cell(one.trades),
        Cell(_("yes") if one.is_valid else _("no"), _why(one, validity), met=one.is_valid),
        Cell(of.share),
        Cell(one.counts),
    )


def _why(one: JudgedOpening, validity: Validity) -> str:
    """What is missing; nothing for a valid account, whose figures stand beside it."""
    if one.is_valid:
        return ""
    if one.opening.status == CLOSED:
        return _("the account was closed")
    missing = []
    if one.assets < validity.min_assets:
        missing.append(_("assets below %(least)s") % {"least": amount(validity.min_assets)})
    if one.trades < validity.min_trades:
        missing.append(_("fewer than %(least)s trades") % {"least": validity.min_trades})
    return " · ".join(missing)


def amount(value: Decimal) -> str:
    return number_format(value, 2, use_l10n=True, force_grouping=True)


def _rule_in_words(validity: Validity) -> str:
    values = {"assets": amount(validity.min_assets), "trades": validity.min_trades, "days": validity.within_days}
    if not validity.min_trades:
        what = _("assets of at least %(assets)s") % values
    elif validity.both:
        what = _("assets of at least %(assets)s and at least %(trades)s trades") % values
    else:
        what = _("assets of at least %(assets)s or at least %(trades)s trades") % values
    if validity.within_days:
        return _("An account is valid that shows %(what)s within %(days)s days of its opening.") % {
            **values,
            "what": what,
        }
    return _("An account is valid that shows %(what)s at the end of the month of its opening.") % {"what": what}


def _have_changed(subject: RowsSubject, then: Sequence[Opening], first: date) -> bool:
    columns = ("fund_account", "open_date", "share", "open_assets", "status")
    now = Opening.objects.filter(
        below(subject.branch, path="unit__path"),
        developer=subject.person,
        open_date__gte=first,
        open_date__lt=subject.month.end,
    )
    return set(now.values_list(*columns)) != {tuple(getattr(one, name) for name in columns) for one in then}
