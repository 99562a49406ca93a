"""What is judged from logs: scores of days and weeks, score tables, and which facts they follow."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.closing import Closing
from core.periods import Week
from teams.authority import Power
from teams.models import Person, Unit
from worklogs.models.logs import OfPeopleQuerySet
from worklogs.rules.scoring import told_apart


class DayScoreQuerySet(OfPeopleQuerySet["DayScore"]):
    pass


class DayScore(models.Model):
    """The judgement of one person's day. `due` is false on a day on which no log is owed.

    `score_pass` and `quota_met` are two verdicts; `passed` is the one the unit's pass rule makes of them (reading 2).
    """

    audited_by = "batch"
    closed_with = Closing("pay", unit="unit", week="on")

    person = models.ForeignKey(Person, models.PROTECT, related_name="day_scores", verbose_name=_("person"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    on = models.DateField(_("day"))
    due = models.BooleanField(_("due"))
    points = models.PositiveIntegerField(_("points"))
    pass_mark = models.PositiveIntegerField(_("pass mark"))
    score_pass = models.BooleanField(_("score reached"))
    quota_met = models.BooleanField(_("quotas met"))
    passed = models.BooleanField(_("passed"))
    unmet = ArrayField(models.CharField(max_length=16), default=list, verbose_name=_("unmet"))
    lines = models.JSONField(default=list)
    digest = models.CharField(max_length=64)

    objects = DayScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("day score")
        verbose_name_plural = _("day scores")
        ordering = ["on", "person"]
        constraints = [models.UniqueConstraint(fields=["person", "on"], name="one_score_a_day")]
        indexes = [models.Index(fields=["on", "unit"], name="scores_of_day")]

    def __str__(self) -> str:
        return f"{self.person} {self.on}: {self.points}/{self.pass_mark}"

    @property
    def shown_lines(self) -> list[dict[str, Any]]:
        return told_apart(self.lines)


class WeekScoreQuerySet(OfPeopleQuerySet["WeekScore"]):
    pass


class WeekScore(models.Model):
    """The judgement of one person's ISO week (`week` is its Monday); a week under way is judged so far.

    `unit` is the unit of the last posted day of the week.
    """

    audited_by = "batch"
    closed_with = Closing("pay", unit="unit", week="week")

    person = models.ForeignKey(Person, models.PROTECT, related_name="week_scores", verbose_name=_("person"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    week = models.DateField(_("week"))
    due_days = models.PositiveSmallIntegerField(_("days due"))
    points = models.PositiveIntegerField(_("points"))
    pass_mark = models.PositiveIntegerField(_("pass mark"))
    score_pass = models.BooleanField(_("score reached"))
    quota_met = models.BooleanField(_("quotas met"))
    passed = models.BooleanField(_("passed"))
    unmet = ArrayField(models.CharField(max_length=16), default=list, verbose_name=_("unmet"))
    lines = models.JSONField(default=list)
    digest = models.CharField(max_length=64)

    objects = WeekScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("week score")
        verbose_name_plural = _("week scores")
        ordering = ["week", "person"]
        constraints = [
            models.UniqueConstraint(fields=["person", "week"], name="one_score_a_week"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="score_week_is_a_monday"),
        ]
        indexes = [models.Index(fields=["week", "unit"], name="scores_of_week")]

    def __str__(self) -> str:
        return f"{self.person} {Week(self.week)}: {self.points}/{self.pass_mark}"

    @property
    def shown_lines(self) -> list[dict[str, Any]]:
        return told_apart(self.lines)


class ScoreTableQuerySet(models.QuerySet["ScoreTable"]):
    def visible_to(self, user: User) -> Self:
        """Those of units within one's sight, and those that hold people of a part one leads: of these only their rows."""
        led = {int(part) for path in user.authority.paths(Power.READ_LOGS) for part in path.strip("/").split("/")}
        return self.filter(user.authority.sees_unit("unit__path", Power.READ_LOGS) | Q(unit__in=led))


class ScoreTable(models.Model):
    """The weekly scores of a unit's people as they went up on Monday (S4.1.f, S5.4); `document` holds the rows."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="score_tables", verbose_name=_("unit"))
    week = models.DateField(_("week"))
    sent_at = models.DateTimeField(_("sent at"))
    document = models.JSONField(default=list)
    digest = models.CharField(max_length=64)

    objects = ScoreTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("score table")
        verbose_name_plural = _("score tables")
        ordering = ["-week", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "week"], name="one_table_a_week"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="table_week_is_a_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {Week(self.week)}"


class FollowedFact(models.Model):
    """A fact of another app, such as a change of the calendar, from which past weeks have been judged anew; or that a
    week (by the number of its Monday) was judged when it was over."""

    class Source(models.TextChoices):
        CALENDAR = "calendar", _("calendar")
        POLICY = "policy", _("policy")
        PLACE = "place", _("place")
        WEEK = "week", _("week")

    source = models.CharField(_("kind of fact"), max_length=12, choices=Source)
    fact_id = models.BigIntegerField(_("fact"))

    class Meta:
        verbose_name = _("followed fact")
        verbose_name_plural = _("followed facts")
        constraints = [models.UniqueConstraint(fields=["source", "fact_id"], name="each_fact_followed_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.fact_id}"
