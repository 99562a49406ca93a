"""The firm's calendar: what people have settled, on top of the holidays announced for the whole country."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """A day somebody settled by hand or by a file; it comes before the announced calendar."""

    on = models.DateField(_("day"), unique=True)
    is_workday = models.BooleanField(_("workday"))
    is_trading_day = models.BooleanField(_("trading day"))
    name = models.CharField(_("name"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_trading_day=False) | Q(is_workday=True), name="trading_days_are_workdays"
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name}".strip()


class CalendarChange(models.Model):
    """That a day was settled, changed or given back to the announced calendar: what was judged of it is judged anew."""

    on = models.DateField(_("day"))
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("change of the calendar")
        verbose_name_plural = _("changes of the calendar")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.on)


class SettledYear(models.Model):
    """A year of which somebody said that its calendar is complete, though no announcement came with the software."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("settled year")
        verbose_name_plural = _("settled years")
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)
