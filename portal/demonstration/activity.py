"""What the sellers of the demonstration did: their days in the log, the accounts they opened, the commission these earned.

Plain rows in the shape of the import files; the same each time for the same day.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from faker import Faker

from core.money import to_cents
from core.periods import Day, Month, Period, Week
from portal.demonstration.company import SEED, Company, Row, Seller

BROCHURES = 55
# kind → how many a usual seller manages on a usual day
USUAL = {"prospect": 3.8, "appointment": 1.6, "prospect_call": 3.9, "client_call": 4.2}
OPENINGS_A_DAY = 0.42
CHANNELS = ("网点", "户外活动", "转介绍", "线上")
SOME_TIME = time(17, 5)
KEPT = 3  # prospects who open no account


@dataclass
class Book:
    """Whom one seller knows: (name, phone) of prospects, (name, phone, client number, fund account) of clients."""

    prospects: list[tuple[str, str]] = field(default_factory=list)
    clients: list[tuple[str, str, str, str]] = field(default_factory=list)


class Activity:
    def __init__(
        self,
        company: Company,
        workdays: Callable[[Period], Sequence[date]],
        trading_days: Callable[[Period], Sequence[date]],
    ) -> None:
        self.company, self.workdays, self.trading_days = company, workdays, trading_days
        self.random = random.Random(SEED + 1)
        self.names = Faker("zh_CN")
        self.names.seed_instance(SEED + 1)
        self.numbers = self.clients = 0
        self.books = {seller.employee_no: Book() for seller in company.sellers}
        for seller in company.sellers:
            for _ in range(12 + int(10 * seller.drive)):
                self.win_client(seller, self.names.name(), self.new_phone())

    def new_phone(self) -> str:
        self.numbers += 1
        return f"1{(3, 5, 7, 8)[self.numbers % 4]}{self.numbers * 7919 % 10**9:09}"

    def known_to(self, seller: Seller, nth: int) -> tuple[str, str]:
        """The `nth` prospect from the end of her book; somebody new where it is shorter."""
        book = self.books[seller.employee_no].prospects
        return book[-nth] if len(book) >= nth else (self.names.name(), self.new_phone())

    def win_client(self, seller: Seller, name: str, phone: str) -> tuple[str, str, str, str]:
        self.clients += 1
        number = self.clients
        client = (name, phone, f"C{number:08}", f"{seller.branch[1:]}{number:010}")
        self.books[seller.employee_no].clients.append(client)
        return client

    def poisson(self, mean: float) -> int:
        limit, count, product = math.exp(-mean), 0, self.random.random()
        while product > limit:
            count += 1
            product *= self.random.random()
        return count

    def posted(self, seller: Seller, on: date) -> bool:
        return seller.is_active and on >= seller.joined_on and (seller.left_on is None or on < seller.left_on)

    def mood(self, seller: Seller, on: date) -> float:
        """Good weeks and bad ones; the same for the whole week."""
        week = Week(on).code
        return seller.drive * random.Random(f"{seller.employee_no}{week}").choice((0.7, 0.9, 1, 1, 1.1, 1.25))

    def log_rows(self, first: date, last: date) -> Iterator[Row]:
        """Entries of all days from `first` to `last`, in the columns of `import_logs`."""
        for on in self.workdays(Period.between(first, last)):
            for seller in self.company.sellers:
                if not self.posted(seller, on) or self.random.random() < 0.03 / seller.drive:
                    continue
                yield from self.day_of(seller, on)

    def day_of(self, seller: Seller, on: date) -> Iterator[Row]:
        book, mood = self.books[seller.employee_no], self.mood(seller, on)
        submitted = datetime.combine(on, SOME_TIME) + timedelta(minutes=self.random.randrange(170))
        if self.random.random() < 0.04:
            submitted = datetime.combine(on + timedelta(days=1), time(8, self.random.randrange(60)))
        base = {
            "employee_no": seller.employee_no,
            "on": on.isoformat(),
            "contact_name": "",
            "phone": "",
            "client_no": "",
            "quantity": "",
            "note": "",
            "submitted_at": submitted.strftime("%Y-%m-%d %H:%M"),
        }
        flyers = 5 * round((BROCHURES * min(mood, 1.3) + self.random.gauss(0, 8)) / 5)
        yield {**base, "kind": "brochures", "quantity": str(max(flyers, 0))}
        known = self.random.sample(book.prospects[-40:], min(len(book.prospects[-40:]), 12))
        for kind in ("appointment", "prospect_call"):
            for _ in range(min(self.poisson(USUAL[kind] * mood), len(known))):
                name, phone = known.pop()
                yield {**base, "kind": kind, "contact_name": name, "phone": phone}
        for _ in range(self.poisson(USUAL["prospect"] * mood)):
            prospect = (self.names.name(), self.new_phone())
            book.prospects.append(prospect)
            yield {**base, "kind": "prospect", "contact_name": prospect[0], "phone": prospect[1]}
        calls = min(self.poisson(USUAL["client_call"] * mood), len(book.clients))
        for name, phone, client_no, _account in self.random.sample(book.clients, calls):
            yield {**base, "kind": "client_call", "contact_name": name, "phone": phone, "client_no": client_no}

    def opening_rows(self, days: Sequence[date]) -> list[Row]:
        """Accounts opened on the given days, in the columns of `import_crm openings`."""
        rows = []
        for on in days:
            for seller in self.company.sellers:
                if not self.posted(seller, on):
                    continue
                for _ in range(self.poisson(OPENINGS_A_DAY * self.mood(seller, on))):
                    rows.append(self.opening(seller, on))
        return rows

    def former_openings(self, before: date) -> list[Row]:
        """The accounts of the clients that sellers had before the story, each opened on some day before `before`."""
        dice = random.Random(SEED + 4)
        first_of: dict[str, Seller] = {}
        for seller in sorted(self.company.sellers, key=lambda one: one.joined_on):
            first_of.setdefault(seller.branch, seller)
        rows = []
        for seller in (one for one in self.company.sellers if one.is_active):
            was_there = seller.joined_on < before
            developer = seller if was_there else first_of[seller.branch]
            days = (before - developer.joined_on).days
            for name, _phone, client_no, account in self.books[seller.employee_no].clients:
                if days > 0:
                    on = developer.joined_on + timedelta(days=dice.randrange(days))
                    rows.append(self.former(developer, on, name, client_no, account))
        return rows

    @staticmethod
    def former(developer: Seller, on: date, name: str, client_no: str, account: str) -> Row:
        return {
            "open_date": on.isoformat(),
            "branch": developer.branch,
            "client_no": client_no,
            "fund_account": account,
            "client_name": name,
            "developer": developer.employee_no,
            "share": "100",
            "status": "normal",
        }

    def opening(self, seller: Seller, on: date) -> Row:
        book = self.books[seller.employee_no]
        has_some = len(book.prospects) > KEPT  # a short story has few; some of them stay for its last day
        name, phone = book.prospects.pop(0) if has_some else (self.names.name(), self.new_phone())
        client = self.win_client(seller, name, phone)
        return {
            "open_date": on.isoformat(),
            "branch": seller.branch,
            "client_no": client[2],
            "fund_account": client[3],
            "client_name": name,
            "developer": seller.employee_no,
            "servicer": seller.employee_no,
            "share": "100",
            "outlet": seller.outlet,
            "open_assets": str(self.amount(60_000)),
            "channel": self.random.choice(CHANNELS),
            "status": "normal",
        }

    def amount(self, usual: int) -> Decimal:
        return to_cents(Decimal(usual) * Decimal(str(round(self.random.lognormvariate(-0.3, 0.9), 4))))

    def account_rows(self, month: Month) -> list[Row]:
        """A month of every client's account, in the columns of `import_crm account_month`."""
        rows = []
        for seller in self.company.sellers:
            if not any(self.posted(seller, day) for day in month.days()):
                continue
            for n, (_name, _phone, _client, account) in enumerate(self.books[seller.employee_no].clients):
                if self.random.random() < 0.25:
                    continue
                rows.append(self.account_month(seller, month, account, "serviced" if n % 9 == 4 else "developed"))
        return rows

    def account_month(self, seller: Seller, month: Month, account: str, relation: str) -> Row:
        turnover = self.amount(1_600_000)
        gross = to_cents(turnover * Decimal("0.0003"))
        passed = to_cents(turnover * Decimal("0.0000541"))
        assets = self.amount(120_000)
        return {
            "month": month.code,
            "fund_account": account,
            "relation": relation,
            "employee_no": seller.employee_no,
            "turnover": str(turnover),
            "gross_commission": str(gross),
            "pass_through": str(passed),
            "net_commission": str(gross - passed),
            "avg_assets": str(assets),
            "end_assets": str(to_cents(assets * Decimal("1.02"))),
            "net_inflow": str(self.amount(9_000)),
            "trades": str(self.random.randrange(1, 30)),
            "product_sales": "0.00",
        }

    def missing_day(self) -> date:
        """The trading day of which no CRM data came: about two weeks ago."""
        days = self.trading_days(Period(self.company.months[-2].first, self.company.today))
        return days[-9]


def yesterday(on: date) -> date:
    return Day(on).previous().first
