"""One thing of each kind for the access table: what `of` names → the arguments of its address.

Everything belongs to 林小雨 (`cm`), her area B1M1A1, her department B1M1 or the branch B1, so that the cast stands in
every relation to it: herself, her team, her leaders, the branch, the sibling branch B2, those above, and B9 outside.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from core.periods import Week
from teams.models import Posting, Role
from tests.cast import Cast
from worklogs.models import ScoreTable, WorkLog

Builder = Callable[[Cast], dict[str, Any]]
BUILDERS: dict[str, Builder] = {}


def thing(name: str) -> Callable[[Builder], Builder]:
    """Register a builder: it makes the thing and returns the arguments of its address."""

    def register(builder: Builder) -> Builder:
        BUILDERS[name] = builder
        return builder

    return register


@thing("work_log")
def work_log(cast: Cast) -> dict[str, Any]:
    log = WorkLog.objects.create(
        person=cast.person("cm"),
        unit=cast.unit["B1M1A1"],
        on=cast.today,
        state=WorkLog.State.SUBMITTED,
        submitted_at=timezone.now(),
    )
    return {"public_id": log.public_id}


@thing("score_table")
def score_table(cast: Cast) -> dict[str, Any]:
    week = Week(cast.today).previous()
    table = ScoreTable.objects.create(unit=cast.unit["B1M1"], week=week.first, sent_at=timezone.now(), digest="0")
    return {"public_id": table.public_id}


@thing("area")
def area(cast: Cast) -> dict[str, Any]:
    return {"pk": cast.unit["B1M1A1"].pk}


@thing("person")
def person(cast: Cast) -> dict[str, Any]:
    return {"public_id": cast.person("cm").public_id}


@thing("stand_in")
def stand_in(cast: Cast) -> dict[str, Any]:
    posting = Posting.objects.create(
        person=cast.person("cm2"),
        unit=cast.unit["B1M1A1"],
        role=Role.AREA_MANAGER,
        from_on=cast.today + timedelta(days=1),
        to_on=cast.today + timedelta(days=8),
        acting_for=cast.person("am").postings.get(),
    )
    return {"public_id": posting.public_id}
