"""What the pages ask: lists with the state of their messages, the rows of a ranking one may see, calls to make."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import User
from messaging.models import PhoneTask, State
from supervision.models import LaggardEntry, Reminder, ReminderRule, ReminderRun
from supervision.selectors.rankings import Ranking, digest_of_list
from supervision.selectors.rounds import Structure, rules_in_force
from teams.authority import Power
from teams.models import UnitKind
from teams.selectors.people import Member

CARRYING = (State.WAITING, State.SENDING)
TROUBLED = (State.UNKNOWN, State.FAILED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Told:
    """How the messages of a list or an entry stand."""

    sent: int = 0
    waiting: int = 0
    troubled: int = 0
    impossible: int = 0

    @classmethod
    def from_states(cls, states: Counter[str]) -> Told:
        carrying, troubled = (sum(states[state] for state in kind) for kind in (CARRYING, TROUBLED))
        return cls(states[State.SENT], carrying, troubled, states[State.IMPOSSIBLE])


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list on the page of lists, with as much of it as one may see."""

    run: ReminderRun
    entries: int
    told: Told
    untold: bool


def list_rows(runs: Sequence[ReminderRun], user: User) -> list[ListRow]:
    """The lists of one page; three queries whatever their number."""
    entries = LaggardEntry.objects.visible_to(user).filter(run__in=runs).order_by().values_list("run")
    counted = dict(entries.annotate(entries=Count("pk")))
    told = states_of_messages(runs, user)
    return [
        ListRow(run, counted.get(run.pk, 0), told.get(run.pk, Told()), bool(untold_seen(run, user))) for run in runs
    ]


def untold_seen(run: ReminderRun, user: User) -> list[tuple[str, str]]:
    """For whom the rule found nobody to tell, for those who look after the whole list."""
    return run.untold_shown if user.authority.may(Power.SEE_REMINDERS, run.scope.path) else []


def states_of_messages(runs: Collection[ReminderRun], user: User) -> dict[int, Told]:
    """Per run how the messages stand that one may know of."""
    rows = (
        Reminder.objects.visible_to(user)
        .filter(run__in=runs)
        .order_by()
        .values_list("run", "message__state")
        .annotate(messages=Count("message", distinct=True))
    )
    states: dict[int, Counter[str]] = defaultdict(Counter)
    for run, state, count in rows:
        states[run][state] = count
    return {run: Told.from_states(found) for run, found in states.items()}


ABOVE = {UnitKind.COMPANY, UnitKind.HQ_DEPARTMENT, UnitKind.REGIONAL_DEPARTMENT}
SHOWN: dict[str, Q] = {
    "all": Q(),
    "above": Q(scope__kind__in=(UnitKind.COMPANY, UnitKind.REGIONAL_DEPARTMENT)),
    "teams": Q(scope__kind=UnitKind.MARKET_DEPARTMENT),
    "waiting": Q(state=ReminderRun.State.NOT_KNOWN),
    "late": Q(is_late=True),
}


def shown_first(user: User) -> str:
    """What the page of lists opens with: who looks at many teams begins above them."""
    return "above" if {held.kind for held in user.authority.held} & ABOVE else "all"


def lists_seen(user: User, show: str) -> QuerySet[ReminderRun]:
    """The lists one may see, the newest first; `show` is one of `SHOWN`."""
    found = ReminderRun.objects.visible_to(user).filter(SHOWN.get(show, Q()))
    return found.select_related("rule", "scope").order_by("-business_on", "rule__position", "scope__path")


def visible_entries(run: ReminderRun, user: User) -> QuerySet[LaggardEntry]:
    """The entries of a list that one may see, with the reminders one may know of."""
    return (
        LaggardEntry.objects.visible_to(user)
        .filter(run=run)
        .select_related("unit", "person__user")
        .prefetch_related(Prefetch("reminders", _reminders_seen(user)))
        .order_by("rank", "unit__path", "person__user__employee_no")
    )


def _reminders_seen(user: User) -> QuerySet[Reminder]:
    seen = Reminder.objects.visible_to(user).select_related("recipient", "message__phone_task__plan_demand")
    return seen.order_by("who", "recipient__employee_no", "channel")


def calls_for(user: User) -> QuerySet[Reminder]:
    """The calls that one's department is to make: of lists over units for which one holds the power to call."""
    return (
        Reminder.objects.calls()
        .filter(user.authority.sees_unit("run__scope__path", Power.CALL_LAGGARDS), entry__isnull=False)
        .select_related(
            "run__rule",
            "run__scope",
            "entry__unit",
            "entry__person__user",
            "recipient",
            "message__phone_task__done_by",
            "message__phone_task__plan_demand__asked_of",
        )
        .order_by("-run__business_on", "entry__rank", "pk")
    )


def calls_with_reminders(user: User) -> QuerySet[Reminder]:
    """The same, each entry with the reminders one may know of."""
    return calls_for(user).prefetch_related(Prefetch("entry__reminders", _reminders_seen(user)))


MADE = Q(message__phone_task__result=PhoneTask.Result.REACHED)


def rules_today(user: User) -> list[ReminderRule]:
    """The rules in force, for those who look at lists."""
    return (
        rules_in_force(ReminderRule.objects.all(), user.authority.on) if user.authority.may(Power.SEE_REMINDERS) else []
    )


def told_of_the_whole(run: ReminderRun, user: User) -> QuerySet[Reminder]:
    """Who was told of the list as a whole."""
    told = Reminder.objects.visible_to(user).filter(run=run, entry=None)
    return told.select_related("recipient", "message").order_by("recipient__employee_no", "channel")


def ranking_query(run: ReminderRun) -> str:
    """The query of the ranking page that shows what a list was taken from."""
    asked = {"by": run.rule.ranked, "period": run.rule.period, "on": run.business_on.isoformat()}
    if run.first_on and run.first_on != run.period.first:
        asked["first"] = run.first_on.isoformat()
    return urlencode(asked | {"within": run.scope.code, "run": str(run.public_id)})


@dataclass(frozen=True, slots=True)
class CallRow:
    call: Reminder
    callees: list[Member]


def call_rows(calls: Sequence[Reminder], *, on: date) -> list[CallRow]:
    """Calls with whom they are to: the market managers of the unit as of `on`, or its branch manager."""
    structure = Structure(on)
    return [CallRow(call, structure.market_managers(call.entry.unit_id)) for call in calls if call.entry]


def is_corrected(run: ReminderRun, ranking: Ranking) -> bool:
    """Whether the figures are no longer those the list was taken from."""
    return run.state == ReminderRun.State.DONE and run.digest != digest_of_list(ranking.values(), run.lines)
