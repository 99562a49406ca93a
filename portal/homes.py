"""Which first screens a person has: one for each kind of work her posts bring, the most pressing first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.periods import Month
from portal.selectors.archive import archive
from portal.selectors.board import board, units_of_board
from portal.selectors.month import branch_lines, branches_of_pay, month_of_branch
from portal.selectors.own_day import own_day
from portal.selectors.queue import queue
from portal.selectors.teams import teams
from portal.selectors.trail import TrailAsked, audits_everything, last_verification, trail
from teams.authority import POWERS, Power, topmost
from teams.models import Role

P = Power
PEOPLE_LEADERS = {Role.AREA_MANAGER, Role.MARKET_MANAGER, Role.BRANCH_MANAGER}
PAY_FIRST = {Role.FINANCE_CLERK, Role.CHIEF_ACCOUNTANT, Role.DEPUTY_BRANCH_MANAGER}


@dataclass(frozen=True)
class Home:
    code: str
    label: str | Promise
    is_for: Callable[[User], bool]
    context: Callable[[User, date], dict[str, Any]]

    @property
    def template(self) -> str:
        return f"portal/homes/{self.code}.html"


def own_day_context(user: User, today: date) -> dict[str, Any]:
    return {"day": own_day(user, today)}


def board_context(user: User, today: date) -> dict[str, Any]:
    paths = topmost({held.path for held in user.authority.held if held.role in PEOPLE_LEADERS})
    return {"board": board(user, units_of_board(paths, today), today)}


def teams_context(user: User, today: date) -> dict[str, Any]:
    """Of the widest unit one looks over."""
    return {"teams": teams(user, min(user.authority.paths(P.SEE_REMINDERS), key=len), today)}


def month_context(user: User, today: date) -> dict[str, Any]:
    """One branch with its stages, or many branches each with its state."""
    branches = branches_of_pay(user, today)
    if len(branches) == 1:
        may_import = user.authority.may(P.IMPORT_CRM)
        return {"month": month_of_branch(user, branches[0], today), "may_import": may_import}
    last = Month(today).previous()
    return {"last_month": last, "branches": branch_lines(branches, last)}


def archive_context(user: User, today: date) -> dict[str, Any]:
    return {"archive": archive(user, today)}


def audit_context(user: User, today: date) -> dict[str, Any]:
    """The last verification and what people changed today."""
    asked = TrailAsked(on=today, by_people=True)
    return {"verification": last_verification(), "page": trail(asked), "asked": asked}


def queue_context(user: User, today: date) -> dict[str, Any]:
    return {"queue": queue(user, today)}


def leads_people(user: User) -> bool:
    return bool(user.authority.roles & PEOPLE_LEADERS)


def looks_over_teams(user: User) -> bool:
    others = user.authority.roles - {Role.AREA_MANAGER, Role.MARKET_MANAGER}
    return any(P.SEE_REMINDERS in POWERS[role] for role in others)


HOMES = (
    Home("audit", _("Audit"), audits_everything, audit_context),
    Home("own_day", _("My day"), lambda user: user.authority.may(P.WRITE_LOG), own_day_context),
    Home("teams", _("Teams"), looks_over_teams, teams_context),
    Home("board", _("People"), leads_people, board_context),
    Home("month", _("Pay of the month"), lambda user: user.authority.may(P.SEE_PAY), month_context),
    Home("queue", _("To complete"), lambda user: Role.TRADE_ADMINISTRATOR in user.authority.roles, queue_context),
    Home("archive", _("Pay reports"), lambda user: user.authority.may(P.SEE_FILED_PAY), archive_context),
)
PLAIN = Home("plain", _("Home"), lambda user: True, lambda user, today: {})


def homes_of(user: User) -> list[Home]:
    """At least one; finance sees the month first."""
    homes = [home for home in HOMES if home.is_for(user)] or [PLAIN]
    if user.authority.roles & PAY_FIRST:
        homes.sort(key=lambda home: home.code != "month")
    return homes
