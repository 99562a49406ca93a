from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from core.commands import MusterCommand, Refused
from core.explain import N_


class Command(MusterCommand):
    help = N_("Not built yet: this version keeps no attendance, so nothing is taken.")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def run(self, **options: Any) -> dict[str, Any]:
        raise Refused(_("Punches are not taken yet: this version keeps no attendance. Nothing was read."))
