"""The audit trail and its seals. Rows are written by database triggers only and never change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One changed row: who, when, from where, why, old and new. `digest` covers the entry itself."""

    audited_by = "itself"

    class Operation(models.TextChoices):
        INSERT = "I", _("added")
        UPDATE = "U", _("changed")
        DELETE = "D", _("removed")
        BATCH = "B", _("loaded in bulk")

    at = models.DateTimeField(_("at"))
    transaction = models.BigIntegerField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("who"),
    )
    source = models.TextField(_("way"))
    address = models.TextField(_("address"))
    request_id = models.TextField()
    reason = models.TextField(_("reason"))
    table = models.TextField(_("table"))
    operation = models.CharField(max_length=1, choices=Operation)
    row = models.TextField(_("row"), help_text=_("primary key; for a bulk load the number of rows"))
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    digest = models.TextField()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["table", "row", "id"], name="audit_of_row"),
            models.Index(fields=["transaction"], name="audit_by_transaction"),
            models.Index(fields=["actor", "-at"], name="audit_by_actor"),
            models.Index(fields=["at", "id"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.operation} {self.at}"


class AuditSeal(models.Model):
    """A link of the chain: all entries of transactions in [from_transaction, to_transaction), and the seal before."""

    audited_by = "itself"

    sealed_at = models.DateTimeField()
    from_transaction = models.BigIntegerField()
    to_transaction = models.BigIntegerField(unique=True)
    entries = models.BigIntegerField()
    previous = models.TextField()
    digest = models.TextField(unique=True)

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.from_transaction}–{self.to_transaction}: {self.digest[:12]}"


class AuditTransaction(models.Model):
    """One transaction of the trail: how many entries it wrote, and its number, given when it commits, without gaps.

    By it a removed entry is missed before anything was sealed. Written by triggers only.
    """

    audited_by = "itself"

    transaction = models.BigIntegerField(primary_key=True)
    entries = models.BigIntegerField()
    number = models.BigIntegerField(unique=True, null=True)

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.number}: {self.entries}"


class AuditCount(models.Model):
    """How many transactions were numbered: one row, so that the last ones are missed like any other."""

    audited_by = "itself"

    transactions = models.BigIntegerField()

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.transactions)


class Verification(models.Model):
    """One run of all checks: asked for by a person on a page or by the command. The row is the job."""

    class State(models.TextChoices):
        ASKED = "asked", _("waiting to begin")
        RUNNING = "running", _("under way")
        SOUND = "sound", _("everything holds")
        UNSOUND = "unsound", _("something does not hold")
        BROKEN = "broken", _("broke off")

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    asked_at = models.DateTimeField(_("asked for"))
    held_until = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True)
    checks = models.JSONField(default=list)  # {name, bad, findings} as the command answers them

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["-pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.asked_at} {self.state}"

    @property
    def is_under_way(self) -> bool:
        return self.state in (self.State.ASKED, self.State.RUNNING)


class Spelling(models.Model):
    """How a name sounds, for searching: see `core.spelling`. It says nothing that the name does not."""

    audited_by = "batch"

    text = models.CharField(primary_key=True, max_length=128)
    spelled = models.CharField(max_length=400)

    class Meta:
        verbose_name = _("sound of a name")
        verbose_name_plural = _("sounds of names")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.text}:{self.spelled}"


class ToldApart(models.Model):
    """A person has confirmed that two identifiers which look like one are two things, and why (reading 48)."""

    table = models.CharField(_("table"), max_length=64)
    code = models.CharField(_("code"), max_length=64)
    other = models.CharField(_("looks like"), max_length=64)
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("identifiers told apart")
        verbose_name_plural = _("identifiers told apart")
        ordering = ["pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.table} {self.code} ≠ {self.other}"


class Series(models.Model):
    """How far a series of numbers has come. See `core.numbers`."""

    name = models.CharField(_("series"), max_length=120, unique=True)
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")
        ordering = ["name"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.name} {self.last}"
