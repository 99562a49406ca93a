"""Requests, their rounds, who was asked and what each said; what happened; who decides for whom (D4.b–c, D7)."""

from __future__ import annotations

import operator
import uuid
from functools import reduce
from typing import Any, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from approvals.routes import Route, RouteStage, route_from
from approvals.rules import names, seats
from approvals.subjects import Matter, subject, subjects
from core.said import Said
from teams.models import Role, Unit


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, user: User) -> Self:
        """One's own, those one takes part in or decided for somebody, and those that a power over the unit opens."""
        taken_part = Assignment.objects.filter(Q(user=user) | Q(behalf=user), round__request=OuterRef("pk"))
        by_power = (
            Q(subject=one.name) & user.authority.sees_unit("unit__path", *one.sight) for one in subjects() if one.sight
        )
        return self.filter(reduce(operator.or_, by_power, Q(author=user) | Q(Exists(taken_part))))

    def about(self, thing: models.Model) -> Self:
        return self.filter(about_type=ContentType.objects.get_for_model(thing), about_id=thing.pk)

    def undecided(self) -> Self:
        return self.filter(state__in=(Request.State.OPEN, Request.State.WITH_AUTHOR))


class Request(models.Model):
    """Something that needs somebody's yes (请示). Opinions are on exactly the content that `digest` covers.

    What was decided on paper is recorded agreed, with its document. Where agreeing puts something in force, it holds
    from `holds_from` until before `ended_on`.
    """

    class State(models.TextChoices):
        OPEN = names.RequestState.OPEN, _("under decision")
        WITH_AUTHOR = names.RequestState.WITH_AUTHOR, _("returned to the author")
        AGREED = names.RequestState.AGREED, _("agreed")
        REFUSED = names.RequestState.REFUSED, _("not agreed")
        WITHDRAWN = names.RequestState.WITHDRAWN, _("withdrawn")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=64, unique=True)
    subject = models.CharField(_("kind of request"), max_length=32)
    about_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+", verbose_name=_("what it is about"))
    about_id = models.BigIntegerField(_("what it is about"))
    thing = GenericForeignKey("about_type", "about_id")
    title = models.CharField(_("title"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="requests", verbose_name=_("unit"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=_("author"),
    )
    named = models.ManyToManyField(Unit, blank=True, related_name="+", verbose_name=_("departments that countersign"))
    route_data = models.JSONField()
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.OPEN)
    at_stage = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(_("version"), default=1)
    digest = models.CharField(_("digest"), max_length=64)
    submitted_at = models.DateTimeField(_("submitted at"))
    finished_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    paper_ref = models.CharField(_("approval document"), max_length=120, blank=True)
    paper_by = models.CharField(_("approved by"), max_length=120, blank=True)
    holds_from = models.DateField(_("approved on"), null=True, blank=True)
    ended_on = models.DateField(
        _("approval ended on"), null=True, blank=True, help_text=_("the first day it no longer holds")
    )
    end_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-submitted_at", "-pk"]
        indexes = [models.Index(fields=["about_type", "about_id"], name="requests_about_a_thing")]
        constraints = [
            models.UniqueConstraint(
                fields=["about_type", "about_id", "subject"],
                condition=Q(state__in=["open", "with_author"]),
                name="one_undecided_request_a_thing",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "with_author"], finished_at=None)
                | (Q(state__in=["agreed", "refused", "withdrawn"]) & Q(finished_at__isnull=False)),
                name="request_finished_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(paper_ref="", paper_by="") | (~Q(paper_ref="") & ~Q(paper_by="") & Q(state="agreed")),
                name="request_on_paper_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, end_reason="", ended_by=None)
                | (Q(ended_on__gt=F("holds_from")) & ~Q(end_reason="")),
                name="request_ends_after_it_holds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @cached_property
    def route(self) -> Route:
        return route_from(self.route_data)

    @property
    def stage(self) -> RouteStage:
        return self.route.stages[self.at_stage]

    @property
    def kind(self) -> Matter:
        return subject(self.subject)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_finished(self) -> bool:
        return self.state in names.FINISHED

    def holds_on(self, day: Any) -> bool:
        """Whether what was agreed is in force on a day."""
        starts = self.holds_from
        return starts is not None and starts <= day and (self.ended_on is None or day < self.ended_on)


class RoundQuerySet(models.QuerySet["Round"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)


class Round(models.Model):
    """One pass through a stage. `due_at` counts working time; with `left_seconds` the clock stands, for a question lies
    with the author."""

    class Result(models.TextChoices):
        AGREED = "agreed", _("agreed")
        REFUSED = "refused", _("not agreed")
        RETURNED = "returned", _("returned")
        CHANGED = "changed", _("the content changed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        RECALLED = "recalled", _("an opinion before was recalled")

    request = models.ForeignKey(Request, models.PROTECT, related_name="rounds", verbose_name=_("request"))
    number = models.PositiveSmallIntegerField(_("round"))
    stage = models.PositiveSmallIntegerField(_("stage"))
    opened_at = models.DateTimeField(_("opened at"))
    due_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    left_seconds = models.PositiveIntegerField(null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    looked_on = models.DateField(null=True, blank=True, editable=False)  # when the schedule last followed its posts
    closed_at = models.DateTimeField(_("round closed at"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=Result, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["request", "number"]
        indexes = [models.Index(fields=["due_at"], condition=Q(closed_at=None), name="open_rounds_by_deadline")]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="rounds_are_counted"),
            models.UniqueConstraint(fields=["request"], condition=Q(closed_at=None), name="one_open_round_a_request"),
            models.CheckConstraint(
                condition=Q(closed_at=None, result="") | (Q(closed_at__isnull=False) & ~Q(result="")),
                name="round_closed_has_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} · {self.number}"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(round__request__in=Request.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(outcome="")

    def waiting_for(self, user: User) -> Self:
        """Whose turn is now: theirs to decide."""
        return self.open().filter(user=user, turn=True)


class Assignment(models.Model):
    """Somebody is asked in a round. It ends in exactly one way; an opinion says on which version and digest it is.

    `seat` and `place` are those of `rules.seats`; `turn`: open and asked now. `behalf`: for whom she decides.
    """

    class Outcome(models.TextChoices):
        AGREED = names.Ending.AGREED, _("agreed")
        REMARKED = names.Ending.REMARKED, _("agreed with a remark")
        REFUSED = names.Ending.REFUSED, _("not agreed")
        NOT_NEEDED = names.Ending.NOT_NEEDED, _("not needed")
        WITHDRAWN = names.Ending.WITHDRAWN, _("withdrawn")
        TRANSFERRED = names.Ending.TRANSFERRED, _("handed to somebody else")
        DELEGATED = names.Ending.DELEGATED, _("decided by the delegate")
        RETURNED = names.Ending.RETURNED, _("returned")
        ESCALATED = names.Ending.ESCALATED, _("escalated")

    round = models.ForeignKey(Round, models.PROTECT, related_name="assignments", verbose_name=_("round"))
    seat = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField(default=0)
    turn = models.BooleanField(_("asked now"), default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked"))
    behalf = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("on behalf of"),
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("added by")
    )
    by_post = models.BooleanField(default=True)  # for the post she holds, and as long as she holds it
    name = models.CharField(_("full name"), max_length=64)
    role = models.CharField(_("role"), max_length=32, choices=Role, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    opened_at = models.DateTimeField(_("assigned at"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    said = models.CharField(_("opinion"), max_length=12, choices=Outcome, blank=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), null=True, blank=True)
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["round", "seat", "place", "pk"]
        indexes = [
            models.Index(fields=["user"], condition=Q(outcome=""), name="open_assignments_of_a_user"),
            models.Index(fields=["user", "-ended_at"], name="done_assignments_of_a_user"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["round", "user"], condition=Q(outcome=""), name="asked_once_a_round"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | (~Q(outcome="") & Q(ended_at__isnull=False, turn=False)),
                name="assignment_ended_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(said="") | (~Q(digest="") & Q(version__isnull=False)), name="opinion_is_on_a_content"
            ),
            models.CheckConstraint(condition=~Q(said="refused") | ~Q(remark=""), name="refusal_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_outcome_display()}"

    @property
    def task(self) -> seats.Task:
        return seats.Task(self.pk, self.seat, self.place, names.Ending(self.outcome))


class RequestEventQuerySet(models.QuerySet["RequestEvent"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(request__in=Request.objects.visible_to(user))


class RequestEvent(models.Model):
    """Something that happened to a request. `text` is a message id that `values` fill; `remark` was typed."""

    appended_only = True

    request = models.ForeignKey(Request, models.PROTECT, related_name="steps", verbose_name=_("request"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    by_name = models.CharField(_("full name"), max_length=64, blank=True)
    verb = models.CharField(_("step"), max_length=16)
    text = models.CharField(max_length=200)
    values = models.JSONField(default=dict, blank=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"))

    objects = RequestEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a request")
        verbose_name_plural = _("steps of requests")
        ordering = ["request", "-at", "-pk"]

    def __str__(self) -> str:
        values = {name: gettext(value) if name == "stage" else value for name, value in self.values.items()}
        return str(Said(self.text, values))


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(Q(giver=user) | Q(taker=user))

    def on(self, on: Any) -> Self:
        return self.filter(from_on__lte=on).filter(Q(to_on=None) | Q(to_on__gt=on))


class Delegation(models.Model):
    """`taker` decides for `giver` from a day until before another, of all subjects or of one."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("delegated by")
    )
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("delegate"))
    subject = models.CharField(_("kind of request"), max_length=32, blank=True)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("until"), null=True, blank=True, help_text=_("the first day it no longer holds"))
    made_at = models.DateTimeField(_("recorded at"))

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation of decisions")
        verbose_name_plural = _("delegations of decisions")
        ordering = ["-from_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="delegated_to_somebody_else"),
            models.CheckConstraint(condition=Q(to_on=None) | Q(to_on__gt=F("from_on")), name="delegation_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker}"
