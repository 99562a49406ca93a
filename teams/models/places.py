"""Partner banks, outlets, who stands there, and targets."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.fields import IdentifierField, PhoneField
from core.periods import ONE_DAY
from core.sight import InSight
from teams.models.people import Person
from teams.models.units import Unit


class Measure(models.TextChoices):
    OPENINGS = "openings", pgettext_lazy("measure", "account openings")
    VALID_OPENINGS = "valid_openings", _("valid openings")
    NET_COMMISSION = "net_commission", _("net commission")
    NET_ASSETS = "net_assets", _("net new assets")


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


class OutletPostingQuerySet(InSight["OutletPosting"]):
    own, at = "person__user", "outlet__unit__path"

    def on(self, on: date) -> Self:
        return self.filter(from_on__lte=on).filter(Q(to_on=None) | Q(to_on__gt=on))


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
