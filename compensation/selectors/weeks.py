"""Which weeks of activity a month of pay counts: those whose Thursday lies in it, unless a closed month has counted them.

A month that was closed while weeks still belonged to the month of their Monday keeps the weeks it counted.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import QuerySet

from compensation.models import PayMonth, PayRun, PaySlip
from compensation.parameters import LOGS_KEPT
from core.periods import Month, Period, Week
from policies.selectors import values_over
from teams.models import Unit
from worklogs.models import WeekScore


def closed_in(week: Week) -> list[str]:
    """The paths of the branches of which a closed month has counted the week."""
    closed = PayMonth.objects.filter(closed_at__isnull=False, weeks__contains=week.first.isoformat())
    return list(closed.values_list("branch__path", flat=True))


def weeks_counted(
    branch: Unit, month: Month, people: Collection[int], unknown: Collection[Week] | None = None
) -> QuerySet[WeekScore]:
    """The judged weeks of these people that the branch's month counts: of an open one without those without logs, which
    may be at hand as `unknown`."""
    closed = PayMonth.objects.filter(branch=branch, month=month.first, closed_at__isnull=False)
    kept = closed.values_list("weeks", flat=True).first()
    if kept:
        weeks = [Week(date.fromisoformat(monday)) for monday in kept]
    else:
        unknown = weeks_without_logs(branch, month) if unknown is None else unknown
        weeks = [week for week in month.weeks() if week not in unknown]
    if not weeks:
        return WeekScore.objects.none()
    scores = WeekScore.objects.filter(person__in=people, week__in=[week.first for week in weeks])
    if weeks[0].first in month:
        return scores
    return scores.exclude(week=weeks[0].first, person__in=_paid_for(weeks[0], month.previous()))


def weeks_without_logs(branch: Unit, month: Month) -> set[Week]:
    """The weeks of a month on a day of which the branch kept no logs: nothing is known of them (reading 52)."""
    weeks = list(month.weeks())
    values = values_over([LOGS_KEPT], unit_ids=[branch.pk], period=Period(weeks[0].first, weeks[-1].end))
    return {week for week in weeks if not all(values[branch.pk, on][LOGS_KEPT].value for on in week.days())}


def _paid_for(week: Week, month: Month) -> QuerySet[Any, Any]:
    """The people whose filed slip of a month has counted the week."""
    counted = PayMonth.objects.filter(month=month.first, weeks__contains=week.first.isoformat())
    filed = PaySlip.objects.filter(run__state=PayRun.State.FILED, run__month=month.first)
    return filed.filter(run__branch__in=counted.values("branch")).values("person")
