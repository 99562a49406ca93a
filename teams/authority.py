"""Which role may do what, and how far a person sees. The one table of it.

Sight follows the organisation: a leader's posting shows its unit and all below, a person always sees what is her own.
Powers say what may be done within sight. A rule that forbids (own document, closed month, leaver) beats any of these
and lives with the decision it forbids.
"""

from __future__ import annotations

import operator
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import reduce
from typing import Any

from django.db.models import Q

from accounts.models import User
from teams.models import Person, Role


class Power(StrEnum):
    WRITE_LOG = "write_log"
    READ_LOGS = "read_logs"
    REPLY_TO_LOGS = "reply_to_logs"
    SEE_RANKINGS = "see_rankings"
    SEE_REMINDERS = "see_reminders"
    CALL_LAGGARDS = "call_laggards"
    IMPORT_CRM = "import_crm"
    REVIEW_DETAIL = "review_detail"
    DRAFT_PAY = "draft_pay"
    SIGN_PAY_1 = "sign_pay_1"
    SIGN_PAY_2 = "sign_pay_2"
    SIGN_PAY_3 = "sign_pay_3"
    SEE_PAY = "see_pay"
    SEE_FILED_PAY = "see_filed_pay"
    SEE_POLICY = "see_policy"
    SET_POLICY = "set_policy"
    RECORD_APPROVAL = "record_approval"  # of a pay plan, as its document says
    EDIT_CALENDAR = "edit_calendar"
    SEE_SENDING_LOG = "see_sending_log"
    SETTLE_MESSAGES = "settle_messages"
    SEE_AUDIT = "see_audit"
    APPOINT_STAND_IN = "appoint_stand_in"
    EDIT_PLACES = "edit_places"  # outlets, their banks, and targets, in the console
    OPEN_CONSOLE = "open_console"  # to look things up there; what may be edited is asked for by its own power
    GIVE_PASSWORDS = "give_passwords"  # first and forgotten ones, and a lost second factor taken away


P, R = Power, Role
LEADERS = (R.AREA_MANAGER, R.MARKET_MANAGER, R.BRANCH_MANAGER, R.REGIONAL_MANAGER)
# Who holds a power, within her sight: one line a power, with the clause where one says so.
HOLDERS: dict[Power, tuple[Role, ...]] = {
    P.WRITE_LOG: (R.CUSTOMER_MANAGER,),
    P.READ_LOGS: (*LEADERS, R.DEPUTY_BRANCH_MANAGER, R.REGIONAL_OFFICER, R.MARKET_OFFICER, R.AUDITOR),
    P.REPLY_TO_LOGS: LEADERS,
    P.SEE_RANKINGS: (
        *LEADERS,
        R.DEPUTY_BRANCH_MANAGER,
        R.CHIEF_ACCOUNTANT,
        R.FINANCE_CLERK,
        R.TRADE_ADMINISTRATOR,
        R.REGIONAL_OFFICER,
        R.CHANNEL_OFFICER,
        R.VICE_PRESIDENT,
        R.MARKET_OFFICER,
        R.AUDITOR,
    ),
    P.SEE_REMINDERS: (
        *LEADERS,
        R.DEPUTY_BRANCH_MANAGER,
        R.REGIONAL_OFFICER,
        R.VICE_PRESIDENT,
        R.MARKET_OFFICER,
        R.AUDITOR,
    ),
    P.CALL_LAGGARDS: (R.BRANCH_MANAGER, R.REGIONAL_MANAGER, R.REGIONAL_OFFICER, R.MARKET_OFFICER),
    P.IMPORT_CRM: (R.CHIEF_ACCOUNTANT, R.FINANCE_CLERK, R.TRADE_ADMINISTRATOR, R.MARKET_OFFICER),
    P.REVIEW_DETAIL: (R.FINANCE_CLERK,),
    P.DRAFT_PAY: (R.FINANCE_CLERK,),
    P.SIGN_PAY_1: (R.CHIEF_ACCOUNTANT,),
    P.SIGN_PAY_2: (R.DEPUTY_BRANCH_MANAGER,),
    P.SIGN_PAY_3: (R.BRANCH_MANAGER,),
    P.SEE_PAY: (R.BRANCH_MANAGER, R.DEPUTY_BRANCH_MANAGER, R.CHIEF_ACCOUNTANT, R.FINANCE_CLERK, R.AUDITOR),
    P.SEE_FILED_PAY: (R.OFFICE_CLERK, R.AUDITOR),
    P.SEE_POLICY: (
        *LEADERS,
        R.DEPUTY_BRANCH_MANAGER,
        R.CHIEF_ACCOUNTANT,
        R.FINANCE_CLERK,
        R.REGIONAL_OFFICER,
        R.CHANNEL_OFFICER,
        R.VICE_PRESIDENT,
        R.MARKET_OFFICER,
        R.AUDITOR,
    ),
    P.SET_POLICY: (R.MARKET_MANAGER, R.BRANCH_MANAGER, R.REGIONAL_MANAGER, R.MARKET_OFFICER),
    P.RECORD_APPROVAL: (R.BRANCH_MANAGER, R.FINANCE_CLERK, R.CHANNEL_OFFICER, R.MARKET_OFFICER),
    P.EDIT_CALENDAR: (R.ATTENDANCE_RECORDER, R.MARKET_OFFICER),
    P.SEE_SENDING_LOG: (R.BRANCH_MANAGER, R.REGIONAL_MANAGER, R.MARKET_OFFICER, R.AUDITOR),
    P.SETTLE_MESSAGES: (R.BRANCH_MANAGER, R.REGIONAL_MANAGER, R.MARKET_OFFICER),
    P.SEE_AUDIT: (R.AUDITOR,),
    P.APPOINT_STAND_IN: (R.MARKET_MANAGER, R.BRANCH_MANAGER, R.REGIONAL_MANAGER, R.MARKET_OFFICER),
    P.EDIT_PLACES: (R.TRADE_ADMINISTRATOR, R.MARKET_OFFICER),
    P.OPEN_CONSOLE: (R.CHIEF_ACCOUNTANT, R.FINANCE_CLERK, R.TRADE_ADMINISTRATOR, R.REGIONAL_MANAGER, R.MARKET_OFFICER),
    P.GIVE_PASSWORDS: (R.FINANCE_CLERK, R.TRADE_ADMINISTRATOR, R.MARKET_OFFICER),
}
POWERS: dict[str, frozenset[Power]] = {
    role: frozenset(power for power, roles in HOLDERS.items() if role in roles) for role in Role
}

# Head-office posts look at the whole company, wherever their department hangs in the tree.
COMPANY_WIDE = {Role.MARKET_OFFICER, Role.CHANNEL_OFFICER, Role.OFFICE_CLERK, Role.VICE_PRESIDENT, Role.AUDITOR}
# Posts that see only what is their own.
OWN_ONLY = {Role.CUSTOMER_MANAGER}
SECOND_FACTOR_ROLES = {
    Role.FINANCE_CLERK, Role.CHIEF_ACCOUNTANT, Role.DEPUTY_BRANCH_MANAGER, Role.BRANCH_MANAGER,
    Role.MARKET_OFFICER, Role.CHANNEL_OFFICER, Role.OFFICE_CLERK, Role.COUNTERSIGNER, Role.VICE_PRESIDENT, Role.AUDITOR,
}  # fmt: skip
# Whose access nobody inside the application gives back: those who look at everybody, head office included.
BEYOND_PASSWORDS = {Role.VICE_PRESIDENT, Role.AUDITOR}
NOBODY = Q(pk__in=[])


@dataclass(frozen=True)
class Held:
    """A posting in force, as far as authority cares."""

    role: str
    unit_id: int
    path: str
    kind: str
    is_acting: bool = False


@dataclass(frozen=True)
class Authority:
    """What one person may see and do on one day."""

    on: date
    person_id: int | None
    held: tuple[Held, ...]

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(held.role for held in self.held)

    @property
    def needs_second_factor(self) -> bool:
        return bool(self.roles & SECOND_FACTOR_ROLES)

    @property
    def company_path(self) -> str:
        """Where every path begins; "" for somebody without a posting."""
        return next((f"/{held.path.split('/')[1]}/" for held in self.held), "")

    @property
    def own_line(self) -> list[int]:
        """Ids of the units one belongs to, and of those above them."""
        return sorted({int(part) for held in self.held for part in held.path.strip("/").split("/") if part})

    def paths(self, *powers: Power) -> list[str]:
        """Paths of the units over which one holds at least one of `powers`; without powers, which one sees at all."""
        found = {
            self.company_path if held.role in COMPANY_WIDE else held.path
            for held in self.held
            if (POWERS[held.role] & set(powers) if powers else held.role not in OWN_ONLY)
        }
        return topmost(found)

    def may(self, power: Power, path: str | None = None) -> bool:
        """Whether one holds `power` (over the unit at `path`, where one is given)."""
        return any(path is None or path.startswith(top) for top in self.paths(power)) or (
            path is not None
            and power in OWN_POWERS
            and any(power in POWERS[h.role] and path.startswith(h.path) for h in self.held)
        )

    @property
    def opens_console(self) -> bool:
        return self.may(Power.OPEN_CONSOLE)

    def gives_passwords_to(self, other: Authority) -> bool:
        """Whether one may give that person a password: somebody else, all of whose posts lie within one's own scope.
        Those who need a second factor (they draft, sign and see pay) get theirs from head office only.
        """
        if other.person_id in {None, self.person_id} or not other.held or other.roles & BEYOND_PASSWORDS:
            return False
        if other.needs_second_factor and not self.roles & COMPANY_WIDE:
            return False
        return all(self.may(Power.GIVE_PASSWORDS, held.path) for held in other.held)

    def sees_unit(self, lookup: str, *powers: Power) -> Q:
        """A condition: the unit reached by `lookup` (a path column) is within one's sight (by one of `powers`)."""
        return reduce(operator.or_, (Q(**{f"{lookup}__startswith": path}) for path in self.paths(*powers)), NOBODY)


def topmost(paths: Collection[str]) -> list[str]:
    """Those of the paths that lie below no other of them."""
    return sorted(path for path in paths if not any(path != other and path.startswith(other) for other in paths))


OWN_POWERS = {Power.WRITE_LOG}
NO_AUTHORITY = Authority(on=date.min, person_id=None, held=())


# As it is written, for every request asks it: putting it together anew took longer than the answer.
IN_FORCE = """
SELECT p.*, t.role, t.unit_id, u.path, u.kind, t.acting_for_id IS NOT NULL AS is_acting
FROM teams_person p
LEFT JOIN teams_posting t ON t.person_id = p.id AND t.from_on <= %(on)s AND (t.to_on IS NULL OR t.to_on > %(on)s)
LEFT JOIN teams_unit u ON u.id = t.unit_id
WHERE p.user_id = %(user)s
ORDER BY t.from_on, t.id
"""


def authority_of(user: User, on: date) -> Authority:
    """What `user` may see and do on `on`, from the postings then in force; a leaver has none.

    One query, because every request asks: it brings the person along (`user.person`), once per posting.
    """
    rows: list[Any] = list(Person.objects.raw(IN_FORCE, {"on": on, "user": user.pk}))
    if not rows:
        return Authority(on=on, person_id=None, held=())
    person = user.person = rows[0]  # type: ignore[attr-defined]
    if person.left_on and person.left_on <= on:
        return Authority(on=on, person_id=None, held=())
    held = (Held(row.role, row.unit_id, row.path, row.kind, row.is_acting) for row in rows if row.role)
    return Authority(on=on, person_id=person.pk, held=tuple(held))
