from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.commands import MusterCommand, Refused
from core.explain import N_
from core.files import read_tables
from core.tables import TableRefused
from worklogs.services.importing import LogImport, import_logs


class Command(MusterCommand):
    help = N_("Take over work logs that were kept elsewhere; the whole file or nothing.")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help=_("CSV or XLSX with one row for each entry"))
        parser.add_argument("--dry-run", action="store_true", help=_("check and count, change nothing"))

    def run(self, **options: Any) -> dict[str, Any]:
        file, dry_run = options["file"], options["dry_run"]
        try:
            done = import_logs(sheets=read_tables(file), now=timezone.now(), dry_run=dry_run)
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
        self.tell(done)
        if dry_run:
            self.say(_("Nothing was changed: dry run."))
        return {**answer, "refused": []}

    def tell(self, done: LogImport) -> None:
        counts = asdict(done)
        self.say(
            _("%(rows)s rows: %(created)s added, %(unchanged)s there already, %(replaced)s replaced; %(logs)s new logs")
            % counts
        )
        for one in done.brochures:
            self.say(_("brochures of %(employee_no)s on %(on)s: %(old)s → %(new)s") % asdict(one))
        if done.clients_not_found:
            self.say(_("%(clients_not_found)s calls to clients not found in CRM, marked") % counts)
        for remark in done.remarks:
            self.say(f"{remark.sheet}: {remark.text}".removeprefix(": "))
        if done.ignored_columns:
            self.say(_("ignored columns: %(names)s") % {"names": ", ".join(done.ignored_columns)})
        self.say(_("%(changed_days)s days and %(changed_weeks)s weeks judged anew") % asdict(done.judged))
