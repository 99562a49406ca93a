"""What the customer manager sees of her week, and her leaders of it: its days, its verdict and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core.periods import Week
from teams.models import Person
from worklogs.models import DayScore, WeekScore, WorkLog
from worklogs.rules.kinds import LABELS, Kind
from worklogs.rules.running import mark_so_far
from worklogs.selectors.bars import bars_of, bars_top


@dataclass(frozen=True, slots=True)
class WeekDay:
    on: date
    score: DayScore | None
    log: WorkLog | None
    is_future: bool
    is_own: bool

    @property
    def href(self) -> str:
        """The day as the writer sees it; for others the log, once it is handed in."""
        if self.is_own:
            return "" if self.is_future else reverse("worklogs:day", args=[self.on])
        return reverse("worklogs:log", args=[self.log.public_id]) if self.log and self.log.is_submitted else ""

    @property
    def unmet(self) -> list[str]:
        return [_(LABELS[Kind(kind)]) for kind in self.score.unmet] if self.score else []


@dataclass(frozen=True, slots=True)
class WeekPage:
    person: Person
    is_own: bool
    week: Week
    today: date
    days: list[WeekDay]
    score: WeekScore | None

    @property
    def bars(self) -> list[dict[str, Any]]:
        scores = {day.on: day.score for day in self.days if day.score}
        addresses = {day.on: day.href for day in self.days}
        return bars_of(self.week, scores, today=self.today, shown=self.today, link=addresses.__getitem__)

    @property
    def top(self) -> int:
        return bars_top(self.bars)

    @property
    def unmet(self) -> list[str]:
        return [_(LABELS[Kind(kind)]) for kind in self.score.unmet] if self.score else []

    @property
    def mark_so_far(self) -> int:
        """What the days that are over ask for; the week's mark once it is over."""
        if self.score is None or self.is_over:
            return self.score.pass_mark if self.score else 0
        over = sum(day.on < self.today and bool(day.score and day.score.due) for day in self.days)
        return mark_so_far(self.score.pass_mark, self.score.due_days, over)

    @property
    def so_far(self) -> str:
        return _("so far")

    @property
    def is_over(self) -> bool:
        return self.week.end <= self.today

    @property
    def is_running(self) -> bool:
        return not self.is_over

    @property
    def next(self) -> Week | None:
        return self.week.next() if self.week.end <= self.today else None


def week_page(person: Person, week: Week, today: date, user: User) -> WeekPage:
    """The week of one person as far as `user` sees it; three queries."""
    within = {"person": person, "on__gte": week.first, "on__lt": week.end}
    scores = {row.on: row for row in DayScore.objects.visible_to(user).filter(**within)}
    logs = {row.on: row for row in WorkLog.objects.visible_to(user).filter(**within)}
    is_own = person.user_id == user.pk
    days = [WeekDay(on, scores.get(on), logs.get(on), on > today, is_own) for on in week.days()]
    score = WeekScore.objects.visible_to(user).filter(person=person, week=week.first).first()
    return WeekPage(person, is_own, week, today, days, score)
