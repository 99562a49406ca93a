"""Outbox and inbox in one table: a message is a row, written in the transaction that caused it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.sight import InSight

# Codes of powers in `teams.authority`.
SEE_SENDING_LOG = "see_sending_log"
SETTLE_MESSAGES = "settle_messages"


class Channel(models.TextChoices):
    IN_APP = "in_app", _("in the application")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    PHONE_TASK = "phone_task", _("phone call to make")


INBOX = (Channel.IN_APP, Channel.PHONE_TASK)  # there by being written; nothing is carried anywhere
CARRIED = (Channel.EMAIL, Channel.SMS)


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    UNKNOWN = "unknown", _("not known whether it arrived")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    IMPOSSIBLE = "impossible", _("not possible")


UNDECIDED = (State.UNKNOWN, State.FAILED)


# What a message is about: the reminders of one rule are one subject, a call to make is one by itself.
SUBJECT = Case(
    When(channel=Channel.PHONE_TASK, then=Concat("rule", Value("@"), Cast("pk", models.CharField()))),
    default=F("rule"),
    output_field=models.CharField(),
)


class MessageQuerySet(InSight["Message"]):
    """One's own messages, and those to units whose sending log one may see."""

    own, at, by = "recipient", "place", (SEE_SENDING_LOG,)

    def inbox_of(self, user: User) -> Self:
        """What the person finds in her inbox."""
        return self.filter(recipient=user, channel__in=INBOX)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def logged_for(self, user: User) -> Self:
        """The rows of the sending log one may see."""
        return self.filter(user.authority.sees_unit("place", SEE_SENDING_LOG))

    def undecided(self) -> Self:
        """What only a person can settle; first that of which nobody knows."""
        return self.filter(state__in=UNDECIDED).order_by("-state", "-posted_at", "-id")

    def due(self, now: datetime) -> Self:
        return self.filter(state=State.WAITING, not_before__lte=now)

    def abandoned(self, now: datetime) -> Self:
        """Claimed by somebody who was not heard of again."""
        return self.filter(state=State.SENDING, lease_until__lt=now)


class Message(models.Model):
    """One message of a rule for a business date to a recipient by a channel, once and for ever."""

    audit_ignores = ("read_at",)  # to read is not to change

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule = models.CharField(_("rule"), max_length=120)
    business_date = models.DateField(_("business date"))
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages", verbose_name=_("recipient")
    )
    channel = models.CharField(_("way of sending"), max_length=16, choices=Channel)
    text = models.CharField(_("text"), max_length=64)
    subject = models.CharField(_("subject"), max_length=255)
    body = models.TextField(_("body"))
    link = models.CharField(_("link"), max_length=255, blank=True)
    place = models.CharField(max_length=255, blank=True, help_text=_("path of the recipient's unit when it was posted"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    posted_at = models.DateTimeField(_("posted at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.WAITING)
    not_before = models.DateTimeField(_("not before"))
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    attempts_made = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-posted_at", "-id"]
        indexes = [
            models.Index(fields=["recipient", "-posted_at"], name="message_inbox"),
            models.Index(fields=["recipient"], name="message_unread", condition=Q(read_at=None)),
            models.Index(fields=["not_before"], name="message_waiting", condition=Q(state="waiting")),
            models.Index(fields=["lease_until"], name="message_sending", condition=Q(state="sending")),
            models.Index(fields=["place"], name="message_of_place", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["-posted_at"], name="message_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "business_date", "recipient", "channel"],
                name="one_message_a_rule_day_recipient_channel",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(lease_until__isnull=False, claim__isnull=False),
                name="message_is_claimed_while_being_sent",
            ),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="message_sent_has_time"),
        ]

    def __str__(self) -> str:
        return self.subject


class Attempt(models.Model):
    """What came of trying to send a message, or what a person decided about it."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        LATER = "later", _("not accepted, tried again later")
        REFUSED = "refused", _("refused")
        UNKNOWN = "unknown", _("not known whether it was accepted")
        CANCELLED = "cancelled", _("not sent")
        IMPOSSIBLE = "impossible", _("not possible: no address to send to")
        RESENT = "resent", _("a person has it sent again")
        TAKEN_AS_SENT = "taken_as_sent", _("a person takes it as sent")

    message = models.ForeignKey(Message, models.CASCADE, related_name="attempts", verbose_name=_("message"))
    at = models.DateTimeField(_("at"))
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    note = models.CharField(_("note"), max_length=255, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )

    objects = models.Manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.note}".strip()


class PhoneTaskQuerySet(InSight["PhoneTask"]):
    own, at, by = "message__recipient", "message__place", (SEE_SENDING_LOG,)

    def open(self) -> Self:
        return self.filter(done_at=None)


class PhoneTask(models.Model):
    """A call the message's recipient is to make, and what came of it."""

    class Result(models.TextChoices):
        REACHED = "reached", _("reached")
        NOT_REACHED = "not_reached", _("not reached")

    message = models.OneToOneField(Message, models.PROTECT, related_name="phone_task", verbose_name=_("message"))
    result = models.CharField(_("result"), max_length=16, choices=Result, blank=True)
    reason = models.TextField(_("reason given"), blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("called by")
    )
    done_at = models.DateTimeField(_("called at"), null=True, blank=True)

    objects = PhoneTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("phone call to make")
        verbose_name_plural = _("phone calls to make")
        constraints = [
            models.CheckConstraint(
                condition=Q(result="", done_by=None, done_at=None)
                | (~Q(result="") & Q(done_by__isnull=False, done_at__isnull=False)),
                name="phone_task_done_is_complete",
            )
        ]

    def __str__(self) -> str:
        return str(self.message)
