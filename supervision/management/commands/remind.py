"""Remind for a day or a week from the command line, exactly as the schedule does."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from core.commands import MusterCommand, Refused
from core.periods import PERIODS
from messaging.models import Channel
from supervision import services
from supervision.models import LaggardEntry, PeriodKind, ReminderRun
from supervision.services import Reminding, Status
from teams.models import Unit

SAID = {
    Status.DONE: "done",
    Status.ALREADY_DONE: "was done before; nothing was sent again",
    Status.NOT_KNOWN: "not known: openings have not arrived, nobody was reminded, those in charge are told",
    Status.NOT_A_TRADING_DAY: "no trading day: nobody is judged",
}


class Command(MusterCommand):
    help = "Judge a day, or the week that holds it, by the reminder rules, and post the messages; once each."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--period", required=True, choices=PeriodKind.values)
        parser.add_argument("--on", required=True, help="a day; of a week or month, any day in it")
        parser.add_argument("--unit", help="only the lists ranked within this unit or a unit below it (code)")

    def run(self, *, period: str, on: str, unit: str | None, **_: Any) -> dict[str, Any]:
        try:
            day = date.fromisoformat(on)
        except ValueError:
            raise Refused(f"--on {on}: not a date such as 2026-11-18") from None
        within = Unit.objects.filter(code=unit).first()
        if unit and within is None:
            raise Refused(f"--unit {unit}: there is no such unit")
        if not Unit.objects.exists():
            raise Refused("There is no company yet: load_company comes first")
        try:
            result = services.remind(period=PERIODS[period](day), unit=within, now=timezone.now())
        except services.NotYetBegun:
            raise Refused(f"--on {on}: lies in the future") from None
        except services.NoRule:
            raise Refused(f"--period {period}: no rule in force reminds by the {period}, nothing was judged") from None
        lists = [self.described(outcome.run) for outcome in result.outcomes]
        self.tell(result, lists)
        return {
            "period": period,
            "on": day,
            "covers": [result.period.first, result.period.last],
            "status": result.status.value,
            "lists": lists,
            "messages": {channel: result.messages[channel] for channel in Channel.values},
        }

    @staticmethod
    def described(run: ReminderRun) -> dict[str, Any]:
        entries = LaggardEntry.objects.filter(run=run).select_related("unit", "person__user")
        return {
            "clause": run.rule.clause,
            "scope": run.scope.code,
            "state": run.state,
            "late": run.is_late,
            "missing": run.missing,
            "considered": run.considered,
            "exempt": [one["code"] for one in run.exempt],
            "entries": [
                {
                    "code": entry.code,
                    "openings": entry.openings_shown,
                    "rank": entry.rank,
                    "of": entry.of,
                    "reasons": entry.reasons,
                }
                for entry in entries.order_by("rank", "unit__code", "person__user__employee_no")
            ],
        }

    def tell(self, result: Reminding, lists: list[dict[str, Any]]) -> None:
        self.say(f"{result.period.kind} {result.period.code}: {SAID[result.status]}")
        if result.status != Status.NOT_A_TRADING_DAY and not lists:
            self.say(f"Nothing is ranked by the {result.period.kind} here.")
        for one in lists:
            missing = ", ".join(str(day) for day in one["missing"])
            what = f"waits for {missing}" if missing else f"{len(one['entries'])} of {one['considered']} listed"
            self.say(f"{one['clause']} within {one['scope']}: {what}{' (late)' if one['late'] else ''}")
            for entry in one["entries"]:
                reasons = ", ".join(entry["reasons"])
                self.say(f"  {entry['code']}: {entry['openings']} opened, {entry['rank']} of {entry['of']} ({reasons})")
        posted = ", ".join(f"{channel} {count}" for channel, count in sorted(result.messages.items()) if count)
        self.say(f"Messages posted: {posted or 'none'}")
