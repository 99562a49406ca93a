"""Units of the organisation, from the company down to areas."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.fields import IdentifierField


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


class FormerName(models.Model):
    """A name that a unit had until it was renamed: files that still use it are understood (reading 51)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="former_names", verbose_name=_("unit"))
    name = models.CharField(pgettext_lazy("place", "name"), max_length=128)
    until = models.DateField(_("until"))

    class Meta:
        verbose_name = _("earlier name of a unit")
        verbose_name_plural = _("earlier names of units")
        ordering = ["unit", "until"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="one_former_name_once")]

    def __str__(self) -> str:
        return f"{self.name} → {self.unit}"
