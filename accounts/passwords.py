"""The password rules of the chosen profile, as Django's validators know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.rules import LONGEST, PROFILES, classes_in, forms_of, long_enough
from core.spelling import spelled

CONTEXT_WORDS = ("muster", "营销", "營銷", "营业部", "營業部", "password", "密码", "密碼")
OWN_WORDS = ("employee_no", "name", "phone")
Names = Callable[[], Iterable[str]]
_named: list[Names] = []


def use_names(names: Names) -> None:
    """Let `names` of the house be in no password; an app above this one knows them."""
    _named.append(names)


def house() -> Iterator[str]:
    for names in _named:
        yield from names()


def names_of_the_house() -> set[str]:
    """Of the firm and its branches, as they are written, as they sound, and by their initials."""
    forms = forms_of(settings.FIRM_NAME, *house())
    return forms | {sound for form in forms for sound in spelled(form).split()}


class ProfileValidator:
    def __init__(self) -> None:
        self.profile = PROFILES[settings.PASSWORD_PROFILE]

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(_("A password has at most %(most)d characters.") % {"most": LONGEST})
        if len(password) < self.profile.least:
            raise ValidationError(
                ngettext(
                    "A password has at least %(least)d character.",
                    "A password has at least %(least)d characters.",
                    self.profile.least,
                )
                % {"least": self.profile.least}
            )
        if classes_in(password) < self.profile.classes:
            raise ValidationError(_("Mix at least three of: small letters, capitals, digits, other characters."))
        own = forms_of(*CONTEXT_WORDS, *(getattr(user, name, "") for name in OWN_WORDS))
        if any(word in password.lower() for word in long_enough(own | names_of_the_house())):
            raise ValidationError(
                _("Leave your own name and numbers, the names of firm, branches and this software out of the password.")
            )

    def get_help_text(self) -> str:
        return _("At least %(least)d characters. A sentence is a good password.") % {"least": self.profile.least}


class NewValidator:
    """Neither the password one has (a one-time password above all) nor one of the last that the profile remembers."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None or len(password) > LONGEST:
            return
        if check_password(password, user.password):
            raise ValidationError(_("Choose another password than the one you have."))
        remembered = PROFILES[settings.PASSWORD_PROFILE].remembered
        past = user.past_passwords.values_list("password", flat=True)[:remembered] if remembered else ()
        if any(check_password(password, one) for one in past):
            raise ValidationError(
                ngettext(
                    "Choose a password that is not your last one.",
                    "Choose a password that is none of your last %(count)d.",
                    remembered,
                )
                % {"count": remembered}
            )

    def get_help_text(self) -> str:
        return _("Another one than the password you have.")
