"""The sections of the application: who sees which, in which order, under which heading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from teams.authority import Power
from teams.models import Role

P = Power
TABS = 4  # beside the fifth, which opens everything else


@dataclass(frozen=True)
class Section:
    """A place in the navigation. Shown to who holds one of `powers` or `roles`; to everybody where both are empty."""

    url_name: str
    label: str | Promise
    icon: str
    powers: frozenset[Power] = frozenset()
    roles: frozenset[str] = frozenset()

    def is_for(self, user: User) -> bool:
        if not (self.powers or self.roles):
            return True
        return bool(self.roles & user.authority.roles) or any(user.authority.may(power) for power in self.powers)


@dataclass(frozen=True)
class Group:
    label: str | Promise
    sections: tuple[Section, ...]


def section(url_name: str, label: Any, icon: str, *powers: Power, roles: tuple[str, ...] = ()) -> Section:
    return Section(url_name, label, icon, frozenset(powers), frozenset(roles))


EARNING = (Role.CUSTOMER_MANAGER, Role.AREA_MANAGER, Role.MARKET_MANAGER)  # whose pay a run holds
GROUPS = (
    Group(
        _("Every day"),
        (
            section("portal:home", _("Home"), "home"),
            section("worklogs:today", _("My log"), "pencil-square", P.WRITE_LOG),
            section("worklogs:write_market_report", _("Market report"), "document-text", P.WRITE_LOG),
            section("worklogs:desk", _("Review desk"), "inbox-stack", P.READ_LOGS),
            section("approvals:waiting", _("Requests"), "inbox-arrow-down"),
            section("messaging:inbox", _("Messages"), "bell"),
            section("compensation:slips", _("Pay slips"), "banknotes", roles=EARNING),
        ),
    ),
    Group(
        _("Supervision"),
        (
            section("worklogs:score_tables", _("Score tables"), "table-cells", P.READ_LOGS),
            section("worklogs:market_reports", _("Market reports"), "document-text", P.READ_LOGS),
            section("supervision:ranking", _("Ranking"), "chart-bar", P.SEE_RANKINGS),
            section("supervision:lists", _("Reminders"), "megaphone", P.SEE_REMINDERS),
            section("supervision:calls", _("Phone calls"), "phone", P.CALL_LAGGARDS),
        ),
    ),
    Group(
        _("The month"),
        (
            section("crm:imports", _("CRM data"), "arrow-up-tray", P.IMPORT_CRM),
            section("compensation:runs", _("Pay runs"), "clipboard-document-check", P.SEE_PAY),
            section("compensation:plans", _("Pay plans"), "document-text", P.SEE_PAY, P.RECORD_APPROVAL),
            section("compensation:questions", _("Questions on pay"), "question-mark-circle", P.REVIEW_DETAIL),
            section("archives:documents", _("Filed documents"), "archive-box", P.SEE_FILED_PAY, P.SEE_PAY),
        ),
    ),
    Group(
        _("House"),
        (
            section("teams:units", _("Units and people"), "user-group", P.READ_LOGS, P.SEE_RANKINGS, P.SEE_POLICY),
            section("policies:overview", _("Rules"), "scale", P.SEE_POLICY),
            section("attendance:calendar", _("Calendar"), "calendar-days"),
            section("messaging:sending_log", _("Sending log"), "paper-airplane", P.SEE_SENDING_LOG),
            section("portal:trail", _("Audit trail"), "finger-print", P.SEE_AUDIT),
            section("portal:verification", _("Verification"), "check-badge", P.SEE_AUDIT),
            section("accounts:security_log", _("Security log"), "shield-check", P.SEE_AUDIT),
            section("admin:index", _("Console"), "cog-6-tooth", P.OPEN_CONSOLE),
        ),
    ),
)


@dataclass(frozen=True)
class Link:
    """A section as one person sees it now."""

    url: str
    label: str | Promise
    icon: str
    url_name: str
    is_current: bool


@dataclass(frozen=True)
class LinkGroup:
    label: str | Promise
    links: tuple[Link, ...]


def links(sections: tuple[Section, ...], user: User, path: str) -> Iterator[Link]:
    for entry in sections:
        if not entry.is_for(user):
            continue
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        is_current = path == url or (url != "/" and path.startswith(url))
        yield Link(url, entry.label, entry.icon, entry.url_name, is_current)


def navigation(user: User, path: str) -> list[LinkGroup]:
    """The groups with at least one section for this person; the deepest section that fits `path` is the current one."""
    groups = [LinkGroup(group.label, tuple(links(group.sections, user, path))) for group in GROUPS]
    current = max(
        (link for group in groups for link in group.links if link.is_current),
        key=lambda link: len(link.url),
        default=None,
    )
    return [
        LinkGroup(
            group.label,
            tuple(
                Link(link.url, link.label, link.icon, link.url_name, current is not None and link.url == current.url)
                for link in group.links
            ),
        )
        for group in groups
        if group.links
    ]


def tabs(groups: list[LinkGroup]) -> list[Link]:
    """What stands at the bottom of a phone beside "more"."""
    return [link for group in groups for link in group.links][:TABS]
