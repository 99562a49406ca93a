"""Who: units, people and their dated postings, outlets and who stands there, partner banks, targets."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import IdentifierField, PhoneField
from core.periods import ONE_DAY

if TYPE_CHECKING:
    from accounts.models import User


class UnitKind(models.TextChoices):
    COMPANY = "company", _("company")
    HQ_DEPARTMENT = "hq_department", _("head-office department")
    REGIONAL_DEPARTMENT = "regional_department", _("regional marketing department")
    BRANCH = "branch", _("branch")
    MARKET_DEPARTMENT = "market_department", _("branch market department")
    AREA = "area", _("area")


class Function(models.TextChoices):
    """What a head-office department is for; one may have several."""

    MARKET_SUPERVISION = "market_supervision", _("market supervision")
    CHANNEL_MANAGEMENT = "channel_management", _("channel management")
    GENERAL_OFFICE = "general_office", _("general office")
    COUNTERSIGNING = "countersigning", _("countersigning")


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


class Measure(models.TextChoices):
    OPENINGS = "openings", pgettext_lazy("measure", "account openings")
    VALID_OPENINGS = "valid_openings", _("valid openings")
    NET_COMMISSION = "net_commission", _("net commission")
    NET_ASSETS = "net_assets", _("net new assets")


class UnitQuerySet(models.QuerySet["Unit"]):
    def visible_to(self, user: User) -> Self:
        """Units within the person's sight, and those above them."""
        return self.filter(user.authority.sees_unit("path") | Q(pk__in=user.authority.own_line))

    def within(self, *units: Unit) -> Self:
        """The units and everything below them."""
        return self.filter(below(*units))

    def open_on(self, on: date) -> Self:
        return self.filter(started_on__lte=on).filter(Q(closed_on=None) | Q(closed_on__gt=on))


def below(*units: Unit, path: str = "path") -> Q:
    """Rows whose unit (reached by the lookup `path`) is one of `units` or lies below it."""
    condition = Q(pk__in=[])
    for unit in units:
        condition |= Q(**{f"{path}__startswith": unit.path})
    return condition


class Unit(models.Model):
    """A node of the organisation. `path` holds the ids from the company down: `/1/4/9/`.

    `started_on` empty means in preparation: not ranked, not reminded (D3.c). `closed_on` is the
    first day it is no more.
    """

    code = IdentifierField(_("code"), max_length=32, unique=True)
    name = models.CharField(pgettext_lazy("place", "name"), max_length=128)
    kind = models.CharField(_("kind"), max_length=24, choices=UnitKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    path = models.CharField(max_length=255, editable=False, db_index=True)
    city = models.CharField(_("city"), max_length=64, blank=True)
    local = models.BooleanField(_("in the regional department's city"), default=True)
    functions = ArrayField(
        models.CharField(max_length=32, choices=Function), default=list, blank=True, verbose_name=_("functions")
    )
    started_on = models.DateField(_("started on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    exempt_reason = models.CharField(_("exempt from rankings because"), max_length=200, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["path"]
        indexes = [models.Index(fields=["path"], name="unit_below", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(started_on=None) | Q(closed_on__gt=F("started_on")),
                name="unit_closes_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def line(self) -> list[int]:
        """Ids from the company down to this unit."""
        return [int(part) for part in self.path.strip("/").split("/") if part]


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
    grade = models.CharField(_("grade"), max_length=16, blank=True)
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

    @property
    def grade_name(self) -> str:
        """The grade in words where it is one of the usual ones."""
        return str(Grade(self.grade).label) if self.grade in Grade.values else self.grade


class PostingQuerySet(models.QuerySet["Posting"]):
    def on(self, on: date) -> Self:
        """Postings in force on a day."""
        return self.filter(from_on__lte=on).filter(Q(to_on=None) | Q(to_on__gt=on))

    def during(self, first: date, end: date) -> Self:
        """Postings that hold on at least one day of [first, end)."""
        return self.filter(from_on__lt=end).filter(Q(to_on=None) | Q(to_on__gt=first))

    def visible_to(self, user: User) -> Self:
        return self.filter(Q(person__user=user) | user.authority.sees_unit("unit__path"))


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


class PartnerBank(models.Model):
    code = IdentifierField(_("code"), max_length=32, unique=True)
    name = models.CharField(pgettext_lazy("place", "name"), max_length=128)
    key = models.BooleanField(_("key bank"), default=False)
    head_name = models.CharField(_("head of outlets"), max_length=64, blank=True)
    head_phone = PhoneField(_("phone of the head"), max_length=32, blank=True)

    class Meta:
        verbose_name = _("partner bank")
        verbose_name_plural = _("partner banks")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class OutletQuerySet(models.QuerySet["Outlet"]):
    def visible_to(self, user: User) -> Self:
        authority = user.authority
        own = OutletPosting.objects.filter(person__user=user).values("outlet")
        return self.filter(authority.sees_unit("unit__path") | Q(pk__in=own))


class Outlet(models.Model):
    """A counter inside a partner bank, looked after by an area or a branch market department."""

    code = IdentifierField(_("code"), max_length=32, unique=True)
    name = models.CharField(pgettext_lazy("place", "name"), max_length=128)
    bank = models.ForeignKey(PartnerBank, models.PROTECT, related_name="outlets", verbose_name=_("bank"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="outlets", verbose_name=_("unit"))
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)
    contact = models.CharField(_("contact"), max_length=64, blank=True)
    phone = PhoneField(_("phone"), max_length=32, blank=True)

    objects = OutletQuerySet.as_manager()

    class Meta:
        verbose_name = _("outlet")
        verbose_name_plural = _("outlets")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class OutletPostingQuerySet(models.QuerySet["OutletPosting"]):
    def on(self, on: date) -> Self:
        return self.filter(from_on__lte=on).filter(Q(to_on=None) | Q(to_on__gt=on))

    def visible_to(self, user: User) -> Self:
        """One's own, and those at outlets within one's sight."""
        return self.filter(Q(person__user=user) | user.authority.sees_unit("outlet__unit__path"))


class OutletPosting(models.Model):
    """Who stands at an outlet from a day on; `to_on` is the first day no longer."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="outlet_postings", verbose_name=_("person"))
    outlet = models.ForeignKey(Outlet, models.PROTECT, related_name="postings", verbose_name=_("outlet"))
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("until"), null=True, blank=True)

    objects = OutletPostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("outlet posting")
        verbose_name_plural = _("outlet postings")
        ordering = ["person", "from_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gt=F("from_on")), name="outlet_posting_ends_after_start"
            ),
            models.UniqueConstraint(fields=["person", "outlet", "from_on"], name="one_outlet_posting_a_start"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.outlet}"

    @property
    def last_on(self) -> date | None:
        return self.to_on - ONE_DAY if self.to_on else None


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, user: User) -> Self:
        authority = user.authority
        return self.filter(authority.sees_unit("unit__path") | Q(person__in=Person.objects.visible_to(user)))


class Target(models.Model):
    """What a unit or a person is to reach in a month (first day of it), by measure."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="targets", verbose_name=_("unit")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="targets", verbose_name=_("person")
    )
    month = models.DateField(pgettext_lazy("target", "month"))
    measure = models.CharField(_("measure"), max_length=24, choices=Measure)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=2)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["month"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit=None, person__isnull=False) | Q(unit__isnull=False, person=None),
                name="target_of_unit_or_person",
            ),
            models.UniqueConstraint(
                fields=["unit", "month", "measure"], name="one_target_a_unit", condition=Q(person=None)
            ),
            models.UniqueConstraint(
                fields=["person", "month", "measure"], name="one_target_a_person", condition=Q(unit=None)
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="target_month_is_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.unit or self.person} {self.month:%Y-%m} {self.get_measure_display()} {self.value}"
