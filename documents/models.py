"""Files as they were brought or made: checksum, kind, who may open them, how long they are kept, who opened them."""

from __future__ import annotations

import operator
import uuid
from functools import reduce
from typing import Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from documents import registry


def random_place(stored: StoredFile, file_name: str) -> str:
    """Where a file is kept says nothing about what it is."""
    return f"documents/{stored.public_id.hex[:2]}/{uuid.uuid4().hex}"


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def visible_to(self, user: User) -> Self:
        """What one's powers over its unit open, and what one brought oneself, as its kind says."""
        return self.filter(reduce(operator.or_, (_opens(kind, user) for kind in registry.kinds()), Q(pk__in=[])))

    def about(self, thing: models.Model) -> Self:
        return self.filter(about_type=ContentType.objects.get_for_model(thing), about_id=thing.pk)


def _opens(kind: registry.FileKind, user: User) -> Q:
    by: Q = user.authority.sees_unit("place", *kind.by)
    return Q(kind=kind.code) & (by | Q(created_by=user) if kind.is_authors else by)


class StoredFile(models.Model):
    """One file, as it was. A newer one is a further row."""

    appended_only = True

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "XLSX"
        JPG = "jpg", "JPEG"

    class Retention(models.TextChoices):
        THREE_YEARS = "3y", _("3 years")
        TWENTY_YEARS = "20y", _("20 years")

    class Confidentiality(models.TextChoices):
        INTERNAL = "internal", _("internal")
        PAY = "pay", _("pay: finance, signers and head office only")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=32)
    format = models.CharField(_("format"), max_length=8, choices=Format)
    title = models.CharField(_("title"), max_length=200)
    about_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+", verbose_name=_("about"))
    about_id = models.BigIntegerField(_("about"))
    thing = GenericForeignKey("about_type", "about_id")
    place = models.CharField(_("unit"), max_length=255)  # the path of the unit it belongs to
    month = models.DateField(_("month"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to=random_place, max_length=200)
    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    retention = models.CharField(_("kept for"), max_length=8, choices=Retention)
    confidentiality = models.CharField(_("confidentiality"), max_length=16, choices=Confidentiality)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("brought by")
    )
    created_at = models.DateTimeField(_("stored at"))

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["about_type", "about_id"], name="files_about_a_thing")]

    def __str__(self) -> str:
        return self.title or self.file_name


class Access(models.Model):
    """Somebody was handed a file."""

    appended_only = True

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="accesses", verbose_name=_("file"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    address = models.CharField(_("address"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("access to a file")
        verbose_name_plural = _("accesses to files")
        ordering = ["-at"]
        indexes = [models.Index(fields=["file", "-at"], name="accesses_of_a_file")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.by_id} {self.at:%Y-%m-%d %H:%M}"
