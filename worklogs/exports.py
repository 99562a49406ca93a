"""Scores for other systems: `export day-scores`, `export week-scores`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from core.exports import Asked, NotExportable, export
from core.periods import Week
from teams.models import Unit, below
from worklogs.models import DayScore, WeekScore, WorkLog

M = TypeVar("M", bound=Model)
NO_VERDICT = (None,) * 4  # pass_mark, score_pass, quota_met, unmet


@export(
    "day-scores",
    columns=(
        "employee_no", "on", "due", "points", "pass_mark", "score_pass", "quota_met", "unmet", "submitted_at", "late",
        "unit", "passed",
    ),
)  # fmt: skip
def day_scores(asked: Asked) -> Iterator[Sequence[Any]]:
    """One row a person and day, by employee number and day."""
    log = WorkLog.objects.filter(person=OuterRef("person"), on=OuterRef("on"))
    rows = _within(DayScore.objects.filter(on__gte=asked.period.first, on__lt=asked.period.end), asked)
    judged = (
        rows.annotate(submitted_at=Subquery(log.values("submitted_at")), late=Subquery(log.values("late")))
        .order_by("person__user__employee_no", "on")
        .values_list(
            "person__user__employee_no", "on", "due", "points", "pass_mark", "score_pass", "quota_met", "unmet",
            "submitted_at", "late", "unit__code", "passed",
        )
        .iterator()
    )  # fmt: skip
    for number, on, due, points, *verdicts, submitted_at, late, unit, passed in judged:
        # Where no log is due nothing is asked, so nothing is reached or missed (reading 53).
        said = (*verdicts, submitted_at, late, unit, passed) if due else (*NO_VERDICT, submitted_at, late, unit, None)
        yield number, on, due, points, *said


@export(
    "week-scores",
    columns=(
        "employee_no", "week", "due_days", "points", "pass_mark", "score_pass", "quota_met", "unmet", "unit", "passed",
    ),
)  # fmt: skip
def week_scores(asked: Asked) -> Iterator[Sequence[Any]]:
    """One row a person and week that touches the period, by employee number and week."""
    first, last = Week(asked.period.first).first, Week(asked.period.last).first
    rows = _within(WeekScore.objects.filter(week__gte=first, week__lte=last), asked)
    for number, week, *rest in (
        rows.order_by("person__user__employee_no", "week")
        .values_list(
            "person__user__employee_no", "week", "due_days", "points", "pass_mark", "score_pass", "quota_met", "unmet",
            "unit__code", "passed",
        )
        .iterator()
    ):  # fmt: skip
        yield number, Week(week).code, *rest


def _within(rows: QuerySet[M], asked: Asked) -> QuerySet[M]:
    if not asked.unit:
        return rows
    unit = Unit.objects.filter(code=asked.unit).first()
    if unit is None:
        raise NotExportable(_("No unit has the code %(unit)s") % {"unit": asked.unit})
    return rows.filter(below(unit, path="unit__path"))
