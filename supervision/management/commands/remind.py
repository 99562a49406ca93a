"""Remind for a day or a week from the command line, exactly as the schedule does."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.commands import MusterCommand, Refused
from core.explain import N_
from core.periods import PERIODS
from messaging.models import Channel, State
from supervision.models import Addressee, LaggardEntry, PeriodKind, ReminderRun
from supervision.services.reminding import NoRule, NotYetBegun, Reminding, Status, remind
from supervision.wording import period_in_words
from teams.models import Unit

SAID = {
    Status.DONE: gettext_lazy("done"),
    Status.ALREADY_DONE: gettext_lazy("was done before; nothing was sent again"),
    Status.NOT_KNOWN: gettext_lazy(
        "not known: openings have not arrived, nobody was reminded, those in charge are told"
    ),
    Status.NOT_A_TRADING_DAY: gettext_lazy("no trading day: nobody is judged"),
}


class Command(MusterCommand):
    help = N_("Judge a day, or the week that holds it, by the reminder rules, and post the messages; once each.")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--period", required=True, choices=PeriodKind.values)
        parser.add_argument("--on", required=True, help=_("a day; of a week or month, any day in it"))
        parser.add_argument("--unit", help=_("only the lists ranked within this unit or a unit below it (code)"))

    def run(self, *, period: str, on: str, unit: str | None, **_options: Any) -> dict[str, Any]:
        try:
            day = date.fromisoformat(on)
        except ValueError:
            raise Refused(_("--on %(on)s: not a date such as 2026-11-18") % {"on": on}) from None
        within = Unit.objects.filter(code=unit).first()
        if unit and within is None:
            raise Refused(_("--unit %(unit)s: there is no such unit") % {"unit": unit})
        if not Unit.objects.exists():
            raise Refused(_("There is no company yet: load it first (load_company)."))
        try:
            result = remind(period=PERIODS[period](day), unit=within, now=timezone.now())
        except NotYetBegun:
            raise Refused(_("--on %(on)s: lies in the future") % {"on": on}) from None
        except NoRule:
            said = _("--period %(period)s: no rule in force reminds by it, nothing was judged") % {"period": period}
            raise Refused(said) from None
        lists = [self.described(outcome.run) for outcome in result.outcomes]
        self.tell(result, lists)
        return {
            "period": period,
            "on": day,
            "covers": [result.period.first, result.period.last],
            "status": result.status.value,
            "lists": lists,
            "messages": {channel: result.messages[channel] for channel in Channel.values},
            "not_possible": result.messages[State.IMPOSSIBLE],
        }

    @staticmethod
    def described(run: ReminderRun) -> dict[str, Any]:
        return {
            "clause": run.rule.clause,
            "scope": run.scope.code,
            "state": run.state,
            "late": run.is_late,
            "missing": run.missing,
            "considered": run.considered,
            "exempt": [one["code"] for one in run.exempt],
            "untold": [{"who": one["who"], "codes": one["codes"]} for one in run.untold],
            "entries": [
                {
                    "code": entry.code,
                    "openings": entry.openings_shown,
                    "rank": entry.rank,
                    "of": entry.of,
                    "reasons": entry.reasons,
                }
                for entry in entries_of(run)
            ],
        }

    def tell(self, result: Reminding, lists: list[dict[str, Any]]) -> None:
        self.say(f"{period_in_words(result.period)}: {SAID[result.status]}")
        if result.status != Status.NOT_A_TRADING_DAY and not lists:
            self.say(_("Nothing is ranked by this period here."))
        for run, one in zip((outcome.run for outcome in result.outcomes), lists, strict=True):
            self.say(self.summary(one))
            for entry in entries_of(run):
                self.say("  " + _("%(code)s: %(openings)s opened, %(place)s (%(why)s)") % said_of(entry))
            for nobody in one["untold"]:
                names = ", ".join(nobody["codes"])
                self.say(
                    "  "
                    + _("nobody to tell: %(who)s") % {"who": Addressee(nobody["who"]).label}
                    + (names and f" ({names})")
                )
        counts = [
            f"{Channel(channel).label} {result.messages[channel]}"
            for channel in Channel.values
            if result.messages[channel]
        ]
        self.say(_("Messages posted: %(counts)s") % {"counts": ", ".join(counts) or _("none")})
        if impossible := result.messages[State.IMPOSSIBLE]:
            said = ngettext(
                "%(n)s message is not possible: there is no number or address",
                "%(n)s messages are not possible: there is no number or address",
                impossible,
            )
            self.say(said % {"n": impossible})

    @staticmethod
    def summary(one: dict[str, Any]) -> str:
        """A list as one line."""
        days = ", ".join(str(day) for day in one["missing"])
        listed = {"listed": len(one["entries"]), "of": one["considered"]}
        what = _("waits for %(days)s") % {"days": days} if days else _("%(listed)s of %(of)s listed") % listed
        late = _(" (late)") if one["late"] else ""
        return _("%(clause)s within %(scope)s: %(what)s") % {**one, "what": what} + late


def entries_of(run: ReminderRun) -> QuerySet[LaggardEntry]:
    entries = LaggardEntry.objects.filter(run=run).select_related("unit", "person__user")
    return entries.order_by("rank", "unit__code", "person__user__employee_no")


def said_of(entry: LaggardEntry) -> dict[str, Any]:
    why = _(", ").join(entry.reasons_shown)
    return {"code": entry.code, "openings": entry.openings_shown, "place": entry.place_shown, "why": why}
