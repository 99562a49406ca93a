"""People, their grades and spells with the firm, and where they are posted."""

from __future__ import annotations

from datetime import date
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.fields import IdentifierField
from core.periods import ONE_DAY
from core.sight import InSight
from teams.models.units import Unit


class Role(models.TextChoices):
    CUSTOMER_MANAGER = "customer_manager", _("customer manager")
    AREA_MANAGER = "area_manager", _("area manager")
    MARKET_MANAGER = "market_manager", _("market department manager")
    BRANCH_MANAGER = "branch_manager", _("branch manager")
    DEPUTY_BRANCH_MANAGER = "deputy_branch_manager", _("deputy branch manager")
    CHIEF_ACCOUNTANT = "chief_accountant", _("chief accountant")
    FINANCE_CLERK = "finance_clerk", _("finance clerk")
    TRADE_ADMINISTRATOR = "trade_administrator", _("trade administrator")
    ATTENDANCE_RECORDER = "attendance_recorder", _("attendance recorder")
    ASSET_CUSTODIAN = "asset_custodian", _("asset custodian")
    TRAINING_ORGANISER = "training_organiser", _("training organiser")
    REGIONAL_MANAGER = "regional_manager", _("regional manager")
    REGIONAL_OFFICER = "regional_officer", _("regional officer")
    CHANNEL_OFFICER = "channel_officer", _("channel officer")
    OFFICE_CLERK = "office_clerk", _("general office clerk")
    COUNTERSIGNER = "countersigner", _("countersigner")
    VICE_PRESIDENT = "vice_president", _("vice-president")
    MARKET_OFFICER = "market_officer", _("company market officer")
    AUDITOR = "auditor", _("auditor")


class Engagement(models.TextChoices):
    EMPLOYEE = "employee", _("employee")
    PART_TIME = "part_time", _("part-time")
    BROKER_AGENT = "broker_agent", _("securities broker (agent)")


class Grade(models.TextChoices):
    """The usual grades; a firm may have others, so the column is free."""

    TRAINEE = "T", _("trainee")
    JUNIOR = "J", _("junior")
    INTERMEDIATE = "I", _("intermediate")
    SENIOR = "S", _("senior")
    PRINCIPAL = "P", _("principal")


def grade_in_words(code: str) -> str:
    return str(Grade(code).label) if code in Grade.values else code


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: User) -> Self:
        """Oneself, and those posted within one's sight today."""
        authority = user.authority
        return self.filter(
            Q(user=user)
            | Q(pk__in=Posting.objects.on(authority.on).filter(authority.sees_unit("unit__path")).values("person"))
        )


class Person(models.Model):
    """Somebody of the firm. Name, phone and e-mail live with the user made together with the person."""

    public_id = models.UUIDField(default=uuid4, db_default=RandomUUID(), unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="person", verbose_name=_("user"))
    engagement = models.CharField(_("engagement"), max_length=16, choices=Engagement, default=Engagement.EMPLOYEE)
    joined_on = models.DateField(_("joined on"))
    left_on = models.DateField(
        _("left on"), null=True, blank=True, help_text=_("the first day no longer with the firm")
    )
    licence_no = IdentifierField(_("licence number"), max_length=64, blank=True)
    licence_until = models.DateField(_("licence valid until"), null=True, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["user__employee_no"]
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")), name="person_leaves_after_joining"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def employee_no(self) -> str:
        return self.user.employee_no

    def grade_on(self, on: date) -> str:
        """The grade she had on a day; "" where none is known."""
        held = [grading for grading in self.gradings.all() if grading.from_on <= on]
        return max(held, key=lambda grading: grading.from_on).grade if held else ""


class Grading(models.Model):
    """The grade a person has from a day on, until the next; empty where it was taken away (reading 39)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="gradings", verbose_name=_("person"))
    grade = models.CharField(_("grade"), max_length=16, blank=True)
    from_on = models.DateField(_("from"))

    class Meta:
        verbose_name = _("grade of a person")
        verbose_name_plural = _("grades of people")
        ordering = ["person", "from_on"]
        constraints = [models.UniqueConstraint(fields=["person", "from_on"], name="one_grade_a_day")]

    def __str__(self) -> str:
        return f"{self.person} {self.grade} {self.from_on}"


class Rejoining(models.Model):
    """She left the firm on `left_on` and came back on `joined_on` (reading 49).

    `Person.joined_on` is when she first came and `Person.left_on` when she last left: what lies between holds no posting.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="rejoinings", verbose_name=_("person"))
    left_on = models.DateField(_("left on"))
    joined_on = models.DateField(_("joined on"))

    class Meta:
        verbose_name = _("return to the firm")
        verbose_name_plural = _("returns to the firm")
        ordering = ["person", "joined_on"]
        constraints = [
            models.CheckConstraint(condition=Q(joined_on__gte=F("left_on")), name="returns_after_leaving"),
            models.UniqueConstraint(fields=["person", "joined_on"], name="one_return_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.left_on} {self.joined_on}"


class PostingQuerySet(InSight["Posting"]):
    own = "person__user"

    def on(self, on: date) -> Self:
        """Postings in force on a day."""
        return self.filter(from_on__lte=on).filter(Q(to_on=None) | Q(to_on__gt=on))

    def during(self, first: date, end: date) -> Self:
        """Postings that hold on at least one day of [first, end)."""
        return self.filter(from_on__lt=end).filter(Q(to_on=None) | Q(to_on__gt=first))


class DateRange(Func):
    function = "daterange"
    output_field = DateRangeField()


class Posting(models.Model):
    """A person in a role at a unit from a day on. `to_on` is the first day it no longer holds.

    A customer manager has one place at a time; `acting_for` marks who stands in for an absent leader (D7).
    """

    public_id = models.UUIDField(default=uuid4, db_default=RandomUUID(), unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="postings", verbose_name=_("person"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="postings", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=32, choices=Role)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("until"), null=True, blank=True)
    acting_for = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="stand_ins", verbose_name=_("stands in for")
    )

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["person", "from_on"]
        indexes = [models.Index(fields=["unit", "role", "from_on"], name="posting_of_unit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gt=F("from_on")), name="posting_ends_after_start"
            ),
            ExclusionConstraint(
                name="one_place_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (DateRange("from_on", "to_on", Value("[)")), RangeOperators.OVERLAPS),
                ],
                condition=Q(role=Role.CUSTOMER_MANAGER),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()} · {self.unit}"

    @property
    def last_on(self) -> date | None:
        """The last day it holds, as people say it."""
        return self.to_on - ONE_DAY if self.to_on else None


class PlaceChange(models.Model):
    """That a person's place or time with the firm was entered or changed: what rests on it since `first` is judged anew."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("person"))
    first = models.DateField(_("from"))
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("change of place")
        verbose_name_plural = _("changes of place")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.person} {self.first}"
