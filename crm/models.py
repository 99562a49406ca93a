"""What the CRM brought: imports, account openings by credit, account months, and daily results kept for ranking."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.closing import Closing
from core.fields import IdentifierField
from core.sight import InSight
from core.tables import Refusal
from teams.authority import Power
from teams.models import Outlet, Person, Unit


class ImportKind(models.TextChoices):
    OPENINGS = "openings", pgettext_lazy("import", "account openings")
    ACCOUNT_MONTH = "account_month", _("account months")


class ImportQuerySet(InSight["Import"]):
    """Whether one may import there is another question than sight."""

    def importable_by(self, user: User) -> Self:
        return self.filter(user.authority.sees_unit("unit__path", Power.IMPORT_CRM))

    def taken(self, kind: str) -> Self:
        return self.filter(kind=kind, state=Import.State.TAKEN)

    def with_job_due(self, now: datetime) -> Self:
        """Imports whose job nobody has in hand, the oldest first."""
        free = Q(job_until=None) | Q(job_until__lte=now)
        return self.filter(free).exclude(job=Import.Job.NONE).order_by("pk")


class Import(models.Model):
    """One file of the CRM: checked, then taken whole or not at all, and reverted while nothing depends on it.

    `unit` limits what the file may speak of: the company, or one branch. While an import is taken, every day from
    `covers_from` to `covers_to` is known for that unit: a day without openings is a zero.

    What a worker has to do stands in `job`. Who has it in hand holds `job_claim` until `job_until`; after that it is
    offered again.
    """

    audit_ignores = ("job_claim", "job_until")

    class State(models.TextChoices):
        RECEIVED = "received", _("being checked")
        CHECKED = "checked", _("checked, not taken")
        REFUSED = "refused", _("refused")
        TAKEN = "taken", _("taken")
        REVERTED = "reverted", _("reverted")
        LAPSED = "lapsed", _("never taken, file removed")

    class Job(models.TextChoices):
        NONE = "", ""
        CHECK = "check", pgettext_lazy("job", "check")
        TAKE = "take", pgettext_lazy("job", "take")
        REVERT = "revert", pgettext_lazy("job", "revert")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=ImportKind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="crm_imports", verbose_name=_("unit"))
    state = models.CharField(_("state"), max_length=16, choices=State)
    file = models.FileField(_("file"), upload_to="crm/%Y/%m/", blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    file_sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    covers_from = models.DateField(_("covers from"), null=True, blank=True)
    covers_to = models.DateField(_("covers to"), null=True, blank=True, help_text=_("the last day, itself covered"))
    rows = models.PositiveIntegerField(_("rows"), default=0)
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    created = models.PositiveIntegerField(_("added"), default=0)
    updated = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    refusals = models.JSONField(default=list, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    notes = models.JSONField(default=dict, blank=True)
    effects = models.JSONField(default=dict, blank=True)
    remarks = models.FileField(upload_to="crm/%Y/%m/", blank=True, editable=False)
    job = models.CharField(_("under way"), max_length=8, choices=Job, default=Job.NONE, blank=True)
    job_claim = models.UUIDField(null=True, editable=False)
    job_until = models.DateTimeField(null=True, editable=False)
    job_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    good_rows_only = models.BooleanField(_("refused rows left out knowingly"), default=False)
    checked_at = models.DateTimeField(_("checked at"))
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("checked by")
    )
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("taken by")
    )
    reverted_at = models.DateTimeField(_("reverted at"), null=True, blank=True)
    reverted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("reverted by")
    )

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-checked_at", "-pk"]
        indexes = [
            models.Index(fields=["kind", "state", "covers_from", "covers_to"], name="import_covers"),
            models.Index(fields=["job_until"], name="import_with_job", condition=~Q(job="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(covers_from=None) | Q(covers_to__gte=F("covers_from")), name="import_covers_forward"
            ),
            models.CheckConstraint(
                condition=~Q(state="taken") | Q(taken_at__isnull=False, covers_from__isnull=False),
                name="import_taken_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.file_name}"

    @property
    def tone(self) -> str:
        return {"received": "info", "checked": "warn", "refused": "bad", "taken": "good"}.get(self.state, "off")

    @property
    def latest_at(self) -> datetime:
        """When the last thing happened to it."""
        return self.reverted_at or self.taken_at or self.checked_at

    @property
    def latest_by(self) -> User | None:
        return self.reverted_by or self.taken_by or self.checked_by

    @property
    def more_refusals(self) -> int:
        """How many refusals are counted but not listed."""
        return max(0, int(self.notes.get("refusal_count", 0)) - len(self.refusals))

    @property
    def shown_refusals(self) -> list[Refusal]:
        return [Refusal.read(refusal) for refusal in self.refusals]


def unchecked(
    to: type[models.Model], *, related_name: str = "+", null: bool = False, **options: object
) -> models.ForeignKey[models.Model, models.Model]:
    """A key into another table that the merge has already proven; checking it again per row costs more than half."""
    return models.ForeignKey(
        to,
        models.PROTECT,
        null=null,
        blank=null,
        db_constraint=False,
        db_index=False,
        related_name=related_name,
        **options,  # type: ignore[arg-type]
    )


class OpeningQuerySet(InSight["Opening"]):
    own = "developer__user"


class CurrentOpenings(models.Manager["Opening"]):
    """What holds now: versions that a later import replaced or removed are for those who ask what was."""

    def get_queryset(self) -> OpeningQuerySet:
        return OpeningQuerySet(self.model, using=self._db).filter(ended_by=None)

    def visible_to(self, user: User) -> OpeningQuerySet:
        return self.get_queryset().visible_to(user)


class Opening(models.Model):
    """An account opening as credited to one person: an account two people brought has two rows, with shares.

    `unit` is where the developer was posted on the day: the opening counts there, whatever branch keeps the account.

    A row is written once. What an import replaces or removes gets its name in `ended_by`, and the new version is a row
    of its own; an import that was reverted has ended its own rows. `objects` gives what holds, `versions` everything.
    """

    audited_by = "batch"
    closed_with = Closing("pay", unit="unit", month="open_date", further=True, free=("ended_by",))

    class Status(models.TextChoices):
        NORMAL = "normal", _("normal")
        CLOSED = "closed", _("closed account")
        DORMANT = "dormant", _("dormant")
        FROZEN = "frozen", _("frozen")

    open_date = models.DateField(_("opened on"))
    branch = unchecked(Unit, verbose_name=_("branch"))
    client_no = IdentifierField(_("client number"), max_length=32)
    fund_account = IdentifierField(_("fund account"), max_length=32)
    client_name = models.CharField(
        _("client"), max_length=8, blank=True, help_text=_("only the first character is kept")
    )
    developer = unchecked(Person, related_name="openings", verbose_name=_("developed by"))
    servicer = unchecked(Person, null=True, verbose_name=_("serviced by"))
    share = models.DecimalField(_("share"), max_digits=21, decimal_places=20, help_text=_("a third keeps 20 places"))
    outlet = unchecked(Outlet, null=True, verbose_name=_("outlet"))
    open_assets = models.DecimalField(_("assets at opening"), max_digits=18, decimal_places=2, null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=64, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.NORMAL)
    unit = unchecked(Unit, verbose_name=_("counts for"))
    source = unchecked(Import, related_name="openings", verbose_name=_("import"))
    ended_by = unchecked(Import, null=True, related_name="openings_ended", verbose_name=_("replaced by"))

    objects = CurrentOpenings()
    versions = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("account opening")
        verbose_name_plural = _("account openings")
        indexes = [
            models.Index(fields=["open_date", "developer"], name="opening_by_day"),
            models.Index(fields=["source"], name="opening_by_import"),
            models.Index(fields=["ended_by"], name="opening_by_end", condition=~Q(ended_by=None)),
            models.Index(fields=["client_no"], name="opening_by_client"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fund_account", "client_no", "developer"],
                name="one_credit_a_developer",
                condition=Q(ended_by=None),
            ),
            models.CheckConstraint(condition=Q(share__gt=0) & Q(share__lte=1), name="opening_share_is_a_part"),
        ]

    def __str__(self) -> str:
        return f"{self.open_date} {self.fund_account}"


class Relation(models.TextChoices):
    DEVELOPED = "developed", _("developed")
    SERVICED = "serviced", _("serviced")
    MAINTAINED = "maintained", _("maintained")
    INTRODUCED = "introduced", _("introduced")


HELD_AS = {**dict(Relation.choices), "kept": _("kept by the branch")}  # how an import names who holds an account


class AccountMonthQuerySet(InSight["AccountMonth"]):
    own = "person__user"


class CurrentAccountMonths(models.Manager["AccountMonth"]):
    """What holds now, as of openings."""

    def get_queryset(self) -> AccountMonthQuerySet:
        return AccountMonthQuerySet(self.model, using=self._db).filter(ended_by=None)

    def visible_to(self, user: User) -> AccountMonthQuerySet:
        return self.get_queryset().visible_to(user)


class AccountMonth(models.Model):
    """What one account did in a month for one person by one relation. `month` is its first day.

    `unit` is the person's last post of that month; for somebody who left before, the last one held. Where the file names
    a `branch`, it is her last post in that one (reading 40). Versions are kept as those of `Opening`.
    """

    audited_by = "batch"
    closed_with = Closing("pay", unit="unit", month="month", further=True, free=("ended_by",))

    month = models.DateField(_("month"))
    fund_account = IdentifierField(_("fund account"), max_length=32)
    relation = models.CharField(_("relation"), max_length=16, choices=Relation)
    person = unchecked(Person, related_name="account_months", verbose_name=_("person"))
    branch = unchecked(Unit, null=True, verbose_name=_("branch"), help_text=_("as the file names it"))
    unit = unchecked(Unit, verbose_name=_("unit"))
    turnover = models.DecimalField(_("turnover"), max_digits=18, decimal_places=2, null=True, blank=True)
    gross_commission = models.DecimalField(_("commission"), max_digits=18, decimal_places=2)
    pass_through = models.DecimalField(
        _("collected for others"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    net_commission = models.DecimalField(_("net commission"), max_digits=18, decimal_places=2, null=True, blank=True)
    avg_assets = models.DecimalField(_("average assets"), max_digits=18, decimal_places=2, null=True, blank=True)
    end_assets = models.DecimalField(_("assets at month end"), max_digits=18, decimal_places=2, null=True, blank=True)
    net_inflow = models.DecimalField(_("net inflow"), max_digits=18, decimal_places=2, null=True, blank=True)
    trades = models.PositiveIntegerField(_("trades"), null=True, blank=True)
    product_sales = models.DecimalField(_("products sold"), max_digits=18, decimal_places=2, null=True, blank=True)
    source = unchecked(Import, related_name="account_months", verbose_name=_("import"))
    ended_by = unchecked(Import, null=True, related_name="account_months_ended", verbose_name=_("replaced by"))

    objects = CurrentAccountMonths()
    versions = AccountMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("account month")
        verbose_name_plural = _("account months")
        indexes = [
            models.Index(fields=["month", "unit", "person"], name="account_month_of_unit"),
            models.Index(fields=["source"], name="account_month_by_import"),
            models.Index(fields=["ended_by"], name="account_month_by_end", condition=~Q(ended_by=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fund_account", "month", "relation", "person"],
                name="one_account_month_a_relation",
                condition=Q(ended_by=None),
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="account_month_is_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.fund_account} {self.get_relation_display()}"


class DailyResultQuerySet(InSight["DailyResult"]):
    own = "person__user"


class DailyResult(models.Model):
    """A person's openings of a day, by share; kept by the import, never edited. No row on a known day is a zero."""

    audited_by = "batch"

    day = models.DateField(_("day"))
    person = unchecked(Person, related_name="daily_results", verbose_name=_("person"))
    unit = unchecked(Unit, verbose_name=_("unit"))
    openings = models.DecimalField(_("openings"), max_digits=30, decimal_places=20)
    open_assets = models.DecimalField(_("assets at opening"), max_digits=18, decimal_places=2)

    objects = DailyResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily result")
        verbose_name_plural = _("daily results")
        indexes = [models.Index(fields=["day", "unit"], name="daily_result_by_day")]
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="one_result_a_person_and_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.person_id}"


class UnitResultQuerySet(InSight["UnitResult"]):
    pass


class UnitResult(models.Model):
    """A unit's openings of a day, everything below included. `running` sums them from the first day on, so that any
    period is the difference of two rows."""

    audited_by = "batch"

    unit = unchecked(Unit, related_name="daily_results", verbose_name=_("unit"))
    day = models.DateField(_("day"))
    openings = models.DecimalField(_("openings"), max_digits=30, decimal_places=20)
    running = models.DecimalField(_("openings so far"), max_digits=32, decimal_places=20)

    objects = UnitResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a unit")
        verbose_name_plural = _("results of units")
        constraints = [models.UniqueConstraint(fields=["unit", "day"], name="one_result_a_unit_and_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.unit_id}"
