"""Who led areas and market departments of a branch in a month, and what their teams came to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from compensation.rules import Inputs, Plan
from compensation.rules.facts import Leadership
from compensation.rules.plan import commission_of
from compensation.selectors.people import PaidPerson
from core.money import ZERO
from core.periods import Month
from teams.models import Posting, Role, Unit, below

# A day on which somebody leads both a department and an area counts for the base pay of the first.
LEADING = (Role.MARKET_MANAGER, Role.AREA_MANAGER)


@dataclass(frozen=True, slots=True)
class Led:
    """A unit led in the month, with the days of it."""

    role: str
    unit: str
    path: str
    days: int
    base_days: int


def leaders_of(branch: Unit, month: Month) -> dict[int, tuple[Led, ...]]:
    """What each leader led, by person id. Stand-ins keep their own pay: who acts for somebody is not among them."""
    postings = Posting.objects.during(month.first, month.end).filter(
        below(branch, path="unit__path"), role__in=LEADING, acting_for=None, person__joined_on__lt=month.end
    )
    rows = postings.order_by("person", "from_on", "pk").values_list(
        "person", "role", "unit__name", "unit__path", "from_on", "to_on", "person__joined_on", "person__left_on"
    )
    days: dict[int, dict[tuple[str, str, str], set[date]]] = defaultdict(dict)
    for person, role, unit, path, from_on, to_on, joined_on, left_on in rows:
        first, end = max(from_on, joined_on), min(day for day in (to_on, left_on, month.end) if day)
        led = {day for day in month.days() if first <= day < end}
        if led:
            days[person].setdefault((role, unit, path), set()).update(led)
    return {person: tuple(_led(of)) for person, of in days.items()}


def _led(days: Mapping[tuple[str, str, str], set[date]]) -> list[Led]:
    counted: set[date] = set()
    found = []
    for (role, unit, path), own in sorted(days.items(), key=lambda item: (LEADING.index(Role(item[0][0])), item[0])):
        found.append(Led(role, unit, path, len(own), len(own - counted)))
        counted |= own
    return found


def with_teams(
    inputs: Mapping[int, Inputs],
    people: Mapping[int, PaidPerson],
    leading: Mapping[int, tuple[Led, ...]],
    plan: Plan,
    *,
    before_coefficients: bool = False,
) -> dict[int, Inputs]:
    """The inputs, those of leaders with what their teams came to. A customer manager counts for the team in which she
    was last posted in the month, nobody for a team of her own."""
    if not pays_leaders(plan):
        return dict(inputs)
    members = {
        person: commission_of(plan, inputs[person], before_coefficients=before_coefficients)
        for person, who in people.items()
        if who.draws_base
    }
    found = dict(inputs)
    for person, units in leading.items():
        leads = []
        for led in units:
            team = [p for p in members if p != person and people[p].unit_path.startswith(led.path)]
            base = sum((members[p][0] for p in team), ZERO)
            commission = sum((members[p][1] for p in team), ZERO)
            leads.append(Leadership(led.role, led.unit, led.days, led.base_days, len(team), base, commission))
        found[person] = replace(inputs[person], leads=tuple(leads))
    return found


def pays_leaders(plan: Plan) -> bool:
    return any(plan.component(kind) for kind in ("leader_base", "team_share"))
