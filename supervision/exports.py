"""What `export openings-ranking` and `export laggards` write down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from core.exports import Asked, NotExportable, export
from supervision.models import LaggardEntry, RankedKind, Reminder
from supervision.selectors.rankings import known_subjects, openings_ranking
from teams.models import Unit, UnitKind

BY = (*RankedKind.values[:2], UnitKind.AREA.value, RankedKind.PERSON.value)


def unit_of(code: str) -> Unit | None:
    """Raises `NotExportable` for a code that no unit has."""
    if not code:
        return None
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise NotExportable(_("There is no unit %(code)s") % {"code": code})
    return unit


@export("openings-ranking", columns=("code", "name", "openings", "rank", "of", "exempt", "reason", "known"))
def ranking_rows(asked: Asked) -> Iterator[tuple[Any, ...]]:
    """The best first, then those left out of the ranking with the reason.

    Where openings of a trading day have not come, a subject's own are empty, and nobody who is compared has a rank.
    """
    by = asked.by or RankedKind.BRANCH.value
    if by not in BY:
        raise NotExportable(_("Openings are ranked by %(names)s, not by %(by)s") % {"names": ", ".join(BY), "by": by})
    within = unit_of(asked.within or asked.unit)
    ranking = openings_ranking(by, period=asked.period, within=within)
    known = known_subjects(ranking, asked.period, within)
    is_ranked = all(place.key in known for place in ranking.places)
    for place in ranking.places:
        subject = ranking.subjects[place.key]
        value = place.value if place.key in known else None
        rank, of = (place.rank, place.of) if is_ranked else (None, None)
        yield subject.code, subject.name, value, rank, of, False, "", place.key in known
    for subject, reason in ranking.exempt:
        yield subject.code, subject.name, None, None, None, True, reason, subject.key in known


@export(
    "laggards",
    columns=(
        "clause", "period", "on", "scope", "code", "openings", "rank", "of", "reasons", "recipient", "channel", "state",
        "name", "late", "recipient_name",
    ),
)  # fmt: skip
def laggard_rows(asked: Asked) -> Iterator[tuple[Any, ...]]:
    """One row for everybody told of an entry by each channel; an entry of which nobody was told has one row."""
    within = unit_of(asked.within or asked.unit)
    entries = LaggardEntry.objects.filter(
        run__business_on__gte=asked.period.first, run__business_on__lt=asked.period.end
    ).select_related("run__rule", "run__scope", "unit", "person__user")
    if within is not None:
        entries = entries.filter(unit__path__startswith=within.path)
    entries = entries.order_by("run__business_on", "run__rule__position", "run__scope__path", "rank", "pk")
    told: dict[int, list[Reminder]] = {}
    for reminder in Reminder.objects.filter(entry__in=entries).select_related("recipient", "message"):
        told.setdefault(reminder.entry_id or 0, []).append(reminder)
    for entry in entries:
        run = entry.run
        start = (run.rule.clause, run.rule.period, run.business_on, run.scope.code, entry.code, entry.openings_shown)
        middle = (entry.rank, entry.of, list(entry.reasons))
        for reminder in told.get(entry.pk, []):
            to = (reminder.recipient.employee_no, reminder.channel, reminder.message.state)
            yield *start, *middle, *to, entry.name, run.is_late, reminder.recipient.name
        if entry.pk not in told:
            yield *start, *middle, "", "", "", entry.name, run.is_late, ""
