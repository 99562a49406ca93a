from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from documents.registry import PHOTO, FileKind, declare_kind
from teams.authority import Power

MARKET_PHOTO = declare_kind(
    FileKind("market_photo", _("photo of a market report"), accepts=PHOTO, by=(Power.READ_LOGS,), retention="3y")
)
