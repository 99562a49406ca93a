"""What goes into a branch's month: business detail from the CRM, finance's own entries, and whether it is still open.

Once `PayMonth.closed_at` stands, the database refuses every change to the rows of that branch and month.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.closing import Closes, Closing
from core.sight import InSight
from teams.authority import Power
from teams.models import Person, Unit


class PayMonthQuerySet(InSight["PayMonth"]):
    at, by = "branch__path", (Power.SEE_PAY,)


class PayMonth(models.Model):
    """A branch's month of pay. Whoever writes its rows holds it shared; whoever closes it waits for them.

    `imports` are the CRM's imports that were taken for the month when it was closed: by others being taken later, whatever
    their clocks say, the month is known to owe a difference. `weeks` are the Mondays of the weeks of activity that it
    counted: none of them is counted again, whichever rule gave weeks to months then.
    """

    closes = Closes("pay", unit="branch", month="month", weeks="weeks")

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="pay_months", verbose_name=_("branch"))
    month = models.DateField(_("month"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    imports = models.JSONField(_("imports"), default=list, blank=True, editable=False)
    weeks = models.JSONField(_("weeks"), default=list, blank=True, editable=False)

    objects = PayMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("month of pay")
        verbose_name_plural = _("months of pay")
        ordering = ["-month", "branch"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "month"], name="one_pay_month_a_branch"),
            models.CheckConstraint(condition=Q(month__day=1), name="pay_month_is_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.month:%Y-%m}"


class PersonMonthQuerySet(InSight["PersonMonth"]):
    own, at, by = "person__user", "branch__path", (Power.SEE_PAY,)


class PersonMonth(models.Model):
    """What finance enters for one person and month: complaints, deductions, a coefficient set by hand with its reason."""

    closed_with = Closing("pay", unit="branch", month="month")

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("branch"))
    month = models.DateField(_("month"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="person_months", verbose_name=_("person"))
    complaints = models.PositiveSmallIntegerField(_("valid complaints"), default=0)
    coefficient = models.DecimalField(
        _("assessment coefficient set by hand"),
        max_digits=6,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    client_cost = models.DecimalField(
        _("client cost"), max_digits=14, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    attendance_deduction = models.DecimalField(
        _("attendance deduction"), max_digits=14, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    social_insurance = models.DecimalField(
        _("social insurance"), max_digits=14, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    income_tax = models.DecimalField(
        _("income tax"), max_digits=14, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    entered_at = models.DateTimeField(_("entered at"))

    objects = PersonMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("finance's entries of a month")
        verbose_name_plural = _("finance's entries of months")
        ordering = ["-month", "person"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "month", "person"], name="one_person_month"),
            models.CheckConstraint(
                condition=Q(coefficient=None) | ~Q(reason=""), name="coefficient_by_hand_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(client_cost__gte=0)
                & Q(attendance_deduction__gte=0)
                & Q(social_insurance__gte=0)
                & Q(income_tax__gte=0),
                name="person_month_amounts_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.month:%Y-%m}"


class BusinessDetailQuerySet(InSight["BusinessDetail"]):
    own, at, by = "person__user", "branch__path", (Power.SEE_PAY,)


class BusinessDetail(models.Model):
    """One person's business of a month as the CRM gives it, and finance's word on it (D15.a).

    `unusual` lists what a reviewer should look at, as lines. Figures that change after a review wait for another.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for review")
        ACCEPTED = "accepted", _("accepted by finance")
        SENT_BACK = "sent_back", _("sent back")

    closed_with = Closing("pay", unit="branch", month="month")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("branch"))
    month = models.DateField(_("month"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="business_details", verbose_name=_("person"))
    accounts = models.PositiveIntegerField(_("accounts"))
    gross_commission = models.DecimalField(_("gross commission"), max_digits=18, decimal_places=2)
    pass_through = models.DecimalField(_("pass-through fees"), max_digits=18, decimal_places=2)
    net_commission = models.DecimalField(_("net commission"), max_digits=18, decimal_places=2)
    openings = models.DecimalField(_("openings"), max_digits=12, decimal_places=4)
    valid_openings = models.DecimalField(_("valid openings"), max_digits=12, decimal_places=4)
    new_assets = models.DecimalField(_("net new assets"), max_digits=18, decimal_places=2)
    end_assets = models.DecimalField(_("assets at month end"), max_digits=18, decimal_places=2)
    product_sales = models.DecimalField(_("products sold"), max_digits=18, decimal_places=2)
    by_relation = models.JSONField(_("by relation"), default=list)
    unusual = models.JSONField(_("to look at"), default=list)
    digest = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("prepared by")
    )
    prepared_at = models.DateTimeField(_("prepared at"))
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)

    objects = BusinessDetailQuerySet.as_manager()

    class Meta:
        verbose_name = _("business detail")
        verbose_name_plural = _("business details")
        ordering = ["-month", "person__user__employee_no"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "month", "person"], name="one_business_detail"),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="detail_review_has_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent_back") | ~Q(reason=""), name="detail_sent_back_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.month:%Y-%m}"
