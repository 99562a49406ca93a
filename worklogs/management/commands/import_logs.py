from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from core.commands import MusterCommand, Refused
from core.files import read_tables
from core.tables import TableRefused
from worklogs import services


class Command(MusterCommand):
    help = "Take over work logs that were kept elsewhere; the whole file or nothing."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV or XLSX with one row for each entry")
        parser.add_argument("--dry-run", action="store_true", help="check and count, change nothing")

    def run(self, **options: Any) -> dict[str, Any]:
        file, dry_run = options["file"], options["dry_run"]
        try:
            done = services.import_logs(sheets=read_tables(file), now=timezone.now(), dry_run=dry_run)
        except TableRefused as refused:
            raise Refused(*(refusal.as_json() for refusal in refused.refusals), answer={"file": str(file)}) from None
        answer = {
            "file": str(file),
            "dry_run": dry_run,
            "rows": done.rows,
            "accepted": 0 if done.refusals else done.rows,
            "remarks": [{"sheet": one.sheet, "says": one.text} for one in done.remarks],
            "ignored_columns": done.ignored_columns,
            "logs": done.logs,
            "created": done.created,
            "unchanged": done.unchanged,
            "replaced": done.replaced,
            "refused_rows": done.rows if done.refusals else 0,
            "brochures_replaced": [asdict(one) for one in done.brochures],
            "known_numbers": done.known_numbers,
            "clients_not_found": done.clients_not_found,
            "late": done.late,
            "covers": done.covers,
            "effects": asdict(done.judged),
        }
        if done.refusals:
            raise Refused(*(refusal.as_json() for refusal in done.refusals), answer=answer)
        self.say(
            f"{done.rows} rows: {done.created} added, {done.unchanged} there already, {done.replaced} replaced; "
            f"{done.logs} new logs"
        )
        for one in done.brochures:
            self.say(f"brochures of {one.employee_no} on {one.on}: {one.old} → {one.new}")
        if done.clients_not_found:
            self.say(f"{done.clients_not_found} calls to clients not found in CRM, marked")
        for remark in done.remarks:
            self.say(f"{remark.sheet}: {remark.text}".removeprefix(": "))
        if done.ignored_columns:
            self.say(f"ignored columns: {', '.join(done.ignored_columns)}")
        self.say(f"{done.judged.changed_days} days and {done.judged.changed_weeks} weeks judged anew")
        if dry_run:
            self.say("Nothing was changed: dry run.")
        return {**answer, "refused": []}
