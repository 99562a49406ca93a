"""Password rules as a profile: `nist` wants length, `mlps` (GB/T 22239) wants classes of characters as well."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Profile:
    least: int
    classes: int


PROFILES = {"nist": Profile(least=12, classes=1), "mlps": Profile(least=12, classes=3)}
CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")
CONTEXT_WORDS = ("muster", "营销", "營銷", "营业部", "營業部", "password", "密码", "密碼")
OWN_WORDS = ("employee_no", "name", "phone")


class ProfileValidator:
    def __init__(self) -> None:
        self.profile = PROFILES[settings.PASSWORD_PROFILE]

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < self.profile.least:
            raise ValidationError(
                ngettext(
                    "A password has at least %(least)d character.",
                    "A password has at least %(least)d characters.",
                    self.profile.least,
                )
                % {"least": self.profile.least}
            )
        if sum(bool(re.search(pattern, password)) for pattern in CLASSES) < self.profile.classes:
            raise ValidationError(_("Mix at least three of: small letters, capitals, digits, other characters."))
        own = [getattr(user, name, "").lower() for name in OWN_WORDS]
        words = [*CONTEXT_WORDS, settings.FIRM_NAME.lower(), *own]
        if any(word and word in password.lower() for word in words):
            raise ValidationError(
                _("Leave your own name and numbers, the firm's name and this software's out of the password.")
            )

    def get_help_text(self) -> str:
        return _("At least %(least)d characters. A sentence is a good password.") % {"least": self.profile.least}
