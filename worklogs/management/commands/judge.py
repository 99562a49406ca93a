from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.commands import MusterCommand, Refused
from core.explain import N_
from core.periods import Period
from teams.models import Unit
from worklogs.services.judging import judge


class Command(MusterCommand):
    help = N_("Judge days and weeks from the logs; writes only what changed.")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--unit", default="", metavar="CODE", help=_("only people of this unit and below"))

    def run(self, **options: Any) -> dict[str, Any]:
        first, last = options["first"], options["last"]
        if last < first:
            raise Refused(_("--to %(last)s lies before --from %(first)s") % {"last": last, "first": first})
        units = None
        if options["unit"]:
            units = list(Unit.objects.filter(code=options["unit"]))
            if not units:
                raise Refused(_("No unit has the code %(unit)s") % {"unit": options["unit"]})
        judged = judge(period=Period.between(first, last), until=timezone.localdate(), units=units)
        self.say(
            _(
                "%(days)s days and %(weeks)s weeks judged; changed: %(changed_days)s days, %(changed_weeks)s weeks; removed: %(removed)s"
            )
            % {
                "days": judged.days,
                "weeks": judged.weeks,
                "changed_days": judged.changed_days,
                "changed_weeks": judged.changed_weeks,
                "removed": judged.removed,
            }
        )
        return {"from": first, "to": last, "unit": options["unit"], **asdict(judged)}
