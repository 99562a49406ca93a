"""The daily work log: contacts, entries, corrections, answers."""

from __future__ import annotations

import uuid
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.closing import Closing
from core.fields import IdentifierField, PhoneField
from core.sight import InSight
from teams.authority import Power
from teams.models import Person, Unit
from worklogs.rules.kinds import CONTACT_KINDS, LABELS, Kind, KnownAs

KIND_CHOICES = [(kind.value, _(LABELS[kind])) for kind in CONTACT_KINDS]
KNOWN_CHOICES = [
    (KnownAs.NEW.value, _("new")),
    (KnownAs.OWN.value, _("already known to the writer")),
    (KnownAs.COLLEAGUE.value, _("already known to a colleague")),
    (KnownAs.CLIENT.value, _("an existing client")),
]


M = TypeVar("M", bound=models.Model)


class OfPeopleQuerySet(models.QuerySet[M]):
    """Rows with `person` and the `unit` of that person's posting on the day concerned."""

    def visible_to(self, user: User) -> Self:
        """One's own, and those written while posted within one's sight (reading 35)."""
        return self.filter(Q(person__user=user) | user.authority.sees_unit("unit__path", Power.READ_LOGS))


class WorkLogQuerySet(OfPeopleQuerySet["WorkLog"]):
    def submitted(self) -> Self:
        return self.filter(state=WorkLog.State.SUBMITTED)

    def waiting_for_reply(self) -> Self:
        return self.filter(state=WorkLog.State.SUBMITTED, replied=False)


class WorkLog(models.Model):
    """What a customer manager did on a day. `late` marks a log handed in after the cut-off (S3.2).

    Free to change until `replied`; afterwards only by a `Correction` with its reason.
    """

    closed_with = Closing("pay", unit="unit", week="on", free=("replied",))

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        SUBMITTED = "submitted", _("submitted")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="work_logs", verbose_name=_("person"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="work_logs", verbose_name=_("unit"))
    on = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    late = models.BooleanField(_("late"), default=False)
    brochures = models.PositiveIntegerField(_("brochures handed out"), default=0)
    brochures_of_files = models.PositiveIntegerField(_("of these from files"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    replied = models.BooleanField(_("answered"), default=False)

    objects = WorkLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("work log")
        verbose_name_plural = _("work logs")
        ordering = ["-on", "person"]
        constraints = [
            models.UniqueConstraint(fields=["person", "on"], name="one_log_a_day"),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at=None) | Q(state="submitted", submitted_at__isnull=False),
                name="submitted_logs_have_their_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["on", "unit"], name="logs_of_day"),
            models.Index(fields=["unit", "on"], name="logs_to_answer", condition=Q(state="submitted", replied=False)),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.on}"

    @property
    def is_submitted(self) -> bool:
        return self.state == self.State.SUBMITTED


class ContactQuerySet(InSight["Contact"]):
    own, at, by = "owner__user", "unit__path", (Power.READ_LOGS,)


class Contact(models.Model):
    """The firm-wide register of known numbers: whoever is entered first counts once for the whole firm (reading 6).

    `owner` and `unit` say whose log of the day `registered_on` claims the number, and where she was posted (reading 41).
    """

    phone = PhoneField(_("phone number"), max_length=24, blank=True)
    client_no = IdentifierField(_("client number"), max_length=32, blank=True)
    name = models.CharField(_("name"), max_length=64)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="contacts", verbose_name=_("first known to"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    registered_on = models.DateField(_("known since"))
    is_client = models.BooleanField(_("existing client"), default=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(fields=["phone"], name="one_contact_a_number", condition=~Q(phone="")),
            models.UniqueConstraint(fields=["client_no"], name="one_contact_a_client", condition=~Q(client_no="")),
            models.CheckConstraint(condition=~Q(phone="", client_no=""), name="contacts_can_be_recognised"),
        ]
        indexes = [models.Index(fields=["owner", "registered_on"], name="contacts_of_person")]

    def __str__(self) -> str:
        return f"{self.name} {self.masked}"

    @property
    def masked(self) -> str:
        """The number with its middle hidden, for everybody but the one who calls it."""
        number = self.phone or self.client_no
        return f"{number[:3]}****{number[-4:]}" if len(number) > 7 else f"{number[:1]}****"


class EntryQuerySet(InSight["LogEntry"]):
    own, at, by = "log__person__user", "log__unit__path", (Power.READ_LOGS,)


class LogEntry(models.Model):
    """One contact of a day. `known_as` says what the register knew of the number when the entry was written.

    `not_in_crm` marks for the leader a call to an existing client whom the CRM does not know so far. `at` is the moment
    at which it was first entered; `arrived_at`, where it was typed without a line, when it came in. Until the leader has
    said yes, what `awaits_yes` counts for nothing (reading 44).
    """

    closed_with = Closing("pay", unit="log__unit", week="log__on")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    log = models.ForeignKey(WorkLog, models.CASCADE, related_name="entries", verbose_name=_("work log"))
    kind = models.CharField(_("kind"), max_length=16, choices=KIND_CHOICES)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="entries", verbose_name=_("contact"))
    name = models.CharField(_("name"), max_length=64)
    known_as = models.CharField(_("known before"), max_length=12, choices=KNOWN_CHOICES, blank=True)
    not_in_crm = models.BooleanField(_("client not found in CRM"), default=False)
    note = models.CharField(_("note"), max_length=500, blank=True)
    next_on = models.DateField(_("next contact on"), null=True, blank=True)
    at = models.DateTimeField(_("entered at"))
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    awaits_yes = models.BooleanField(_("waits for the leader's yes"), default=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["log", "kind", "contact"], name="one_entry_a_contact_and_kind"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in CONTACT_KINDS]), name="entry_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"


class CorrectionQuerySet(InSight["Correction"]):
    own, at, by = "log__person__user", "log__unit__path", (Power.READ_LOGS,)


class Correction(models.Model):
    """A change to a log after it was answered or its window closed, with the reason. `old` and `new` are what is shown."""

    class What(models.TextChoices):
        ENTRY_ADDED = "entry_added", _("contact added")
        ENTRY_REMOVED = "entry_removed", _("contact removed")
        ENTRY_CHANGED = "entry_changed", _("contact changed")
        BROCHURES = "brochures", _("brochures changed")
        NOTE = "note", _("note changed")

    log = models.ForeignKey(WorkLog, models.CASCADE, related_name="corrections", verbose_name=_("work log"))
    what = models.CharField(_("what"), max_length=16, choices=What)
    old = models.TextField(_("before"), blank=True)
    new = models.TextField(_("after"), blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("by")
    )  # none: a file that came later
    at = models.DateTimeField(_("at"))

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="corrections_have_a_reason")]

    def __str__(self) -> str:
        return f"{self.log}: {self.get_what_display()}"

    @property
    def by(self) -> str:
        return self.author.name if self.author else gettext("a file that came later")

    @property
    def old_text(self) -> str:
        return _of_entry(self.old)

    @property
    def new_text(self) -> str:
        return _of_entry(self.new)


def _of_entry(text: str) -> str:
    """`prospect 王女士` in the reader's words; any other text as it is."""
    code, _space, name = text.partition(" ")
    if code not in CONTACT_KINDS or not name:
        return text
    label = gettext(LABELS[Kind(code)])
    return f"{label}: {name}"


class ReplyQuerySet(InSight["Reply"]):
    own, at, by = "log__person__user", "log__unit__path", (Power.READ_LOGS,)


class Reply(models.Model):
    """A leader's answer to a log: the area manager's during the week (S4.1.f), the market manager's at month end (S4.2.f)."""

    class Kind(models.TextChoices):
        WEEKLY = "weekly", _("weekly reply")
        MONTH_END = "month_end", _("month-end reply")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    log = models.ForeignKey(WorkLog, models.PROTECT, related_name="replies", verbose_name=_("work log"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.WEEKLY)
    text = models.TextField(_("reply"))
    at = models.DateTimeField(_("at"))

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="replies_say_something")]
        indexes = [models.Index(fields=["author", "at"], name="replies_of_author")]

    def __str__(self) -> str:
        return f"{self.log}: {self.author}"


class QuickPhrases(models.Model):
    """What a leader often answers, one phrase a line; her own alone."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("of"))
    text = models.TextField(_("phrases"), blank=True)

    class Meta:
        verbose_name = _("quick phrases")
        verbose_name_plural = _("quick phrases")

    def __str__(self) -> str:
        return str(self.owner)
