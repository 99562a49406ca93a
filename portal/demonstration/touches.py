"""What makes the company one's own to click through: a stand-in, raised requirements, calls made, a day being written."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from accounts.models import User
from core import clock
from core.periods import Day, Month
from messaging.models import Channel, PhoneTask
from policies.services import set_value
from portal.demonstration.activity import Activity
from portal.demonstration.company import DEPARTMENT, EAST, HOME, WEST, Company
from supervision.models import Reminder
from supervision.services.calling import Demand, record_call
from teams.authority import authority_of
from teams.models import Person, Posting, Role, Unit
from teams.selectors.posts import leaders_of
from teams.services.stand_in import appoint_stand_in
from worklogs.rules.kinds import Kind
from worklogs.services.entering import save_entry
from worklogs.services.writing import set_brochures

REASONS = ("网点本周装修，客流少；下周恢复。", "两位客户经理请假，其余有跟进，预计下周补上。")


def raise_requirements(company: Company) -> None:
    """The first branch asks more brochures from the second month on; its first department more points from next month."""
    manager = leader(Unit.objects.get(code=HOME), company)
    long_ago, soon = company.months[1 if len(company.months) > 1 else 0].first, Month(company.today).next().first
    branch, department = Unit.objects.get(code=HOME), Unit.objects.get(code=DEPARTMENT)
    for code, unit, value, since, known in (
        ("worklogs.day_brochures", branch, 60, long_ago, long_ago - timedelta(days=7)),
        ("worklogs.day_pass_mark", department, 22, soon, company.today),
    ):
        set_value(
            code=code, unit=unit, value=value, from_on=since, source="营业部办公会纪要", actor=manager, today=known
        )


def leader(unit: Unit, company: Company) -> User:
    user = leaders_of(unit, company.today)[0]
    user.authority = authority_of(user, company.today)
    return user


def leave_of_absence(company: Company, now: datetime) -> None:
    """The western area's manager of the first department is away; a colleague stands in."""
    area = Unit.objects.get(code=WEST)
    absent = Posting.objects.get(unit=area, role=Role.AREA_MANAGER)
    colleague = max((s for s in company.sellers if s.area == area.code), key=lambda seller: seller.drive)
    appoint_stand_in(
        absent=absent,
        employee_no=colleague.employee_no,
        from_on=company.today,
        last_on=company.today + timedelta(days=9),
        actor=leader(Unit.objects.get(code=HOME), company),
        today=company.today,
        now=now,
    )


def make_calls(company: Company, now: datetime) -> None:
    """The first calls of the weekly list are made; one asks for a plan."""
    calls = (
        Reminder.objects.filter(channel=Channel.PHONE_TASK).select_related("recipient", "entry__unit").order_by("pk")
    )
    for n, call in enumerate(calls[: len(REASONS)]):
        caller = call.recipient
        caller.authority = authority_of(caller, company.today)
        demand = None
        if n == 0 and call.entry is not None and call.entry.unit is not None:
            asked = leaders_of(call.entry.unit, company.today)
            demand = (
                Demand(asked[0], company.today + timedelta(days=7), "请说明原因、措施和时间表。") if asked else None
            )
        record_call(call=call, result=PhoneTask.Result.REACHED, reason=REASONS[n], demand=demand, actor=caller, now=now)


def write_today(company: Company, activity: Activity, now: datetime) -> None:
    """The first seller's last days: one log handed in late, one being written with a colleague's number in it."""
    workdays = list(activity.workdays(Day(company.today)))
    on = workdays[0] if workdays else company.today
    first, *others = (s for s in company.sellers if s.area == EAST)
    colleague = max(others, key=lambda seller: seller.drive)
    person = Person.objects.select_related("user").get(user__employee_no=first.employee_no)
    at = min(now, clock.at(on, time(11, 20)))
    taken = activity.known_to(colleague, 1)
    wanted = [
        (Kind.PROSPECT, activity.names.name(), activity.new_phone()),
        (Kind.PROSPECT, *taken),
        (Kind.APPOINTMENT, *activity.known_to(first, 2)),
        (Kind.PROSPECT_CALL, *activity.known_to(first, 3)),
        (Kind.CLIENT_CALL, *activity.books[first.employee_no].clients[0][:2]),
    ]
    for kind, name, phone in wanted:
        save_entry(person=person, on=on, kind=kind, name=name, phone=phone, actor=person.user, now=at)
    set_brochures(person=person, on=on, quantity=35, actor=person.user, now=at)
