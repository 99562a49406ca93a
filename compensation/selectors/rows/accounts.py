"""Rows of the CRM's account months: commission, assets and products by account, and what arrived too late."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from compensation.models import PayMonth
from compensation.rules import Plan
from compensation.rules.facts import shares_of_account
from compensation.selectors.rows.table import Rows, RowsCheck, RowsSubject
from core.explain import N_
from core.listings import COUNT, MONEY, Cell, ListingColumn
from core.money import ZERO, to_cents
from core.periods import Month
from crm.models import AccountMonth
from crm.rules import masked_number
from crm.selectors import account_months_then, clients_of, openings_then
from teams.models import below

ONE = Decimal(1)
LABELS = {
    "turnover": N_("Turnover"),
    "gross_commission": N_("Gross commission"),
    "pass_through": N_("Pass-through fees"),
    "net_commission": N_("Net commission"),
    "end_assets": N_("Assets at month end"),
    "net_inflow": N_("Net inflow"),
    "product_sales": N_("Products sold"),
    "trades": N_("Trades"),
}


def account_cell(account: str, clients: dict[str, str]) -> Cell:
    return Cell(masked_number(account), clients.get(account, ""))


def own_rows(subject: RowsSubject, month: Month | None = None, known: list[int] | None = None) -> list[AccountMonth]:
    """Her rows of the subject's month or another one, as of its moment or with the imports that were known."""
    month = month or subject.month
    return account_months_then(
        at=subject.at, first=month, last=month, within=subject.branch, known=known, person=subject.person
    )


def have_changed(subject: RowsSubject, rows: Sequence[AccountMonth]) -> bool:
    """Whether the CRM has other rows by now."""
    now = AccountMonth.objects.filter(
        below(subject.branch, path="unit__path"), person=subject.person, month=subject.month.first
    )
    columns = ("fund_account", "relation", *LABELS)
    return set(now.values_list(*columns)) != {tuple(getattr(row, name) for name in columns) for row in rows}


def net_of(row: AccountMonth) -> Decimal:
    return row.gross_commission - (row.pass_through or ZERO) if row.net_commission is None else row.net_commission


def commission_rows(subject: RowsSubject) -> Rows:
    """Every account by relation; on a slip with the share that counts and its part of the line's base."""
    rows = own_rows(subject)
    clients = clients_of({row.fund_account for row in rows})
    shares = _shares(subject, subject.plan, rows) if subject.plan else [ONE] * len(rows)
    parts = _parts_of_base(subject, rows, shares)
    amounts: dict[str, list[Decimal | None]] = {
        _("Turnover"): [row.turnover for row in rows],
        _("Gross commission"): [row.gross_commission for row in rows],
        _("Pass-through fees"): [row.pass_through for row in rows],
        _("Net commission"): [net_of(row) for row in rows],
    }
    columns: dict[ListingColumn, Sequence[Cell]] = {
        ListingColumn(_("Fund account")): [account_cell(row.fund_account, clients) for row in rows],
        ListingColumn(_("Relation")): [Cell(row.get_relation_display()) for row in rows],
    }
    columns |= {_summed(title, values): [Cell(value) for value in values] for title, values in amounts.items()}
    if subject.plan:
        counted = [row.gross_commission * share for row, share in zip(rows, shares, strict=True)]
        whole = to_cents(sum(counted, ZERO))
        columns[ListingColumn(_("Share that counts"), COUNT)] = [Cell(share) for share in shares]
        columns[ListingColumn(_("Gross that counts"), MONEY, whole)] = [Cell(to_cents(amount)) for amount in counted]
    if parts:
        columns[ListingColumn(_("In the base"), MONEY, sum(parts, ZERO))] = [Cell(part) for part in parts]
    note = _(
        "An account's part of the base is what is left of its commission after fees and tax, shared out to the cent."
    )
    return Rows(
        title=_("Commission by account"),
        columns=tuple(columns),
        rows=list(zip(*columns.values(), strict=True)),
        checks=_commission_checks(subject, rows, shares, parts),
        note=note if parts else "",
        changed_since=have_changed(subject, rows),
    )


def _summed(title: str, values: Iterable[Decimal | None]) -> ListingColumn:
    return ListingColumn(title, MONEY, sum((value or ZERO for value in values), ZERO))


def _shares(subject: RowsSubject, plan: Plan, own: Sequence[AccountMonth]) -> list[Decimal]:
    """What of each row counts for her, beside whoever else has a share in the same accounts."""
    component = plan.component("relation_shares")
    accounts = sorted({row.fund_account for row in own})
    everybody = account_months_then(
        at=subject.at, first=subject.month, last=subject.month, within=subject.branch, accounts=accounts
    )
    if component is None:
        return [ONE] * len(own)
    held: dict[str, Counter[str]] = defaultdict(Counter)
    for row in everybody:
        held[row.fund_account][row.relation] += 1
    shares = {account: shares_of_account(relations, component.shares) for account, relations in held.items()}
    return [shares[row.fund_account][row.relation] for row in own]


def _parts_of_base(subject: RowsSubject, rows: Sequence[AccountMonth], shares: Sequence[Decimal]) -> list[Decimal]:
    """The base of the commission shared out over the accounts to the cent; nothing where it is no sum of accounts."""
    base, plan = subject.kept.get("commission_base"), subject.plan
    if base is None or plan is None or plan.component("commission_after_costs"):
        return []
    if plan.component("net_base"):
        weights = [
            (row.gross_commission - (row.pass_through or ZERO)) * share for row, share in zip(rows, shares, strict=True)
        ]
    else:
        weights = [net_of(row) * share for row, share in zip(rows, shares, strict=True)]
    whole = sum(weights, ZERO)
    if not whole:
        return []
    reached, parts = ZERO, []
    for weight in weights:
        before, reached = reached, reached + weight
        parts.append(to_cents(base * reached / whole) - to_cents(base * before / whole))
    return parts


def _commission_checks(
    subject: RowsSubject, rows: Sequence[AccountMonth], shares: Sequence[Decimal], parts: Sequence[Decimal]
) -> tuple[RowsCheck, ...]:
    def counted(values: Iterable[Decimal | None]) -> Decimal:
        return to_cents(sum(((value or ZERO) * share for value, share in zip(values, shares, strict=True)), ZERO))

    accounts = len(rows) if subject.plan else len({row.fund_account for row in rows})
    checks = [
        subject.check(_("Accounts"), "accounts", Decimal(accounts), COUNT),
        subject.check(_("Gross commission"), "gross", counted(row.gross_commission for row in rows)),
        subject.check(_("Pass-through fees"), "pass_through", counted(row.pass_through for row in rows)),
        subject.check(_("Net commission"), "net_commission", counted(map(net_of, rows))),
    ]
    if parts:
        checks.append(subject.check(_("Base of the commission"), "commission_base", sum(parts, ZERO)))
    return tuple(checks)


def asset_rows(subject: RowsSubject) -> Rows:
    """Net inflow of the accounts she developed."""
    every = own_rows(subject)
    rows = [row for row in every if row.relation == "developed"]
    clients = clients_of({row.fund_account for row in rows})
    inflow = _summed(_("Net inflow"), (row.net_inflow for row in rows))
    return Rows(
        title=_("Net new assets by account"),
        columns=(
            ListingColumn(_("Fund account")),
            inflow,
            _summed(_("Assets at month end"), (row.end_assets for row in rows)),
        ),
        rows=[(account_cell(row.fund_account, clients), Cell(row.net_inflow), Cell(row.end_assets)) for row in rows],
        checks=(subject.check(_("Net new assets"), "new_assets", inflow.total or ZERO),),
        note=_("Only accounts that she developed count."),
        changed_since=have_changed(subject, every),
    )


def product_rows(subject: RowsSubject) -> Rows:
    """Products sold by account; an account counts once, however many relations she has to it."""
    every = own_rows(subject)
    once: dict[str, AccountMonth] = {}
    for row in every:
        once.setdefault(row.fund_account, row)
    rows = [row for row in once.values() if row.product_sales]
    clients = clients_of({row.fund_account for row in rows})
    sold = _summed(_("Products sold"), (row.product_sales for row in rows))
    return Rows(
        title=_("Products sold by account"),
        columns=(ListingColumn(_("Fund account")), ListingColumn(_("Relation")), sold),
        rows=[
            (account_cell(r.fund_account, clients), Cell(r.get_relation_display()), Cell(r.product_sales)) for r in rows
        ],
        checks=(subject.check(_("Products sold"), "product_sales", sold.total or ZERO),),
        changed_since=have_changed(subject, every),
    )


# --- what arrived after a month was closed -----------------------------------------------------------------------------
def late_rows(subject: RowsSubject, month: Month) -> Rows:
    """Every figure of a closed month that was another one when this slip was computed."""
    closed = PayMonth.objects.filter(branch=subject.branch, month=month.first).first()
    known = closed.imports if closed else []
    differences = [*_late_figures(subject, month, known), *_late_openings(subject, month, known)]
    clients = clients_of({account for account, *_rest in differences})
    return Rows(
        title=_("What %(month)s looked like when it was closed, and now") % {"month": month.code},
        columns=(
            ListingColumn(_("Fund account")),
            ListingColumn(_("Figure")),
            ListingColumn(_("As closed"), MONEY),
            ListingColumn(_("As known now"), MONEY),
            ListingColumn(_("Difference"), MONEY),
        ),
        rows=[
            (account_cell(account, clients), Cell(figure), Cell(old), Cell(new), Cell(new - old))
            for account, figure, old, new in differences
        ],
        note=_(
            "Besides these, late figures of colleagues can play a part: on shared accounts, and in the team of whoever leads one."
        ),
    )


def _late_figures(subject: RowsSubject, month: Month, known: list[int]) -> Iterable[tuple[str, str, Decimal, Decimal]]:
    before = {(row.fund_account, row.relation): row for row in own_rows(subject, month, known)}
    now = {(row.fund_account, row.relation): row for row in own_rows(subject, month)}
    for key in sorted(before.keys() | now.keys()):
        for name, label in LABELS.items():
            old, new = (Decimal(getattr(rows.get(key), name, None) or 0) for rows in (before, now))
            if old != new:
                figure = gettext(label)
                relation = (now.get(key) or before[key]).get_relation_display()
                yield key[0], f"{figure} · {relation}", old, new


def _late_openings(subject: RowsSubject, month: Month, known: list[int]) -> Iterable[tuple[str, str, Decimal, Decimal]]:
    def by_account(known: list[int] | None = None) -> dict[str, Decimal]:
        rows = openings_then(
            at=subject.at,
            first=month.first,
            end=month.end,
            person=subject.person,
            within=subject.branch,
            known=known,
        )
        return {row.fund_account: row.share for row in rows}

    before, now = by_account(known), by_account()
    for account in sorted(before.keys() | now.keys()):
        old, new = before.get(account, ZERO), now.get(account, ZERO)
        if old != new:
            yield account, _("opening"), old, new
