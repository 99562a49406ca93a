"""The record: what was filed, when, and its files. Nothing here is ever changed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compensation.models import PayRun
from core.sight import InSight
from documents.models import StoredFile, random_place  # noqa: F401  an earlier migration looks for it here
from teams.authority import Power
from teams.models import Unit


class DocumentQuerySet(InSight["Document"]):
    by = (Power.SEE_PAY, Power.SEE_FILED_PAY)  # whoever sees the branch's pay, and head office where reports are kept


class Document(models.Model):
    """One thing filed; the same report as a workbook and as a PDF are two files of it."""

    appended_only = True

    class Kind(models.TextChoices):
        PAY_REPORT = "pay_report", _("monthly pay report")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="documents", verbose_name=_("unit"))
    month = models.DateField(_("month"), null=True, blank=True)
    run = models.ForeignKey(
        PayRun, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("pay run")
    )
    files = GenericRelation(StoredFile, content_type_field="about_type", object_id_field="about_id")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("filed by")
    )
    created_at = models.DateTimeField(_("filed at"))

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-month", "unit__code"]
        constraints = [
            models.UniqueConstraint(fields=["run"], condition=Q(kind="pay_report"), name="one_pay_report_a_run")
        ]

    def __str__(self) -> str:
        return self.title
