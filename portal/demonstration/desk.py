"""Leaders answer logs; score tables go up."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import time, timedelta

from core import clock
from core.periods import Day, Period, Week
from portal.demonstration.company import SEED, Company
from teams.authority import authority_of
from teams.models import Unit, UnitKind
from teams.selectors import leaders_of, units_of_kind
from worklogs import services
from worklogs.models import WorkLog

ANSWERS = (
    "跟进得很好，明天把约访的时间定下来。",
    "新客户电话要再多一些，注意记录意向。",
    "老客户回访不错，记得问产品到期日。",
    "今天量不够，明早我陪你去网点。",
    "客户情况写得清楚，继续保持。",
)
WEEKS = 3
MORNING = time(8, 40)
TABLE_TIME = time(9, 30)


def answer(company: Company) -> None:
    """Mostly two answers a member and week, sometimes one; the tables of past weeks go up on their Mondays."""
    dice = random.Random(SEED + 2)
    week = Week(company.today - timedelta(weeks=WEEKS))
    while week.first < company.today:
        for area in Unit.objects.filter(kind=UnitKind.AREA).order_by("code"):
            answer_area(area, Period(week.first, min(week.end, company.today)), dice, daily=company.size.days is None)
        due = services.sending_day(week)
        if due <= company.today:
            departments = [unit for unit in units_of_kind(UnitKind.MARKET_DEPARTMENT, due) if unit.started_on]
            services.send_score_tables(week=week, departments=departments, now=clock.at(due, TABLE_TIME))
        week = week.next()


def answer_area(area: Unit, days: Period, dice: random.Random, *, daily: bool) -> None:
    """Each of the area's logs that is chosen is answered on the morning after, or all of a week's on one morning."""
    written = defaultdict(list)
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
        leader = next(iter(leaders_of(area, morning)), None)
        if leader is not None:
            leader.authority = authority_of(leader, morning)
            text = dice.choice(ANSWERS)
            services.reply_to_logs(logs=logs, text=text, actor=leader, now=clock.at(morning, MORNING))
