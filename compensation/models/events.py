"""What happened to a pay run, kept beside its signatures: every draft, review, rejection, and what was voided."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.models.runs import PayRun
from core.said import Said


class RunEventQuerySet(models.QuerySet["RunEvent"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(run__in=PayRun.objects.visible_to(user))


class RunEvent(models.Model):
    """One step of a run at one version. A draft, and what it voided, say what moved: `changes` the first lines of pay,
    `changed` how many there were, `causes` what beneath them is another and who changed it; amounts are text with cents.
    `reason` is a message id where `values` fill it, else what was typed."""

    class Kind(models.TextChoices):
        DRAFTED = "drafted", _("computed")
        EXPLAINED = "explained", _("explained anew")
        REVIEWED = "reviewed", _("reviewed")
        VOIDED = "voided", _("void")
        REJECTED = "rejected", _("rejected")

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="events", verbose_name=_("pay run"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    version = models.PositiveIntegerField(_("version"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    by_name = models.CharField(_("full name"), max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    values = models.JSONField(_("values"), default=dict, blank=True)
    total = models.DecimalField(_("total"), max_digits=18, decimal_places=2)
    total_before = models.DecimalField(_("total before"), max_digits=18, decimal_places=2, null=True, blank=True)
    changes = models.JSONField(_("changes"), default=list, blank=True)
    causes = models.JSONField(_("causes"), default=list, blank=True)
    changed = models.PositiveIntegerField(_("lines changed"), default=0)

    objects = RunEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a pay run")
        verbose_name_plural = _("steps of pay runs")
        ordering = ["run", "-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["voided", "rejected"]) | ~Q(reason=""), name="void_or_rejection_has_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        return str(Said(self.reason, self.values)) if self.reason else ""
