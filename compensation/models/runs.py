"""What comes out of a month: the pay run of a branch, its slips and lines, the signatures, questions on a slip."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.models.plans import PlanVersion
from core.closing import Closing
from core.periods import Month
from core.said import Said
from core.sight import InSight
from teams.authority import Power
from teams.models import Engagement, Person, Role, Unit


class Stage(models.IntegerChoices):
    """The three signatures of D15.b, in their order."""

    CHIEF_ACCOUNTANT = 1, _("chief accountant")
    DEPUTY_MANAGER = 2, _("deputy branch manager")
    MANAGER = 3, _("branch manager")

    @property
    def power(self) -> Power:
        return SIGNING[self].power

    @property
    def role(self) -> Role:
        """Whose it is to sign."""
        return SIGNING[self].role

    @property
    def before(self) -> PayRun.State:
        """The state in which the run waits for this signature."""
        return SIGNING[self].before

    @property
    def after(self) -> PayRun.State:
        return SIGNING[self].after


class PayRunQuerySet(models.QuerySet["PayRun"]):
    def visible_to(self, user: User) -> Self:
        """Runs of branches whose pay one may see; to head office those that are filed."""
        authority = user.authority
        return self.filter(
            authority.sees_unit("branch__path", Power.SEE_PAY)
            | (Q(state=PayRun.State.FILED) & authority.sees_unit("branch__path", Power.SEE_FILED_PAY))
        )


class PayRun(models.Model):
    """A branch's pay of one month. `digest` covers every figure of report and slips; `version` rises whenever one changes.

    `explained` covers what lies beneath the figures; `explanation` rises when it changes and they do not. Runs of edition
    1 have one digest over both. `outdated_at` stands on a draft that the facts have left behind, until it is computed
    again.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        REVIEWED = "reviewed", _("reviewed")
        SIGNED_1 = "signed_1", _("signed by the chief accountant")
        SIGNED_2 = "signed_2", _("signed by the deputy manager")
        SIGNED_3 = "signed_3", _("signed by the manager")
        FILED = "filed", _("filed")
        REJECTED = "rejected", _("rejected")

    closed_with = Closing("pay", unit="branch", month="month")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    branch = models.ForeignKey(Unit, models.PROTECT, related_name="pay_runs", verbose_name=_("branch"))
    month = models.DateField(_("month"))
    version = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    plan = models.ForeignKey(PlanVersion, models.PROTECT, related_name="runs", verbose_name=_("pay plan"))
    people = models.PositiveIntegerField(_("people"), default=0)
    total = models.DecimalField(_("total"), max_digits=18, decimal_places=2, default=0)
    digest = models.CharField(_("digest"), max_length=64)
    edition = models.PositiveSmallIntegerField(default=2, editable=False)
    explained = models.CharField(_("digest of the explanation"), max_length=64, blank=True)
    explanation = models.PositiveIntegerField(_("version of the explanation"), default=1)
    explained_at = models.DateTimeField(_("explained at"), null=True, blank=True)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("prepared by")
    )
    drafted_at = models.DateTimeField(_("prepared at"))
    outdated_at = models.DateTimeField(_("out of date since"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    rejected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rejected by")
    )
    rejected_at = models.DateTimeField(_("rejected at"), null=True, blank=True)
    reject_reason = models.CharField(_("reason for the rejection"), max_length=300, blank=True)
    filed_at = models.DateTimeField(_("filed at"), null=True, blank=True)

    objects = PayRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("pay run")
        verbose_name_plural = _("pay runs")
        ordering = ["-month", "branch__code"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "month"], name="one_pay_run_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="pay_run_month_is_first_day"),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reject_reason=""), name="pay_run_rejected_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="filed") | Q(filed_at__isnull=False), name="pay_run_filed_has_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.month:%Y-%m}"

    @property
    def period(self) -> Month:
        return Month(self.month)

    @property
    def next_stage(self) -> Stage | None:
        """Whose signature is due now."""
        return next((stage for stage in Stage if stage.before == self.state), None)

    @property
    def is_filed(self) -> bool:
        return self.state == self.State.FILED


@dataclass(frozen=True, slots=True)
class Signing:
    """What a signature takes, and what it makes of the run."""

    power: Power
    role: Role
    before: PayRun.State
    after: PayRun.State


SIGNING = {
    Stage.CHIEF_ACCOUNTANT: Signing(
        Power.SIGN_PAY_1, Role.CHIEF_ACCOUNTANT, PayRun.State.REVIEWED, PayRun.State.SIGNED_1
    ),
    Stage.DEPUTY_MANAGER: Signing(
        Power.SIGN_PAY_2, Role.DEPUTY_BRANCH_MANAGER, PayRun.State.SIGNED_1, PayRun.State.SIGNED_2
    ),
    Stage.MANAGER: Signing(Power.SIGN_PAY_3, Role.BRANCH_MANAGER, PayRun.State.SIGNED_2, PayRun.State.SIGNED_3),
}
PAY_REPORT = "compensation.pay_run"  # the subject, for approvals
TO_SIGN = tuple(stage.before for stage in Stage)
SIGNED = tuple(stage.after for stage in Stage)
UNDER_DECISION = (PayRun.State.REVIEWED, *SIGNED)


class PaySlipQuerySet(models.QuerySet["PaySlip"]):
    def visible_to(self, user: User) -> Self:
        """Slips of branches whose pay one may see; one's own as soon as the run is filed."""
        return self.filter(
            Q(person__user=user, run__state=PayRun.State.FILED)
            | user.authority.sees_unit("run__branch__path", Power.SEE_PAY)
        )


class PaySlip(models.Model):
    """One person's pay of a run. `inputs` is all that was known when it was computed; `figures` what the report prints."""

    closed_with = Closing("pay", unit="run__branch", month="run__month")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(PayRun, models.CASCADE, related_name="slips", verbose_name=_("pay run"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="pay_slips", verbose_name=_("person"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    name = models.CharField(_("full name"), max_length=64)
    grade = models.CharField(_("grade"), max_length=16, blank=True)
    engagement = models.CharField(_("engagement"), max_length=16, choices=Engagement)
    inputs = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    remarks = models.JSONField(_("remarks"), default=list, blank=True)
    negative_months = models.PositiveSmallIntegerField(default=0)
    duties_missed = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(_("remark"), max_length=200, blank=True)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)

    objects = PaySlipQuerySet.as_manager()

    class Meta:
        verbose_name = _("pay slip")
        verbose_name_plural = _("pay slips")
        ordering = ["run", "person__user__employee_no"]
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="one_pay_slip_a_run")]

    def __str__(self) -> str:
        return f"{self.name} {self.run.month:%Y-%m}"


class PayLineQuerySet(models.QuerySet["PayLine"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(slip__in=PaySlip.objects.visible_to(user))


class PayLine(models.Model):
    """One amount of a slip. `rate` empty: several rates or none; `for_month` names the closed month of an adjustment."""

    closed_with = Closing("pay", unit="run__branch", month="run__month")

    run = models.ForeignKey(PayRun, models.CASCADE, related_name="lines", verbose_name=_("pay run"))
    slip = models.ForeignKey(PaySlip, models.CASCADE, related_name="pay_lines", verbose_name=_("pay slip"))
    position = models.PositiveSmallIntegerField(_("position"))
    component = models.CharField(_("component"), max_length=32)
    basis = models.DecimalField(_("basis"), max_digits=20, decimal_places=6, null=True, blank=True)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8, null=True, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    clause = models.CharField(_("clause"), max_length=16)
    for_month = models.DateField(_("for the month"), null=True, blank=True)
    lines = models.JSONField(_("explanation"), default=list)

    objects = PayLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("pay line")
        verbose_name_plural = _("pay lines")
        ordering = ["run", "slip", "position"]
        constraints = [models.UniqueConstraint(fields=["slip", "position"], name="one_pay_line_a_position")]

    def __str__(self) -> str:
        return f"{self.component} {self.amount}"


class SignatureQuerySet(models.QuerySet["Signature"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(run__in=PayRun.objects.visible_to(user))

    def standing(self) -> Self:
        return self.filter(voided_at=None)


class Signature(models.Model):
    """A person's word on exactly the content that `digest` covers. Changed content voids it; it is never removed.

    `void_reason` is a message id where `void_values` fill it, else what was typed.
    """

    closed_with = Closing("pay", unit="run__branch", month="run__month")

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="signatures", verbose_name=_("pay run"))
    stage = models.PositiveSmallIntegerField(_("stage"), choices=Stage)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("signed by"))
    signer_name = models.CharField(_("full name"), max_length=64)
    version = models.PositiveIntegerField(_("version"))
    digest = models.CharField(_("digest"), max_length=64)
    signed_at = models.DateTimeField(_("signed at"))
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True)
    void_reason = models.CharField(_("void because"), max_length=300, blank=True)
    void_values = models.JSONField(_("values"), default=dict, blank=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["run", "signed_at"]
        constraints = [
            models.UniqueConstraint(fields=["run", "stage"], condition=Q(voided_at=None), name="one_signature_a_stage"),
            models.UniqueConstraint(
                fields=["run", "signer"], condition=Q(voided_at=None), name="three_stages_three_people"
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="signature_void_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.signer_name}"

    @property
    def void_because(self) -> str:
        """The reason in the reader's language."""
        return str(Said(self.void_reason, self.void_values)) if self.void_reason else ""


class QuestionQuerySet(InSight["Question"]):
    own, at, by = "asked_by", "slip__run__branch__path", (Power.SEE_PAY,)

    def open(self) -> Self:
        return self.filter(answered_at=None)


class Question(models.Model):
    """What somebody asks about her own pay slip, and what the finance clerk answers."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slip = models.ForeignKey(PaySlip, models.PROTECT, related_name="questions", verbose_name=_("pay slip"))
    line = models.ForeignKey(
        PayLine, models.PROTECT, null=True, blank=True, related_name="questions", verbose_name=_("line asked about")
    )
    text = models.TextField(_("question"), max_length=1000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.TextField(_("answer"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question on a pay slip")
        verbose_name_plural = _("questions on pay slips")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="answer_is_complete",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]
