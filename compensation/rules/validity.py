"""From when on a new account is valid: every house has its own rule, so the rule is dated data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.money import ZERO
from core.periods import Month


@dataclass(frozen=True, slots=True)
class AccountAtMonthEnd:
    """What the source says of an account on the last day of a month, and of its trades within that month."""

    on: date
    assets: Decimal | None
    trades: int | None


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """An account since its opening. `months` are those known of it, in order."""

    opened_on: date
    open_assets: Decimal | None
    months: Sequence[AccountAtMonthEnd] = ()


@dataclass(frozen=True, slots=True)
class Validity:
    """What a new account must show. `min_trades` 0 does not ask for trades; `within_days` 0 judges an account once, at
    the end of the month of its opening, otherwise by everything known of it within so many days of its opening."""

    min_assets: Decimal
    min_trades: int
    both: bool
    within_days: int = 0

    def becomes_valid_in(self, account: OpenedAccount, month: Month) -> bool:
        """Whether it was not valid before `month` and is by its end, so that it counts exactly once."""
        if not self.within_days:
            return account.opened_on in month and self._judged_at_month_end(account, month.last)
        return self._shown_by(account, month.last) and not self._shown_by(account, month.previous().last)

    def meets(self, assets: Decimal | None, trades: int | None) -> bool:
        has_assets = (assets or ZERO) >= self.min_assets
        if not self.min_trades:
            return has_assets
        has_traded = (trades or 0) >= self.min_trades
        return has_assets and has_traded if self.both else has_assets or has_traded

    def _judged_at_month_end(self, account: OpenedAccount, last: date) -> bool:
        return self.meets(*self.shown_by(account, last))

    def _shown_by(self, account: OpenedAccount, day: date) -> bool:
        """Whether what is known up to `day` shows it; a month end after the span proves nothing about the span."""
        if account.opened_on > day:
            return False
        return self.meets(*self.shown_by(account, day))

    def shown_by(self, account: OpenedAccount, day: date) -> tuple[Decimal, int]:
        """The assets and trades by which an account is judged on the last day of a month."""
        if not self.within_days:
            known = next((one for one in account.months if one.on == day), None)
            assets = account.open_assets if known is None or known.assets is None else known.assets
            return assets or ZERO, (known.trades if known else None) or 0
        until = min(day, account.opened_on + timedelta(days=self.within_days))
        within = [one for one in account.months if one.on <= until]
        most = max([account.open_assets or ZERO, *(one.assets or ZERO for one in within)])
        return most, sum(one.trades or 0 for one in within)
