"""The weeks of many people side by side, as the heat map shows them: one row a person, one cell a week."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.periods import Week
from teams.models import Unit
from teams.selectors.people import Member, members_on
from worklogs.models import DayScore, WeekScore
from worklogs.rules.running import mark_so_far
from worklogs.selectors.desk import last_weeks, week_scores

STEPS = (40, 60, 80, 100)  # percent of the pass mark from which the next depth of colour begins


def level_of(value: float, whole: float, steps: Sequence[int] = STEPS) -> int:
    """The depth of colour, 1 to 5; 0 where there is nothing to compare with."""
    return 1 + sum(100 * value >= step * whole for step in steps) if whole else 0


def legend_of(steps: Sequence[int] = STEPS) -> list[tuple[int | str, str]]:
    """What each depth of colour means."""
    between = [(n, f"{low}–{high} %") for n, (low, high) in enumerate(pairwise(steps), start=2)]
    return [(1, f"< {steps[0]} %"), *between, (len(steps) + 1, f"≥ {steps[-1]} %"), ("running", _("week running"))]


def week_labels(weeks: Iterable[Week]) -> list[str]:
    """Weeks by their Monday."""
    return [date_format(week.first, "n/j") for week in weeks]


def due_days_over(people: Collection[int], on: date) -> dict[int, int]:
    """By person on how many days of the running week that lie behind she owed a log; one query."""
    past = DayScore.objects.filter(person__in=people, on__gte=Week(on).first, on__lt=on, due=True)
    return dict(past.order_by().values_list("person").annotate(days=Count("pk")))


def heat_of_people(
    scores: Iterable[tuple[Member, Mapping[date, WeekScore]]],
    weeks: Sequence[Week],
    names: Mapping[int, str] | None = None,
    *,
    over: Mapping[int, int],
) -> dict[str, Any]:
    """Points of each week, coloured by their share of the pass mark: what `components/heat_map.html` wants.

    `names` of units stand above their people. The last week is running: its points are measured against the days of it
    that lie behind, `over` by person.
    """
    names = names or {}
    rows = [
        {
            "label": member.name,
            "note": member.employee_no,
            "group": names.get(member.unit_id, ""),
            "cells": [
                _cell(own.get(week.first), member, week, over.get(member.person_id, 0) if week == weeks[-1] else None)
                for week in weeks
            ],
        }
        for member, own in scores
    ]
    return {"columns": week_labels(weeks), "rows": rows, "legend": legend_of()}


def _cell(score: WeekScore | None, member: Member, week: Week, over: int | None) -> dict[str, Any]:
    """`over` is None where the week is over itself."""
    if score is None or not (score.due_days or score.points):
        return {"text": "–", "level": 0, "hint": _("no log due"), "running": over is not None}
    if over is not None:
        return _running(score, member, week, over)
    verdict = _("passed") if score.passed else _("not passed")
    hint = _("of %(mark)s points, %(verdict)s") % {"mark": score.pass_mark, "verdict": verdict}
    return {
        "text": str(score.points),
        "level": level_of(score.points, score.pass_mark),
        "hint": hint,
        "href": reverse("worklogs:member_week", args=[member.employee_no, week]),
    }


def _running(score: WeekScore, member: Member, week: Week, over: int) -> dict[str, Any]:
    mark = mark_so_far(score.pass_mark, score.due_days, over)
    return {
        "text": str(score.points),
        "level": running_level(score.points, mark),
        "running": True,
        "hint": _("of %(mark)s points asked so far, the week is running") % {"mark": mark},
        "href": reverse("worklogs:member_week", args=[member.employee_no, week]),
    }


def running_level(value: float, whole: float, steps: Sequence[int] = STEPS) -> int:
    """As `level_of`, but neither the lowest nor the highest: what is not over is neither lost nor won."""
    return min(max(level_of(value, whole, steps), 2), 4) if whole else 0


@dataclass(frozen=True, slots=True)
class People:
    """The log writers of some units on a day, unit by unit, a page of whom is shown with their last weeks."""

    units: Sequence[Unit]
    members: Sequence[Member]
    weeks: Sequence[Week]
    on: date

    def heat(self, shown: Sequence[Member]) -> dict[str, Any]:
        scores = week_scores([member.person_id for member in shown], self.units, self.weeks)
        found = Unit.objects.filter(pk__in={member.unit_id for member in self.members}).values_list("pk", "name")
        names = dict(found)
        of = ((member, scores[member.person_id]) for member in shown)
        return heat_of_people(
            of,
            self.weeks,
            names if len(names) > 1 else None,
            over=due_days_over([one.person_id for one in shown], self.on),
        )


def people_by_week(units: Sequence[Unit], on: date, count: int) -> People:
    members = sorted(members_on(on, units=units), key=lambda member: (member.unit_path, member.employee_no))
    return People(units, members, last_weeks(on, count), on)
