"""Pay plans: named components with parameters, as dated versions. A version is used only while its approval stands (D2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.rules import Plan, PlanUnreadable, lint, plan_from_data
from core.periods import Month
from teams.authority import Power
from teams.models import Unit


class PayPlan(models.Model):
    """Whose pay it decides: one unit and all below it, or without a unit everybody's. The nearest plan goes first."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=128)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="pay_plans", verbose_name=_("unit")
    )

    objects = models.Manager()

    class Meta:
        verbose_name = _("pay plan")
        verbose_name_plural = _("pay plans")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PlanVersionQuerySet(models.QuerySet["PlanVersion"]):
    def visible_to(self, user: User) -> Self:
        """Plans that decide pay within one's sight of pay or policy: of units there, of those above them, the firm's."""
        authority = user.authority
        if not authority.paths(Power.SEE_PAY, Power.SEE_POLICY):
            return self.none()
        within = authority.sees_unit("plan__unit__path", Power.SEE_PAY, Power.SEE_POLICY)
        return self.filter(Q(plan__unit=None) | Q(plan__unit__in=authority.own_line) | within)


@dataclass(frozen=True, slots=True)
class Approval:
    """By whom and by which document a version is approved, from `on` until before `ended_on`."""

    on: date
    ended_on: date | None
    ref: str
    by: str

    def holds_on(self, day: date) -> bool:
        return self.on <= day and (self.ended_on is None or day < self.ended_on)


class PlanVersion(models.Model):
    """A plan's components from a day on. Approved content never changes: another version is added.

    The approval on the row is the latest; those that ended before it are `earlier_approvals`.
    """

    plan = models.ForeignKey(PayPlan, models.PROTECT, related_name="versions", verbose_name=_("pay plan"))
    from_on = models.DateField(_("from"))
    components = models.JSONField(_("components"))
    source = models.CharField(_("source"), max_length=200, blank=True)
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    approval_ref = models.CharField(_("approval document"), max_length=120, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=120, blank=True)
    approval_ended_on = models.DateField(
        _("approval ended on"), null=True, blank=True, help_text=_("the first day it no longer holds")
    )
    end_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )

    objects = PlanVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a pay plan")
        verbose_name_plural = _("versions of pay plans")
        ordering = ["plan", "from_on"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "from_on"], name="one_plan_version_a_day"),
            models.CheckConstraint(
                condition=Q(approved_on=None, approval_ref="", approved_by="", approval_ended_on=None)
                | (Q(approved_on__isnull=False) & ~Q(approval_ref="") & ~Q(approved_by="")),
                name="plan_approval_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(approval_ended_on=None) | Q(approval_ended_on__gt=F("approved_on")),
                name="plan_approval_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(approval_ended_on__isnull=False) | Q(end_reason="", ended_by=None),
                name="plan_approval_end_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.code} · {self.from_on}"

    @property
    def approvals(self) -> list[Approval]:
        """All that are or were on record, the oldest first."""
        found = [
            Approval(one.approved_on, one.ended_on, one.approval_ref, one.approved_by)
            for one in self.earlier_approvals.all()
        ]
        if self.approved_on:
            found.append(Approval(self.approved_on, self.approval_ended_on, self.approval_ref, self.approved_by))
        return sorted(found, key=lambda one: one.on)

    def is_approved_on(self, day: date) -> bool:
        """Whether an approval on record holds on `day`."""
        return any(one.holds_on(day) for one in self.approvals)

    def approvals_for(self, month: Month) -> list[Approval]:
        """The approvals under which a month is computed; none unless every day of it has one."""
        found, day = [], month.first
        for one in self.approvals:
            if one.holds_on(day):
                found.append(one)
                day = one.ended_on or month.end
        return found if day >= month.end else []

    def as_plan(self) -> Plan:
        return plan_from_data(self.plan.code, self.components)

    def clean(self) -> None:
        try:
            findings = lint(self.as_plan())
        except PlanUnreadable as reason:
            raise ValidationError({"components": str(reason)}) from None
        if errors := [_(finding.message) for finding in findings if finding.is_error]:
            raise ValidationError({"components": errors})


class EarlierApprovalQuerySet(models.QuerySet["EarlierApproval"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(version__in=PlanVersion.objects.visible_to(user))


class EarlierApproval(models.Model):
    """An approval that had ended when the next one was recorded; the months it covers stand on it. Never changed."""

    version = models.ForeignKey(
        PlanVersion, models.PROTECT, related_name="earlier_approvals", verbose_name=_("version of a pay plan")
    )
    approved_on = models.DateField(_("approved on"))
    approval_ref = models.CharField(_("approval document"), max_length=120)
    approved_by = models.CharField(_("approved by"), max_length=120)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    ended_on = models.DateField(_("approval ended on"))
    end_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    objects = EarlierApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("earlier approval")
        verbose_name_plural = _("earlier approvals")
        ordering = ["version", "-approved_on"]
        constraints = [
            models.UniqueConstraint(fields=["version", "approved_on"], name="one_earlier_approval_a_day"),
            models.CheckConstraint(
                condition=Q(ended_on__gt=F("approved_on")), name="earlier_approval_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.approval_ref}"
