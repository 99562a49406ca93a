"""The person at the keyboard: signs in by employee number, is told things by phone, e-mail and in the application."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.rules import LONGEST, PROFILES
from core.fields import IdentifierField, PhoneField


class UserManager(BaseUserManager["User"]):
    def create_user(self, employee_no: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(employee_no=employee_no, **fields)
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, employee_no: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(employee_no, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(employee_no=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Made together with a person, never by signing up. `is_active` ends every session at the next request."""

    audit_ignores = ("last_login",)
    audit_hides = ("password",)

    employee_no = IdentifierField(_("employee number"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=64)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneField(_("phone"), max_length=32, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="zh-hans")
    is_active = models.BooleanField(_("may sign in"), default=True)
    one_time_until = models.DateTimeField(
        _("one-time password until"),
        null=True,
        blank=True,
        help_text=_("somebody else knows this password: it is replaced at the first sign-in, before this moment"),
    )
    password_set_at = models.DateTimeField(_("password chosen at"), null=True, blank=True)

    objects = UserManager()
    authority: Any  # what one may see and do today: `teams.authority.Authority`, set for each request

    USERNAME_FIELD = "employee_no"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.employee_no

    @property
    def is_staff(self) -> bool:
        """Whether the console opens: by the power of today's posts, as Django's admin asks for it."""
        return bool(self.is_superuser or (hasattr(self, "authority") and self.authority.opens_console))

    def check_password(self, raw_password: str | None) -> bool:
        """What is longer than any password here is not worth the hashing."""
        return len(raw_password or "") <= LONGEST and super().check_password(raw_password)

    def has_expired_password(self, now: datetime) -> bool:
        """A one-time password that nobody used in time."""
        return self.one_time_until is not None and self.one_time_until <= now

    def owes_new_password(self, now: datetime) -> bool:
        """Whether she chooses a password before anything else: hers was given to her, or is too old for the profile."""
        lasts = PROFILES[settings.PASSWORD_PROFILE].days
        if self.one_time_until is not None or lasts is None:
            return self.one_time_until is not None
        return self.password_set_at is None or self.password_set_at + timedelta(days=lasts) <= now

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class SecurityEventQuerySet(models.QuerySet["SecurityEvent"]):
    def visible_to(self, user: User) -> Self:
        """All of it, for who sees the audit trail."""
        return self.all() if user.authority.may("see_audit") else self.none()


class SecurityEvent(models.Model):
    """A line of the security log. Never changed; removed only when it is older than the log is kept."""

    audited_by = "itself"

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("signed in")
        WRONG_PASSWORD = "wrong_password", _("wrong password")
        WRONG_CODE = "wrong_code", _("wrong code of the second factor")
        WAITS = "waits", _("kept waiting after mistyping")
        SLOWED = "slowed", _("many tries from one address, slowed")
        REFUSED = "refused", _("refused: no power for it")
        LOOKED = "looked", _("looked at the security log")

    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    kind = models.CharField(_("what happened"), max_length=16, choices=Kind)
    user = models.ForeignKey(
        User, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("user")
    )
    number = models.CharField(_("employee number"), max_length=32, blank=True)
    name = models.CharField(_("name"), max_length=64, blank=True)
    address = models.CharField(_("address"), max_length=64, blank=True)
    device = models.CharField(_("device"), max_length=200, blank=True)
    what = models.CharField(_("page"), max_length=300, blank=True)

    objects = SecurityEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event of the security log")
        verbose_name_plural = _("security log")
        default_permissions = ("view",)
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at"], name="security_by_time"),
            models.Index(fields=["user", "kind", "address"], name="security_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.kind} {self.number}"


class PastPassword(models.Model):
    """A hash that one may not come back to, where the profile remembers any."""

    audit_hides = ("password",)

    user = models.ForeignKey(User, models.CASCADE, related_name="past_passwords")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("earlier password")
        verbose_name_plural = _("earlier passwords")
        default_permissions = ()
        ordering = ["-set_at"]

    def __str__(self) -> str:
        return f"{self.user} {self.set_at}"


class Reset(models.Model):
    """Somebody gave a person a one-time password, or took away a second factor she had lost."""

    class Kind(models.TextChoices):
        PASSWORD = "password", _("one-time password given")
        SECOND_FACTOR = "second_factor", _("second factor taken away")

    user = models.ForeignKey(User, models.PROTECT, related_name="resets", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reset of access")
        verbose_name_plural = _("resets of access")
        default_permissions = ("view",)
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.user} {self.kind} {self.at}"
