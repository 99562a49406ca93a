from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from core.commands import MusterCommand, Refused
from core.periods import Period
from teams.models import Unit
from worklogs import services


class Command(MusterCommand):
    help = "Judge days and weeks from the logs; writes only what changed."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--unit", default="", metavar="CODE", help="only people of this unit and below")

    def run(self, **options: Any) -> dict[str, Any]:
        first, last = options["first"], options["last"]
        if last < first:
            raise Refused(f"--to {last} lies before --from {first}")
        units = None
        if options["unit"]:
            units = list(Unit.objects.filter(code=options["unit"]))
            if not units:
                raise Refused(f"No unit has the code {options['unit']}")
        judged = services.judge(period=Period.between(first, last), until=timezone.localdate(), units=units)
        self.say(
            f"{judged.days} days and {judged.weeks} weeks judged; "
            f"changed: {judged.changed_days} days, {judged.changed_weeks} weeks; removed: {judged.removed}"
        )
        return {"from": first, "to": last, "unit": options["unit"], **asdict(judged)}
