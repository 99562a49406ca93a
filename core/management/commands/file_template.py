from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from core.commands import MusterCommand, Refused
from core.explain import N_
from core.formats import blank_workbook, file_formats


class Command(MusterCommand):
    help = N_(
        "Write an empty workbook to fill in, with headings and an example: for the company, CRM tables, logs or days."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", choices=list(file_formats()), help=", ".join(file_formats()))
        parser.add_argument("-o", dest="output", type=Path, required=True, metavar="FILE")

    def run(self, **options: Any) -> dict[str, Any]:
        output: Path = options["output"]
        one = file_formats()[options["name"]]
        try:
            output.write_bytes(blank_workbook(one.forms))
        except OSError as refused:
            text = _("%(file)s cannot be written: %(reason)s")
            raise Refused(text % {"file": output, "reason": refused.strerror}) from refused
        tables = [form.name for form in one.forms]
        self.say(_("%(file)s: %(tables)s") % {"file": output, "tables": ", ".join(tables)})
        return {"name": one.name, "file": str(output), "tables": tables}
