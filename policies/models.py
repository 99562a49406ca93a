"""Dated values of parameters, set by a unit for itself and all below it."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from teams.models import Unit


class ParameterValueQuerySet(models.QuerySet["ParameterValue"]):
    def visible_to(self, user: User) -> Self:
        """What was set by units within one's sight, and by those above one's own."""
        return self.filter(unit__in=Unit.objects.visible_to(user))

    def standing(self) -> Self:
        """Those not withdrawn."""
        return self.filter(withdrawn_at=None)

    def known_before(self, end: date) -> Self:
        """Those that start before `end`, in the order in which they start."""
        return self.standing().filter(from_on__lt=end).order_by("from_on")


class ParameterValue(models.Model):
    """A value from a day on, until the unit's next one. It never changes; one that has not begun may be withdrawn."""

    code = models.CharField(_("parameter"), max_length=80)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="parameter_values", verbose_name=_("unit"))
    value = models.TextField(
        _("value"), null=True, blank=True, help_text=_("empty: from then on the layer above holds again")
    )
    from_on = models.DateField(_("from"))
    source = models.CharField(_("source"), max_length=300, help_text=_("the decision or document it comes from"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by"))
    set_at = models.DateTimeField(_("set at"), db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )

    objects = ParameterValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("parameter value")
        verbose_name_plural = _("parameter values")
        ordering = ["code", "unit", "from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "unit", "from_on"], condition=Q(withdrawn_at=None), name="one_value_a_start"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="value_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.unit} {self.from_on}: {self.value}"
