"""Load units, people, postings, banks, outlets and targets from a workbook or a folder of CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.commands import MusterCommand, Refused
from core.explain import N_
from core.files import read_tables
from core.tables import TableRefused
from teams.services.company import CompanyRefused, LoadReport, load_company


class Command(MusterCommand):
    help = N_("Load the company from a workbook or a folder of CSV files; all of it or nothing.")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help=_("an .xlsx file, or a folder with units.csv, people.csv, …"))
        parser.add_argument(
            "--different",
            metavar="CODE",
            action="append",
            default=[],
            help=_("a new code that is another thing than the known one it looks like; may be given more than once"),
        )
        parser.add_argument("--because", metavar="REASON", default="", help=_("why they are different; it is kept"))
        parser.add_argument("--dry-run", action="store_true", help=_("check and count, change nothing"))

    def run(self, **options: Any) -> dict[str, Any]:
        path, dry_run = options["path"], options["dry_run"]
        answer: dict[str, Any] = {
            "path": str(path),
            "dry_run": dry_run,
            "tables": {},
            "ignored_sheets": [],
            "remarks": [],
            "written": 0,
        }
        if options["different"] and len(options["because"].strip()) < 2:
            raise Refused(_("--different needs a reason: --because …"), answer=answer)
        try:
            report = load_company(
                sheets=read_tables(path),
                today=timezone.localdate(),
                dry_run=dry_run,
                different=options["different"],
                because=options["because"].strip(),
            )
        except (TableRefused, CompanyRefused) as refused:
            raise Refused(*(refusal.as_json() for refusal in refused.refusals), answer=answer) from None
        self.tell(report, dry_run=dry_run)
        return {
            **answer,
            "tables": report.tables,
            "ignored_sheets": report.ignored_sheets,
            "remarks": [{"sheet": one.sheet, "row": one.row, "says": one.text} for one in report.remarks],
            "written": 0 if dry_run else report.written,
            "refused": [],
        }

    def tell(self, report: LoadReport, *, dry_run: bool) -> None:
        for name, table in report.tables.items():
            self.say(
                _("%(name)s: %(rows)s rows, %(created)s new, %(updated)s changed")
                % {"name": name, "rows": table["rows"], "created": table["created"], "updated": table["updated"]}
            )
            if table["ignored_columns"]:
                self.say(_("  ignored columns: %(names)s") % {"names": ", ".join(table["ignored_columns"])})
        for remark in report.remarks:
            self.say(" · ".join(part for part in (remark.sheet, str(remark.row or ""), remark.text) if part))
        if report.ignored_sheets:
            self.say(_("ignored sheets: %(names)s") % {"names": ", ".join(report.ignored_sheets)})
        self.say(
            _("Nothing was changed: dry run.")
            if dry_run
            else _("%(written)s rows written.") % {"written": report.written}
        )
