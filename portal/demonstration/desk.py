"""Leaders answer logs; score tables go up."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta

from accounts.models import User
from core import clock
from core.periods import Day, Month, Period, Week
from portal.demonstration.company import SEED, Company
from teams.authority import authority_of
from teams.models import Unit, UnitKind
from teams.selectors.posts import leaders_of
from teams.selectors.units import units_of_kind
from worklogs.models import DayScore, WorkLog
from worklogs.selectors.month_end import month_end_standing
from worklogs.services.replies import answer_month_end, reply_to_logs
from worklogs.services.score_tables import send_score_tables, sending_day

PRAISE = (
    "跟进得很好，明天把约访的时间定下来。",
    "老客户回访不错，记得问产品到期日。",
    "客户情况写得清楚，继续保持。",
)
ADVICE = (
    "新客户电话要再多一些，注意记录意向。",
    "今天量不够，明早我陪你去网点。",
)
OF_THE_MONTH = "本月辛苦了，下月把有意向的准客户逐个约到网点面谈。"
MISSED = 7  # every so many authors, one goes without the answer of the month
WEEKS = 3
MORNING = time(8, 40)
TABLE_TIME = time(9, 30)


def answer(company: Company, now: datetime) -> None:
    """Mostly two answers a member and week, sometimes one; the tables of past weeks go up on their Mondays. At the end of
    the last month the market managers answer nearly everybody. What would come after `now` has not happened."""
    dice = random.Random(SEED + 2)
    week = Week(company.today - timedelta(weeks=WEEKS))
    while week.first < company.today:
        for area in Unit.objects.filter(kind=UnitKind.AREA).order_by("code"):
            days = Period(week.first, min(week.end, company.today))
            answer_area(area, days, dice, now, daily=company.size.days is None)
        due = sending_day(week)
        if clock.at(due, TABLE_TIME) <= now:
            departments = [unit for unit in units_of_kind(UnitKind.MARKET_DEPARTMENT, due) if unit.started_on]
            send_score_tables(week=week, departments=departments, now=clock.at(due, TABLE_TIME))
        week = week.next()
    if company.size.days is None:
        answer_month(Month(company.today).previous(), now)


def answer_area(area: Unit, days: Period, dice: random.Random, now: datetime, *, daily: bool) -> None:
    """Each of the area's logs that is chosen is answered on the morning after, or all of a week's on one morning."""
    written = defaultdict(list)
    judged = DayScore.objects.filter(unit=area, on__gte=days.first, on__lt=days.end, passed=True)
    passed = set(judged.values_list("person_id", "on"))
    for log in WorkLog.objects.submitted().filter(unit=area, on__gte=days.first, on__lt=days.end).order_by("on"):
        written[log.person_id].append(log)
    chosen = defaultdict(list)
    for logs in written.values():
        for log in dice.sample(logs, min(len(logs), dice.choice((1, 2, 2, 3)))):
            chosen[log.on].append(log)
    if chosen and not daily:
        chosen = defaultdict(list, {max(chosen): [log for logs in chosen.values() for log in logs]})
    for on, logs in sorted(chosen.items()):
        morning = Day(on).next().first
        if clock.at(morning, MORNING) <= now and (leader := leading(area, morning)):
            for fits, answers in ((True, PRAISE), (False, ADVICE)):
                these = [log for log in logs if ((log.person_id, log.on) in passed) is fits]
                if these:
                    text, at = dice.choice(answers), clock.at(morning, MORNING)
                    reply_to_logs(logs=these, text=text, actor=leader, now=at)


def answer_month(month: Month, now: datetime) -> None:
    """The answers due at month end (S4.2.f), given on the day after it."""
    on = month.end
    if clock.at(on, MORNING) > now:
        return
    for department in units_of_kind(UnitKind.MARKET_DEPARTMENT, on):
        authors = month_end_standing([department], month)
        logs = [author.last_log for n, author in enumerate(authors, start=1) if n % MISSED]
        manager = leading(department, on)
        if manager and logs:
            answer_month_end(logs=logs, text=OF_THE_MONTH, actor=manager, now=clock.at(on, MORNING))


def leading(unit: Unit, on: date) -> User | None:
    """Whoever leads the unit on a day, with her authority of then."""
    leader = next(iter(leaders_of(unit, on)), None)
    if leader is not None:
        leader.authority = authority_of(leader, on)
    return leader
