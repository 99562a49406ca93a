"""The weekly score table of a market department goes up on Monday (S4.1.f, S4.2.f, S5.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from attendance.rules import Calendar
from attendance.selectors import calendar_for
from core import clock
from core.explain import digest_of
from core.periods import Period, Week
from messaging.services import Draft, post
from messaging.telling import of_rule
from policies import selectors as policy
from teams.models import Role, Unit, UnitKind
from teams.selectors.posts import holders, leaders_of
from teams.selectors.units import ancestor, units_of_kind
from worklogs.models import ScoreTable, WeekScore
from worklogs.selectors.desk import team_week_scores
from worklogs.services.judging import judge

SEND_TIME = "worklogs.score_table_time"
CAUGHT_UP = timedelta(days=14)  # so long after its Monday a table is still sent


def send_due_score_tables(*, now: datetime) -> list[ScoreTable]:
    """Send the tables that are due by now and not sent yet: last week's, and those of `weeks_caught_up`."""
    today = clock.day_of(now)
    departments = [unit for unit in units_of_kind(UnitKind.MARKET_DEPARTMENT, today) if unit.started_on]
    new: list[ScoreTable] = []
    for week in [*weeks_caught_up(today), Week(today).previous()]:
        sent = set(ScoreTable.objects.filter(week=week.first).values_list("unit_id", flat=True))
        waiting = [unit for unit in departments if unit.pk not in sent]
        due = sending_day(week)
        if not waiting or today < due:
            continue
        times = policy.values_on([SEND_TIME], unit_ids=[unit.pk for unit in waiting], on=due)
        ready = [unit for unit in waiting if now >= clock.at(due, cast(time, times[unit.pk][SEND_TIME].value))]
        new += send_score_tables(week=week, departments=ready, now=now)
    return new


def weeks_caught_up(today: date) -> list[Week]:
    """Weeks before the last one whose Monday an interruption or a long holiday has taken, the oldest first.

    Before Spring Festival a table may be due when another week is over already. Weeks in which nobody was judged lie
    before the beginning.
    """
    weeks = []
    week = Week(today).previous().previous()
    while sending_day(week) > today - CAUGHT_UP:
        weeks.append(week)
        week = week.previous()
    judged = set(WeekScore.objects.filter(week__in=[week.first for week in weeks]).values_list("week", flat=True))
    return [week for week in reversed(weeks) if week.first in judged]


def sending_day(week: Week, calendar: Calendar | None = None) -> date:
    """The Monday after the week, or the next workday where that is none (reading 16)."""
    ahead = Period(week.end, week.next().next().end)
    return (calendar or calendar_for(ahead)).workdays(ahead)[0]


@transaction.atomic
def send_score_tables(*, week: Week, departments: Sequence[Unit], now: datetime) -> list[ScoreTable]:
    """Judge the week once more, write down each department's table and tell those it goes to; each table once."""
    if not departments:
        return []
    judge(period=week, until=clock.day_of(now), units=departments)
    tables = [table_of(department, week, now) for department in departments]
    ScoreTable.objects.bulk_create(tables, ignore_conflicts=True)
    new = list(
        ScoreTable.objects.filter(public_id__in=[table.public_id for table in tables]).select_related("unit__parent")
    )
    post([draft for table in new for draft in tell_of(table, week, clock.day_of(now))], now=now)
    return new


def table_of(department: Unit, week: Week, now: datetime) -> ScoreTable:
    rows = [row.as_document() for row in team_week_scores(department, week)]
    return ScoreTable(unit=department, week=week.first, sent_at=now, document=rows, digest=digest_of(rows))


def tell_of(table: ScoreTable, week: Week, on: date) -> list[Draft]:
    """The regional department (the branch stands in where there is none), the branch, and the manager whose table it is."""
    rows: Sequence[Mapping[str, Any]] = table.document
    values: dict[str, Any] = {
        "department": table.unit.name,
        "week": week,
        "people": len(rows),
        "passed": sum(bool(row["score_pass"]) for row in rows),
    }
    return [
        of_rule(
            f"worklogs.score_table.{table.unit.code}",
            user,
            "worklogs.score_table",
            on=week.first,
            link=reverse("worklogs:score_table", args=[table.public_id]),
            place=table.unit.path,
            **values,
        )
        for user in recipients(table.unit, on)
    ]


def recipients(department: Unit, on: date) -> list[User]:
    """Who gets the table; each person once."""
    branch = ancestor(department, UnitKind.BRANCH)
    region = ancestor(department, UnitKind.REGIONAL_DEPARTMENT)
    found: Iterable[User] = [
        *leaders_of(department, on),
        *(leaders_of(branch, on) if branch else []),
        *(leaders_of(region, on) if region else []),
        *(holders(Role.REGIONAL_OFFICER, region, on) if region else []),
    ]
    return list({user.pk: user for user in found}.values())
