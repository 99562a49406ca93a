"""The person at the keyboard: signs in by employee number, is told things by phone, e-mail and in the application."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _


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
        return self.create_user(employee_no, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(employee_no=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Made together with a person, never by signing up. `is_active` ends every session at the next request."""

    audit_ignores = ("last_login",)
    audit_hides = ("password",)

    employee_no = models.CharField(_("employee number"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=64)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="zh-hans")
    is_staff = models.BooleanField(_("may open the console"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)

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

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
