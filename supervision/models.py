"""Reminders: their rules as dated rows, the lists that came of them, who was told, and the plans demanded by phone."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.periods import PERIODS, Period
from core.sight import InSight
from messaging.models import Channel, Message, PhoneTask
from supervision.rules import AtZero, AtZeroForDays, Last, LastShare, Reason, Taking
from supervision.wording import period_in_words, place_in_words
from teams.authority import Power
from teams.models import Measure, Person, Unit, UnitKind


class PeriodKind(models.TextChoices):
    DAY = "day", pgettext_lazy("period", "day")
    WEEK = "week", pgettext_lazy("period", "week")
    MONTH = "month", pgettext_lazy("period", "month")


class RankedKind(models.TextChoices):
    """Who is ranked against each other."""

    BRANCH = "branch", _("branches")
    MARKET_DEPARTMENT = "market_department", _("branch market departments")
    PERSON = "person", _("members of the team")


REASONS = {Reason.ZERO.value: _("nothing opened"), Reason.BOTTOM.value: _("among the last")}
BY_TIE = _("listed by the rule for equals")


class How(models.TextChoices):
    """How those to be reminded are taken from a ranking."""

    ZERO_OR_LAST = "zero_or_last", _("nothing opened, or among the last by number")
    ZERO_OR_LAST_SHARE = "zero_or_last_share", _("nothing opened, or among the last by share")
    ZERO = "zero", _("nothing opened")
    ZERO_FOR_DAYS = "zero_for_days", _("nothing opened for several trading days")


TAKINGS: dict[str, Taking] = {
    How.ZERO_OR_LAST: Last(),
    How.ZERO_OR_LAST_SHARE: LastShare(),
    How.ZERO: AtZero(),
    How.ZERO_FOR_DAYS: AtZeroForDays(),
}


class Addressee(models.TextChoices):
    """To whom a rule speaks, seen from the unit or the person on its list."""

    MARKET_MANAGERS = "market_managers", _("market managers, or the branch manager where there is none")
    BRANCH_HEADS = "branch_heads", _("branch manager")
    REGIONAL_HEADS = "regional_heads", _("regional manager")
    IN_CHARGE = "in_charge", _("the department in charge")
    TEAM_LEADERS = "team_leaders", _("leaders of the team")
    MEMBER = "member", _("the member")


def check_addressees(value: object) -> None:
    """A list of who is told by which channels in which text."""
    try:
        good = bool(value) and all(
            Addressee(one["who"]) and one["text"] and one["channels"] and all(Channel(c) for c in one["channels"])
            for one in value  # type: ignore[attr-defined]
        )
    except (KeyError, TypeError, ValueError):
        good = False
    if not good:
        raise ValidationError(_("Name at least one addressee with at least one channel."))


class ReminderRule(models.Model):
    """One reminder as data. A change is a further row of the same code from a later day on."""

    code = models.CharField(_("code"), max_length=32)
    from_on = models.DateField(_("from"))
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    clause = models.CharField(_("clause"), max_length=16)
    period = models.CharField(_("period"), max_length=8, choices=PeriodKind)
    scope = models.CharField(_("within"), max_length=24, choices=UnitKind)
    ranked = models.CharField(_("ranked"), max_length=24, choices=RankedKind)
    measure = models.CharField(_("measure"), max_length=24, choices=Measure, default=Measure.OPENINGS)
    how = models.CharField(_("who is listed"), max_length=24, choices=How)
    parameter = models.CharField(
        _("policy value"), max_length=64, blank=True, help_text=_("where the number or share of places is set")
    )
    addressees = models.JSONField(_("addressees"), validators=[check_addressees])

    objects = models.Manager()

    class Meta:
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        ordering = ["position", "code", "from_on"]
        constraints = [models.UniqueConstraint(fields=["code", "from_on"], name="one_reminder_rule_a_start")]

    def __str__(self) -> str:
        return self.code

    def period_of(self, on: date) -> Period:
        return PERIODS[self.period](on)

    @property
    def taking(self) -> Taking:
        return TAKINGS[self.how]

    @property
    def addressees_shown(self) -> list[tuple[str, str]]:
        """Who is told, and by which channels, in words."""
        return [
            (str(Addressee(one["who"]).label), gettext(", ").join(str(Channel(c).label) for c in one["channels"]))
            for one in self.addressees
        ]


class ReminderRunQuerySet(models.QuerySet["ReminderRun"]):
    def visible_to(self, user: User) -> Self:
        """Lists over units within one's sight, and those that name somebody one sees, or were sent to oneself."""
        named = LaggardEntry.objects.visible_to(user).order_by().values("run")
        told = Reminder.objects.addressed_to(user).order_by().values("run")
        return self.filter(
            user.authority.sees_unit("scope__path", Power.SEE_REMINDERS) | Q(pk__in=named) | Q(pk__in=told)
        )


class ReminderRun(models.Model):
    """One rule judged for one period within one unit: the row that makes it happen once.

    It is written in the transaction that writes the list and posts the messages, or says that the data has not come.
    """

    class State(models.TextChoices):
        NOT_KNOWN = "not_known", _("waiting for data")
        DONE = "done", _("sent")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule = models.ForeignKey(ReminderRule, models.PROTECT, related_name="runs", verbose_name=_("rule"))
    code = models.CharField(_("code"), max_length=32)
    scope = models.ForeignKey(Unit, models.PROTECT, related_name="reminder_runs", verbose_name=_("within"))
    business_on = models.DateField(_("business date"), help_text=_("the last day of the period"))
    first_on = models.DateField(_("first day looked at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State)
    missing = ArrayField(models.DateField(), default=list, blank=True, verbose_name=_("days without data"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    is_late = models.BooleanField(_("late"), default=False)
    is_digest = models.BooleanField(_("one digest for all"), default=False)
    considered = models.PositiveIntegerField(_("considered"), default=0)
    exempt = models.JSONField(_("left out"), default=list)
    lines = models.JSONField(_("explanation"), default=list)
    digest = models.CharField(max_length=64, blank=True)
    untold = models.JSONField(
        _("nobody to tell"), default=list, help_text=_("for whom the rule found nobody to tell, by addressee")
    )

    objects = ReminderRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("list")
        verbose_name_plural = _("lists")
        ordering = ["-business_on", "code", "scope__path"]
        indexes = [models.Index(fields=["-business_on", "code"], name="run_by_date")]
        constraints = [
            models.UniqueConstraint(fields=["code", "business_on", "scope"], name="one_run_a_rule_date_scope"),
            models.CheckConstraint(
                condition=Q(state="not_known", finished_at=None) | Q(state="done", finished_at__isnull=False),
                name="run_done_is_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.period.code} {self.scope}"

    @property
    def period(self) -> Period:
        return self.rule.period_of(self.business_on)

    @property
    def when(self) -> str:
        return period_in_words(self.period)

    @property
    def untold_shown(self) -> list[tuple[str, str]]:
        """As whom nobody was found to be told, and of which entries, in words."""
        return [(str(Addressee(one["who"]).label), gettext(", ").join(one["names"])) for one in self.untold]

    @property
    def message_rule(self) -> str:
        """Under which name its messages are unique."""
        return f"{self.code}/{self.scope.code}"


class LaggardEntryQuerySet(models.QuerySet["LaggardEntry"]):
    def visible_to(self, user: User) -> Self:
        """Units and people within one's sight, oneself, and what one was reminded of or is to answer with a plan."""
        told = Reminder.objects.addressed_to(user).filter(entry__isnull=False).order_by().values("entry")
        return self.filter(
            user.authority.sees_unit("unit__path", Power.SEE_REMINDERS) | Q(person__user=user) | Q(pk__in=told)
        )


class LaggardEntry(models.Model):
    """A unit or a person on a list, with its place in the ranking and why it is there.

    For a person `unit` is where she was posted on the last day of the period. Written once, never edited.
    """

    audited_by = "batch"

    run = models.ForeignKey(ReminderRun, models.PROTECT, related_name="entries", verbose_name=_("list"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    openings = models.DecimalField(_("openings"), max_digits=14, decimal_places=4)
    rank = models.PositiveIntegerField(_("rank"))
    of = models.PositiveIntegerField(_("of how many"))
    tied = models.PositiveIntegerField(_("how many share the rank"), default=1)
    by_tie = models.BooleanField(_("listed as equal with the last one taken"), default=False)
    reasons = ArrayField(
        models.CharField(max_length=8, choices=list(REASONS.items())),
        verbose_name=_("reasons"),
    )
    lines = models.JSONField(_("explanation"))
    digest = models.CharField(max_length=64)

    objects = LaggardEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a list")
        verbose_name_plural = _("entries of lists")
        ordering = ["run", "rank", "unit__path", "person"]
        constraints = [
            models.UniqueConstraint(fields=["run", "unit", "person"], name="one_entry_a_list", nulls_distinct=False),
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=F("of")), name="entry_rank_within_ranking"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """The unit's code, or the person's employee number."""
        return self.person.employee_no if self.person else self.unit.code

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.unit.name

    @property
    def openings_shown(self) -> Decimal | int:
        """A whole number where it is one; a share of an account keeps its decimals."""
        whole = int(self.openings)
        return whole if whole == self.openings else self.openings.normalize()

    @property
    def reasons_shown(self) -> list[str]:
        return [str(BY_TIE if reason == Reason.BOTTOM and self.by_tie else REASONS[reason]) for reason in self.reasons]

    @property
    def place_shown(self) -> str:
        return place_in_words(self.rank, self.of, tied=self.tied, openings=self.openings_shown)


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def visible_to(self, user: User) -> Self:
        """What was sent to oneself, and what was sent because of those within one's sight."""
        return self.filter(
            Q(pk__in=self.model.objects.addressed_to(user).values("pk"))
            | user.authority.sees_unit("entry__unit__path", Power.SEE_REMINDERS)
            | (Q(entry=None) & user.authority.sees_unit("run__scope__path", Power.SEE_REMINDERS))
        )

    def addressed_to(self, user: User) -> Self:
        """What was sent to oneself, and calls in which a plan was demanded of oneself."""
        demanded = PlanDemand.objects.filter(asked_of=user).values("call__message")
        return self.filter(Q(recipient=user) | Q(message__in=demanded))

    def calls(self) -> Self:
        return self.filter(channel=Channel.PHONE_TASK)


class Reminder(models.Model):
    """Who was told of an entry, as what and by which message; without an entry it is about the list as a whole."""

    audited_by = "batch"

    run = models.ForeignKey(ReminderRun, models.PROTECT, related_name="reminders", verbose_name=_("list"))
    entry = models.ForeignKey(
        LaggardEntry, models.PROTECT, null=True, blank=True, related_name="reminders", verbose_name=_("entry")
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reminders", verbose_name=_("recipient")
    )
    who = models.CharField(_("as"), max_length=24, choices=Addressee)
    channel = models.CharField(_("way of sending"), max_length=16, choices=Channel)
    message = models.ForeignKey(Message, models.PROTECT, related_name="reminders", verbose_name=_("message"))

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["run", "entry", "channel", "recipient"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "entry", "recipient", "channel"], name="one_reminder_an_entry", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry or self.run}: {self.recipient}"


class PlanDemandQuerySet(InSight["PlanDemand"]):
    own, by = "asked_of", (Power.SEE_REMINDERS,)


class PlanDemand(models.Model):
    """A rectification plan demanded during a call, and by when (S7.2)."""

    call = models.OneToOneField(PhoneTask, models.PROTECT, related_name="plan_demand", verbose_name=_("call"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="plan_demands", verbose_name=_("unit"))
    asked_of = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked of"))
    demanded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("demanded by")
    )
    demanded_at = models.DateTimeField(_("demanded at"))
    due_on = models.DateField(_("due on"))
    note = models.TextField(_("what the plan must answer"), blank=True)

    objects = PlanDemandQuerySet.as_manager()

    class Meta:
        verbose_name = _("demand for a plan")
        verbose_name_plural = _("demands for plans")
        ordering = ["due_on"]

    def __str__(self) -> str:
        return f"{self.unit} {self.due_on}"
