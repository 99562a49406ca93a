from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.periods import Month
from core.sight import InSight
from documents.models import StoredFile
from teams.authority import Power
from teams.models import Person, Unit


class MarketReportQuerySet(InSight["MarketReport"]):
    own, at, by = "person__user", "unit__path", (Power.READ_LOGS,)


class MarketReport(models.Model):
    """What a customer manager saw around her outlet in a month (S3.f), and what her leader says to it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="market_reports", verbose_name=_("person"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="market_reports", verbose_name=_("unit"))
    month = models.DateField(_("month"))
    surroundings = models.TextField(_("the outlet and its surroundings"))
    competitors = models.TextField(_("what competitors do"), blank=True)
    ideas = models.TextField(_("what we should try"), blank=True)
    handed_in_at = models.DateTimeField(_("handed in at"))
    comment = models.TextField(_("comment"), blank=True)
    commented_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("commented by")
    )
    commented_at = models.DateTimeField(_("commented at"), null=True)
    photos = GenericRelation(StoredFile, content_type_field="about_type", object_id_field="about_id")

    objects = MarketReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("market report")
        verbose_name_plural = _("market reports")
        ordering = ["-month", "person"]
        constraints = [models.UniqueConstraint(fields=["person", "month"], name="one_market_report_a_month")]

    def __str__(self) -> str:
        return f"{self.person} {self.period.code}"

    @property
    def period(self) -> Month:
        return Month(self.month)
