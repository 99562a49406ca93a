"""The record: documents as they were filed, with their checksum. Nothing here is ever changed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compensation.models import PayRun
from teams.authority import Power
from teams.models import Unit

if TYPE_CHECKING:
    from accounts.models import User


def random_place(document: Document, file_name: str) -> str:
    """Where a file is kept says nothing about what it is."""
    return f"archive/{document.public_id.hex[:2]}/{uuid.uuid4().hex}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> Self:
        """Filed pay reports: whoever sees the branch's pay, and head office where filed reports are kept."""
        return self.filter(user.authority.sees_unit("unit__path", Power.SEE_PAY, Power.SEE_FILED_PAY))


class Document(models.Model):
    """A file in the archive, with what it is, how long it is kept, and who may open it."""

    appended_only = True

    class Kind(models.TextChoices):
        PAY_REPORT = "pay_report", _("monthly pay report")

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "XLSX"

    class Retention(models.TextChoices):
        TWENTY_YEARS = "20y", _("20 years")

    class Confidentiality(models.TextChoices):
        PAY = "pay", _("pay: finance, signers and head office only")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    format = models.CharField(_("format"), max_length=8, choices=Format)
    title = models.CharField(_("title"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="documents", verbose_name=_("unit"))
    month = models.DateField(_("month"), null=True, blank=True)
    run = models.ForeignKey(
        PayRun, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("pay run")
    )
    file = models.FileField(_("file"), upload_to=random_place, max_length=200)
    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    retention = models.CharField(_("kept for"), max_length=8, choices=Retention, default=Retention.TWENTY_YEARS)
    confidentiality = models.CharField(
        _("confidentiality"), max_length=16, choices=Confidentiality, default=Confidentiality.PAY
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("filed by")
    )
    created_at = models.DateTimeField(_("filed at"))

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-month", "unit__code", "format"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "format"], condition=Q(kind="pay_report"), name="one_pay_report_a_format"
            )
        ]

    def __str__(self) -> str:
        return self.title
