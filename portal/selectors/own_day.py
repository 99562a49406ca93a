"""The customer manager's first screen: today's score and what is missing, the week, the month, what others said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import JSONObject
from django.urls import reverse

from accounts.models import User
from attendance.selectors import calendar_for
from compensation.models import PayRun, PaySlip
from core.periods import Month, Period, Week
from crm.models import DailyResult
from messaging.models import Message
from portal.selectors.shown_month import ShownMonth, shown_month
from teams.authority import POWERS, Power
from teams.models import Measure, Person, Target
from worklogs.models import DayScore, Reply, WeekScore, WorkLog
from worklogs.rules.kinds import LABELS, Kind, KnownAs
from worklogs.rules.running import mark_so_far
from worklogs.rules.scoring import JudgedDay, Missing, score_tally, still_missing
from worklogs.rules.tallying import Entry, tally
from worklogs.rules.windows import is_forfeited
from worklogs.selectors import requirement_for
from worklogs.selectors.bars import bars_of, bars_top, points_of_bars


@dataclass(frozen=True)
class KindToday:
    """How far one kind of contact has come today."""

    kind: Kind
    label: str
    done: int
    needed: int

    @property
    def is_met(self) -> bool:
        return self.done >= self.needed


@dataclass(frozen=True)
class JudgedToday:
    """Today as it stands; empty for whoever holds no post in which a log is written."""

    score: JudgedDay | None = None
    missing: Missing | None = None
    kinds: tuple[KindToday, ...] = ()


@dataclass(frozen=True)
class OwnDay:
    """`log` is the state of today's log, "" where nothing is written yet."""

    on: date
    is_due: bool
    log: str
    is_answered: bool
    judged: JudgedToday
    bars: list[dict[str, Any]]
    week_points: int
    week_mark: int | None
    week_so_far: int  # what the days of the week that are over ask for
    month: ShownMonth
    openings: Decimal
    target: Decimal | None
    begun_target: Decimal | None
    slip: dict[str, str] | None
    replies: tuple[Reply, ...]
    messages: tuple[Message, ...]

    @property
    def last_week(self) -> Week:
        return Week(self.on).previous()

    @property
    def way(self) -> tuple[str, int] | None:
        """The shortest way to the pass mark: so many more of a kind."""
        missing = self.judged.missing
        way = missing.way if missing else None
        return (LABELS[way[0]], way[1]) if way else None

    @property
    def short(self) -> list[tuple[str, int]]:
        """The minima still open, and by how many."""
        missing = self.judged.missing
        return [(LABELS[kind], count) for kind, count in missing.quotas] if missing else []

    @property
    def top(self) -> int:
        return bars_top(self.bars)


def own_day(user: User, today: date) -> OwnDay:
    """Ten queries."""
    person: Person = user.person  # type: ignore[attr-defined]
    state, is_late, is_answered, entries = _written(person, today)
    week = Week(today)
    calendar = calendar_for(week)
    is_due = calendar.is_workday(today)
    judged = _judged(user, today, entries, is_due=is_due, handed_in=bool(state), late=is_late)
    month = shown_month({held.path for held in user.authority.held}, today)
    figures = _figures(person, today, month)
    this_week = figures["this_week"] or {}
    over = len(calendar.workdays(Period(week.first, today))) if today > week.first else 0
    bars = _bars(person, today, judged.score if entries or is_due else None)
    return OwnDay(
        on=today,
        is_due=is_due,
        log=state,
        is_answered=is_answered,
        judged=judged,
        bars=bars,
        week_points=points_of_bars(bars),
        week_mark=this_week.get("mark"),
        week_so_far=mark_so_far(this_week.get("mark", 0), this_week.get("due", 0), over),
        month=month,
        openings=figures["opened"] or Decimal(0),
        target=figures["asked"],
        begun_target=figures["asked_now"] if month.begun else None,
        slip=figures["newest_slip"],
        replies=tuple(
            Reply.objects.filter(log__person=person, at__date__gt=today - timedelta(days=14))
            .select_related("log", "author")
            .order_by("-at")[:3]
        ),
        messages=tuple(Message.objects.inbox_of(user).unread()[:4]),
    )


def _judged(user: User, today: date, entries: list[Entry], *, is_due: bool, handed_in: bool, late: bool) -> JudgedToday:
    unit_id = next((h.unit_id for h in user.authority.held if Power.WRITE_LOG in POWERS[h.role]), None)
    if unit_id is None:
        return JudgedToday()
    asked = requirement_for(unit_id, today)
    counted = tally(entries, asked)
    forfeited = is_forfeited(today, today, asked, handed_in=handed_in, late=late)
    score = score_tally(counted, asked, due=is_due, forfeited=forfeited)
    return JudgedToday(
        score,
        still_missing(counted, asked, score) if is_due else None,
        tuple(
            KindToday(kind, LABELS[kind], counted.of(kind), asked.number(f"day_{kind}") if is_due else 0)
            for kind in Kind
        ),
    )


CONTACT = ("entries__contact_id", "entries__known_as", "entries__not_in_crm", "entries__awaits_yes")


def _written(person: Person, today: date) -> tuple[str, bool, bool, list[Entry]]:
    rows = (
        WorkLog.objects.filter(person=person, on=today)
        .order_by("entries__pk")
        .values_list("state", "late", "replied", "brochures", "entries__kind", *CONTACT)
    )
    state, is_late, is_answered = "", False, False
    entries: list[Entry] = []
    for row_state, late, replied, brochures, kind, contact, known, not_in_crm, awaits in rows:
        if not state:
            entries.append(Entry(Kind.BROCHURES, quantity=brochures))
        state, is_late, is_answered = row_state, late, replied
        if kind and not awaits:
            entries.append(Entry(Kind(kind), contact, KnownAs(known), is_found=not not_in_crm))
    return state, is_late, is_answered, entries


def _bars(person: Person, today: date, judged: JudgedDay | None) -> list[dict[str, Any]]:
    """The stored judgements of the week; today's is made afresh."""
    week = Week(today)
    stored = DayScore.objects.filter(person=person, on__gte=week.first, on__lt=week.end)
    scores: dict[date, DayScore | JudgedDay] = {row.on: row for row in stored.defer("lines")}
    if judged is not None:
        scores[today] = judged

    def link(on: date) -> str:
        return reverse("worklogs:day", args=[on]) if on <= today else ""

    return bars_of(week, scores, today=today, shown=today, link=link)


def _figures(person: Person, today: date, shown: ShownMonth) -> dict[str, Any]:
    """One row of single figures: openings and target of the month, the week's mark, the newest published slip."""
    month = shown.month
    openings = (
        DailyResult.objects.filter(person=OuterRef("pk"), day__gte=month.first, day__lt=month.end)
        .order_by()
        .values("person")
        .annotate(total=Sum("openings"))
        .values("total")
    )
    targets = Target.objects.filter(person=OuterRef("pk"), measure=Measure.OPENINGS)
    weeks = WeekScore.objects.filter(person=OuterRef("pk"), week=Week(today).first)
    slips = PaySlip.objects.filter(person=OuterRef("pk"), run__state=PayRun.State.FILED).order_by("-run__month")
    row = (
        Person.objects.filter(pk=person.pk)
        .values(
            opened=Subquery(openings),
            asked=Subquery(targets.filter(month=month.first).values("value")[:1]),
            asked_now=Subquery(targets.filter(month=Month(today).first).values("value")[:1]),
            this_week=Subquery(weeks.values(row=JSONObject(mark=F("pass_mark"), due=F("due_days")))[:1]),
            newest_slip=Subquery(
                slips.values(row=JSONObject(public_id=F("public_id"), month=F("run__month"), total=F("total")))[:1]
            ),
        )
        .get()
    )
    return dict(row)
