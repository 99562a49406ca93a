"""Pay plans: named components with parameters, as dated versions. A version is used only while its approval stands (D2)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from approvals.models import Request
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


PAY_PLAN = "compensation.plan"  # the subject, for approvals


class PlanVersionQuerySet(models.QuerySet["PlanVersion"]):
    def visible_to(self, user: User) -> Self:
        """Plans that decide pay within one's sight of pay or policy: of units there, of those above them, the firm's."""
        authority = user.authority
        if not authority.paths(Power.SEE_PAY, Power.SEE_POLICY):
            return self.none()
        within = authority.sees_unit("plan__unit__path", Power.SEE_PAY, Power.SEE_POLICY)
        return self.filter(Q(plan__unit=None) | Q(plan__unit__in=authority.own_line) | within)


class PlanVersion(models.Model):
    """A plan's components from a day on. Approved content never changes: another version is added.

    Its approvals, one after the other, are requests that were agreed (`approvals`), by now decided on paper.
    """

    plan = models.ForeignKey(PayPlan, models.PROTECT, related_name="versions", verbose_name=_("pay plan"))
    from_on = models.DateField(_("from"))
    components = models.JSONField(_("components"))
    source = models.CharField(_("source"), max_length=200, blank=True)
    requests = GenericRelation(Request, content_type_field="about_type", object_id_field="about_id")

    objects = PlanVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a pay plan")
        verbose_name_plural = _("versions of pay plans")
        ordering = ["plan", "from_on"]
        constraints = [models.UniqueConstraint(fields=["plan", "from_on"], name="one_plan_version_a_day")]

    def __str__(self) -> str:
        return f"{self.plan.code} · {self.from_on}"

    @property
    def approvals(self) -> list[Request]:
        """All that are or were in force, the oldest first."""
        agreed = (one for one in self.requests.all() if one.holds_from is not None)
        return sorted(agreed, key=lambda one: (one.holds_from, one.pk))

    @property
    def approval(self) -> Request | None:
        """The latest."""
        return next(reversed(self.approvals), None)

    def is_approved_on(self, day: date) -> bool:
        """Whether an approval on record holds on `day`."""
        return any(one.holds_on(day) for one in self.approvals)

    def approvals_for(self, month: Month) -> list[Request]:
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
