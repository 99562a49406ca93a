"""The company's three months, told through the commands and services that people use."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.utils.timezone import localtime

from accounts.models import User
from attendance.selectors import calendar_for
from core import audit, clock
from core.explain import N_
from core.files import read_tables
from core.periods import ONE_DAY, Day, Month, Period, Week
from core.said import Said
from core.tables import TableRefused
from crm.models import ImportKind
from crm.services.importing import COMMAND_LIMITS, import_file
from crm.services.staging import ImportAsked
from messaging import selectors as messages
from messaging.models import Message
from messaging.services import deliver
from portal.demonstration import desk, market, month_end, paper, touches
from portal.demonstration.activity import Activity
from portal.demonstration.company import SIZES, Company, found_company
from portal.demonstration.database import mark_complete
from supervision.services.reminding import run_due
from teams.authority import authority_of
from teams.models import Posting, Role, Unit
from teams.selectors.posts import holders
from worklogs.services.importing import import_logs

PASSWORD = "demo-company"  # noqa: S105
Say = Callable[[Said], None]
REMINDED_WEEKS = 3
EARLY, MORNING, AFTERNOON = time(8, 10), time(9, 5), time(16)
FORMER = timedelta(days=40)  # so long before the story the accounts of the clients of then were opened
WORKER = timedelta(seconds=20)  # how soon after posting a message goes out


def tell(*, now: datetime, size: str, say: Say) -> None:
    """Build the company as it stands on the day of `now`. Takes a minute or two."""
    today = clock.day_of(now)
    company = found_company(today, SIZES[size])
    begins = min(company.story_begins, company.months[0].first)
    calendar = calendar_for(Period(begins - timedelta(days=31), today + timedelta(days=31)))
    activity = Activity(company, calendar.workdays, calendar.trading_days)
    people, outlets = str(len(company.people)), str(len(company.outlets))
    founding = N_("Founding the company: %(people)s people, %(outlets)s outlets …")
    say(Said(founding, {"people": people, "outlets": outlets}))
    found(company, now)
    touches.raise_requirements(company)
    bring_former_openings(company, activity)
    say(Said(N_("Keeping work logs since %(day)s …"), {"day": str(company.story_begins)}))
    keep_logs(company, activity, now)
    say(Said(N_("Bringing in CRM data …")))
    bring_crm(company, activity, now)
    say(Said(N_("Answering logs, sending score tables up …")))
    desk.answer(company, now)
    say(Said(N_("Reminding those who lag …")))
    remind(company, now)
    filing = N_("Taking %(months)s months to the archive and one to the third signature …")
    say(Said(filing, {"months": str(len(company.months) - 2)}))
    with audit.acting(source="demonstration"):
        month_end.take(company, now)
        market.reports(company, now)
        touches.leave_of_absence(company, now)
        touches.make_calls(company, now)
        touches.write_today(company, activity, now)
    say(Said(N_("Sending what is in the outbox …")))
    carry(now)
    mark_complete(size)


def carry(now: datetime) -> None:
    """Send what waits, each message soon after it was posted, as the worker would have."""
    with audit.acting(source="demonstration"):
        while waiting := messages.due_ids(now):
            posted = Message.objects.in_bulk(waiting)
            for message_id in waiting:
                soon = max(posted[message_id].posted_at, posted[message_id].not_before) + WORKER
                deliver(message_id=message_id, now=min(soon, now))


def quietly(command: str, *arguments: str, **options: object) -> None:
    call_command(command, *arguments, stdout=io.StringIO(), **options)


def found(company: Company, now: datetime) -> None:
    for name, rows in company.tables().items():
        paper.written(f"company/{name}.csv", rows)
    quietly("load_company", str(paper.folder() / "company"))
    User.objects.update(password=make_password(PASSWORD), password_set_at=now)


def keep_logs(company: Company, activity: Activity, now: datetime) -> None:
    """A file a month, as kept elsewhere before Muster came, handed in on the morning after its last day."""
    yesterday = Day(company.today).previous().first
    by_now = f"{localtime(now):%Y-%m-%d %H:%M}"  # who hands in late does so this morning
    with audit.acting(source="demonstration"):
        for month in company.months:
            first, last = max(month.first, company.story_begins), min(month.last, yesterday)
            rows = (
                [row for row in activity.log_rows(first, last) if row["submitted_at"] <= by_now]
                if first <= last
                else []
            )
            if rows:
                path = paper.written(f"logs-{month.code}.csv", rows)
                done = import_logs(sheets=read_tables(path), now=min(morning_after(last), now))
                if done.refusals:
                    raise TableRefused(*done.refusals)
    quietly("judge", "--from", company.story_begins.isoformat(), "--to", company.today.isoformat())


def bring_crm(company: Company, activity: Activity, now: datetime) -> None:
    """Openings up to the last trading day but one missing day, the accounts of every full month."""
    missing = activity.missing_day()
    for month in company.months:
        for first, last in files_of(month, company.today, missing):
            bring_openings(company, activity, first, last, now)
        if month != company.months[-1]:
            path = paper.written(f"account-month-{month.code}.csv", activity.account_rows(month))
            bring(ImportKind.ACCOUNT_MONTH, path, None, month_end.moment(month, 1, AFTERNOON.hour, now))


def files_of(month: Month, today: date, missing: date) -> list[tuple[date, date]]:
    """The days that each file of a month's openings covers, none of them `missing`: what the reminders of the last weeks
    speak of came morning by morning, what lies before in one piece or two."""
    last = min(month.last, today - ONE_DAY)
    reminded = Week(today - timedelta(weeks=REMINDED_WEEKS + 1)).first
    first = max(month.first, reminded)
    mornings = Period.between(first, last).days() if first <= last else ()
    older = parts(month.first, min(last, reminded - ONE_DAY), missing)
    return older + [(on, on) for on in mornings if on != missing]


def bring_former_openings(company: Company, activity: Activity) -> None:
    """What the CRM held when Muster came: without it nobody would be an existing client."""
    before = company.months[0].first - FORMER
    if rows := activity.former_openings(before):
        path = paper.written("openings-former.csv", rows)
        bring(ImportKind.OPENINGS, path, None, clock.at(before, AFTERNOON))


def bring_openings(company: Company, activity: Activity, first: date, last: date, now: datetime) -> None:
    rows = activity.opening_rows(activity.trading_days(Period.between(first, last)))
    if rows:
        path = paper.written(f"openings-{first}.csv", rows)
        bring(ImportKind.OPENINGS, path, (first, last), min(morning_after(last), now))


def bring(kind: ImportKind, path: Path, covers: tuple[date, date] | None, at: datetime) -> None:
    """A file as the company market department hands it in for all branches."""
    company, on = Unit.objects.get(parent=None), clock.day_of(at)
    officer = holders(Role.MARKET_OFFICER, company, on)[0]
    officer.authority = authority_of(officer, on)
    limits = COMMAND_LIMITS
    asked = ImportAsked(kind=kind, path=path, name=path.name, unit=company, today=on, covers=covers, limits=limits)
    with audit.acting(actor_id=officer.pk, source="demonstration"):
        import_file(asked=asked, good_rows_only=False, actor=officer, now=at)


def morning_after(on: date) -> datetime:
    return clock.at(Day(on).next().first, EARLY)


def parts(first: date, last: date, missing: date) -> list[tuple[date, date]]:
    """The days from `first` to `last` in one piece, or in two around the missing one."""
    if not first <= missing <= last:
        return [(first, last)] if first <= last else []
    pieces = [(first, missing - timedelta(days=1)), (missing + timedelta(days=1), last)]
    return [piece for piece in pieces if piece[0] <= piece[1]]


def remind(company: Company, now: datetime) -> None:
    """What the schedule did in the last weeks, each morning once more looking for what is due."""
    start = Week(company.today - timedelta(weeks=REMINDED_WEEKS)).first
    with audit.acting(source="demonstration"):
        for on in Period(start, company.today).days():
            if (morning := clock.at(Day(on).next().first, MORNING)) <= now:
                run_due(now=morning)


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
