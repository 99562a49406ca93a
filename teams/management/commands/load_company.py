"""Load units, people, postings, banks, outlets and targets from a workbook or a folder of CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.commands import MusterCommand, Refused
from core.files import read_tables
from core.tables import TableRefused
from teams import services


class Command(MusterCommand):
    help = "Load the company from a workbook or a folder of CSV files; all of it or nothing."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="an .xlsx file, or a folder with units.csv, people.csv, …")
        parser.add_argument(
            "--different",
            metavar="CODE",
            action="append",
            default=[],
            help="a new code that is another thing than the known one it looks like; may be given more than once",
        )
        parser.add_argument("--because", metavar="REASON", default="", help="why they are different; it is kept")
        parser.add_argument("--dry-run", action="store_true", help="check and count, change nothing")

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
            report = services.load_company(
                sheets=read_tables(path),
                today=timezone.localdate(),
                dry_run=dry_run,
                different=options["different"],
                because=options["because"].strip(),
            )
        except (TableRefused, services.CompanyRefused) as refused:
            raise Refused(*(refusal.as_json() for refusal in refused.refusals), answer=answer) from None
        for name, table in report.tables.items():
            self.say(f"{name}: {table['rows']} rows, {table['created']} new, {table['updated']} changed")
            if table["ignored_columns"]:
                self.say(f"  ignored columns: {', '.join(table['ignored_columns'])}")
        for remark in report.remarks:
            self.say(" · ".join(part for part in (remark.sheet, str(remark.row or ""), remark.text) if part))
        if report.ignored_sheets:
            self.say(f"ignored sheets: {', '.join(report.ignored_sheets)}")
        self.say("Nothing was changed: dry run." if dry_run else f"{report.written} rows written.")
        return {
            **answer,
            "tables": report.tables,
            "ignored_sheets": report.ignored_sheets,
            "remarks": [{"sheet": one.sheet, "row": one.row, "says": one.text} for one in report.remarks],
            "written": 0 if dry_run else report.written,
            "refused": [],
        }
