"""Settling the calendar: one day, a table of days, a whole year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from attendance import texts
from attendance.models import CalendarChange, CalendarDay, SettledYear
from attendance.rules import YEARS, DayKind, can_be_traded, published
from attendance.selectors import calendar_for, years_to_settle
from attendance.sheets import COLUMNS
from core.clock import day_of
from core.editing import Seen
from core.explain import N_
from core.periods import Day, Month
from core.refusals import NotDone
from core.tables import Filled, Refusal, Row, Sheet, doubled_keys, fill, remarks_on
from messaging.telling import tell
from teams.authority import HOLDERS, Power, authority_of
from teams.models import Unit
from teams.selectors.posts import holders

ONE_AT_A_TIME = 7_041_970


@transaction.atomic
def set_day(*, on: date, is_workday: bool, is_trading_day: bool, name: str, seen: Seen | None = None) -> CalendarDay:
    """Settle what a day is, whatever was announced. Raises `NotDone` and `ChangedMeanwhile`."""
    if is_trading_day and not can_be_traded(on, is_workday=is_workday):
        raise NotDone(_("Only a workday from Monday to Friday can be a trading day."), field="is_trading_day")
    wanted = {"is_workday": is_workday, "is_trading_day": is_trading_day, "name": name.strip()}
    _must_be_as_seen(seen, on, wanted)
    day, _created = CalendarDay.objects.update_or_create(on=on, defaults=wanted)
    CalendarChange.objects.create(on=on)
    return day


def _one_at_a_time(number: int) -> None:
    """For a day or a year that may have no row yet to be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ONE_AT_A_TIME, number])


def _must_be_as_seen(seen: Seen | None, on: date, wanted: Mapping[str, Any]) -> None:
    """Raises `ChangedMeanwhile`."""
    _one_at_a_time(on.toordinal())
    is_settled = CalendarDay.objects.filter(on=on).exists()
    if seen is not None and (seen.values or is_settled):  # what is given back meanwhile counts as well
        seen.must_hold(as_fields(calendar_for(Day(on)).day(on)), wanted=wanted)


def as_fields(kind: DayKind) -> dict[str, Any]:
    """What a day is, under the names of what is settled of it."""
    return {"is_workday": kind.is_workday, "is_trading_day": kind.is_trading_day, "name": kind.name}


@transaction.atomic
def clear_day(*, on: date, seen: Seen | None = None) -> None:
    """Let the announced calendar hold again on a day. Raises `ChangedMeanwhile`."""
    _must_be_as_seen(seen, on, as_fields(published(on)))
    gone, _of = CalendarDay.objects.filter(on=on).delete()
    if gone:
        CalendarChange.objects.create(on=on)


@transaction.atomic
def settle_year(*, year: int, source: str, seen: Seen | None = None) -> SettledYear:
    """Say that a year's calendar is complete; it is no longer provisional. Raises `ChangedMeanwhile`."""
    _one_at_a_time(year)
    if seen is not None:
        seen.must_hold(SettledYear.objects.filter(year=year).first(), wanted={"source": source.strip()})
    settled, _created = SettledYear.objects.update_or_create(year=year, defaults={"source": source.strip()})
    return settled


@transaction.atomic
def ask_to_settle(*, now: datetime) -> int:
    """Ask those in charge of the calendar for each provisional year, once a month until it is settled; how many were told."""
    on = day_of(now)
    return sum(
        tell(
            _in_charge(on),
            texts.SETTLE_YEAR,
            about=str(year),
            nth=Month(on).code,
            on=on.replace(day=1),
            now=now,
            link=f"{reverse('attendance:calendar')}?year={year}",
            year=str(year),
        )
        for year in years_to_settle(on)
    )


def _in_charge(on: date) -> list[User]:
    """Whoever may edit the calendar, which is the whole company's."""
    roles = HOLDERS[Power.EDIT_CALENDAR]
    company = Unit.objects.filter(parent=None).first()
    users = {user.pk: user for role in roles for user in holders(role, company, on)} if company else {}
    return [
        user for user in users.values() if (held := authority_of(user, on)).may(Power.EDIT_CALENDAR, held.company_path)
    ]


@dataclass(slots=True)
class CalendarImport:
    """What a table of days brought. With refusals nothing was changed."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()
    remarks: list[Refusal] = field(default_factory=list)  # to be told, though nothing is refused for it


@transaction.atomic
def import_days(*, sheets: Sequence[Sheet]) -> CalendarImport:
    """Take over a table of days, whole or not at all; days not in it stay as they are."""
    done = CalendarImport(remarks=remarks_on(sheets))
    days: dict[date, CalendarDay] = {}
    for filled in (fill(sheet, COLUMNS) for sheet in sheets if sheet.rows):
        done.ignored_columns += filled.ignored
        done.refusals += [*filled.refusals, *doubled_keys(filled, "date")]
        for row in filled.rows:
            days[row["date"]] = _day(filled, row, done)
    done.rows = len(days)
    if not (days or done.refusals):
        done.refusals.append(Refusal(rule=N_("the file holds no rows")))
    if not done.refusals:
        _keep(days, done)
    return done


def _day(filled: Filled, row: Row, done: CalendarImport) -> CalendarDay:
    """The row as a day; without a word on trading it follows from being worked and from the weekday."""
    if row["date"].year not in YEARS:
        done.refusals.append(filled.refusal(row, "date", N_("lies outside the years of the calendar")))
    possible = can_be_traded(row["date"], is_workday=row["is_workday"])
    traded = possible if row["is_trading_day"] is None else row["is_trading_day"]
    if traded and not possible:
        rule = N_("only a workday from Monday to Friday can be a trading day")
        done.refusals.append(filled.refusal(row, "is_trading_day", rule))
    return CalendarDay(on=row["date"], is_workday=row["is_workday"], is_trading_day=traded, name=row["name"] or "")


def _keep(days: dict[date, CalendarDay], done: CalendarImport) -> None:
    before = {day.on: day for day in CalendarDay.objects.filter(on__in=days)}

    def holds(day: CalendarDay) -> tuple[object, ...]:
        return day.is_workday, day.is_trading_day, day.name

    new = [day for on, day in days.items() if on not in before]
    changed = [day for on, day in days.items() if on in before and holds(before[on]) != holds(day)]
    for day in changed:
        day.pk = before[day.on].pk
    CalendarDay.objects.bulk_create(new)
    CalendarDay.objects.bulk_update(changed, ["is_workday", "is_trading_day", "name"])
    CalendarChange.objects.bulk_create(CalendarChange(on=day.on) for day in (*new, *changed))
    done.created, done.updated, done.unchanged = len(new), len(changed), len(days) - len(new) - len(changed)
