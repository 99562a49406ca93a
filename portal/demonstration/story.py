"""The company's three months, told through the commands and services that people use."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.contrib.auth.hashers import make_password
from django.core.management import call_command

from accounts.models import User
from attendance.selectors import calendar_for
from core import audit, clock
from core.periods import Day, Period, Week
from messaging import selectors as messages
from messaging.services import deliver
from portal.demonstration import desk, month_end, paper, touches
from portal.demonstration.activity import Activity
from portal.demonstration.company import SIZES, Company, found_company
from portal.demonstration.database import mark_complete
from supervision.services import run_due
from teams.models import Posting, Role

PASSWORD = "demo-company"  # noqa: S105
Say = Callable[[str], None]
REMINDED_WEEKS = 3
MORNING = time(9, 5)


def tell(*, now: datetime, size: str, say: Say) -> None:
    """Build the company as it stands on the day of `now`. Takes a minute or two."""
    today = clock.day_of(now)
    company = found_company(today, SIZES[size])
    calendar = calendar_for(Period(company.story_begins - timedelta(days=31), today + timedelta(days=31)))
    activity = Activity(company, calendar.workdays, calendar.trading_days)
    say(f"Founding the company: {len(company.people)} people, {len(company.outlets)} outlets …")
    found(company, now)
    touches.raise_requirements(company)
    say(f"Keeping work logs since {company.story_begins} …")
    keep_logs(company, activity)
    say("Bringing in CRM data …")
    bring_crm(company, activity)
    say("Answering logs, sending score tables up …")
    desk.answer(company)
    say("Reminding those who lag …")
    remind(company)
    say(f"Taking {len(company.months) - 2} months to the archive and one to the third signature …")
    with audit.acting(source="demonstration"):
        month_end.take(company, now)
        touches.leave_of_absence(company, now)
        touches.make_calls(company, now)
        touches.write_today(company, activity, now)
    say("Sending what is in the outbox …")
    carry(now)
    mark_complete(size)


def carry(now: datetime) -> None:
    """Send what waits, as the worker would; what quiet hours hold back stays for it."""
    with audit.acting(source="demonstration"):
        while waiting := messages.due_ids(now):
            for message_id in waiting:
                deliver(message_id=message_id, now=now)


def quietly(command: str, *arguments: str, **options: object) -> None:
    call_command(command, *arguments, stdout=io.StringIO(), **options)


def found(company: Company, now: datetime) -> None:
    for name, rows in company.tables().items():
        paper.written(f"company/{name}.csv", rows)
    quietly("load_company", str(paper.folder() / "company"))
    User.objects.update(password=make_password(PASSWORD), password_set_at=now)


def keep_logs(company: Company, activity: Activity) -> None:
    """A file a month, as kept elsewhere before Muster came."""
    yesterday = Day(company.today).previous().first
    for month in company.months:
        first, last = max(month.first, company.story_begins), min(month.last, yesterday)
        if first <= last and (rows := list(activity.log_rows(first, last))):
            quietly("import_logs", str(paper.written(f"logs-{month.code}.csv", rows)))
    quietly("judge", "--from", company.story_begins.isoformat(), "--to", company.today.isoformat())


def bring_crm(company: Company, activity: Activity) -> None:
    """Openings up to the last trading day but one missing day; the accounts of the three full months."""
    yesterday, missing = Day(company.today).previous().first, activity.missing_day()
    for n, month in enumerate(company.months):
        for part, (first, last) in enumerate(parts(month.first, min(month.last, yesterday), missing)):
            rows = activity.opening_rows(activity.trading_days(Period.between(first, last)))
            if rows:
                path = paper.written(f"openings-{month.code}-{part}.csv", rows)
                quietly("import_crm", "openings", str(path), "--covers", f"{first}..{last}")
        if n < len(company.months) - 1:
            path = paper.written(f"account-month-{month.code}.csv", activity.account_rows(month))
            quietly("import_crm", "account_month", str(path))


def parts(first: date, last: date, missing: date) -> list[tuple[date, date]]:
    """The days from `first` to `last` in one piece, or in two around the missing one."""
    if not first <= missing <= last:
        return [(first, last)] if first <= last else []
    pieces = [(first, missing - timedelta(days=1)), (missing + timedelta(days=1), last)]
    return [piece for piece in pieces if piece[0] <= piece[1]]


def remind(company: Company) -> None:
    """What the schedule did in the last weeks, each morning once more looking for what is due."""
    start = Week(company.today - timedelta(weeks=REMINDED_WEEKS)).first
    with audit.acting(source="demonstration"):
        for on in Period(start, company.today).days():
            run_due(now=clock.at(Day(on).next().first, MORNING))


SHOWN_ROLES = (
    Role.CUSTOMER_MANAGER,
    Role.AREA_MANAGER,
    Role.MARKET_MANAGER,
    Role.BRANCH_MANAGER,
    Role.DEPUTY_BRANCH_MANAGER,
    Role.CHIEF_ACCOUNTANT,
    Role.FINANCE_CLERK,
    Role.TRADE_ADMINISTRATOR,
    Role.REGIONAL_MANAGER,
    Role.MARKET_OFFICER,
    Role.OFFICE_CLERK,
    Role.AUDITOR,
)


def sign_ins(on: date) -> list[tuple[str, str, str]]:
    """(role, employee number, name): one person a role, of one branch where the role has one."""
    found = []
    for role in SHOWN_ROLES:
        postings = Posting.objects.on(on).filter(role=role, acting_for=None).select_related("person__user", "unit")
        posting = postings.order_by("unit__code", "person__user__employee_no").first()
        if posting is not None:
            found.append((f"{role.label} · {posting.unit}", posting.person.employee_no, posting.person.name))
    return found
