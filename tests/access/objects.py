"""One thing of each kind for the access table: what `of` names → the arguments of its address.

Everything belongs to 林小雨 (`cm`), her area B1M1A1, her department B1M1 or the branch B1, so that the cast stands in
every relation to it: herself, her team, her leaders, the branch, the sibling branch B2, those above, and B9 outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from core.periods import Week
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
