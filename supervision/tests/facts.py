"""CRM facts for the cast, written as the import leaves them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from crm.models import DailyResult, Import, ImportKind, UnitResult
from teams.models import Posting, Unit
from tests.cast import Cast

SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment(on: date, clock: time = time(20)) -> datetime:
    return datetime.combine(on, clock, SHANGHAI)


def know(cast: Cast, first: date, last: date, unit: str = "HX") -> Import:
    """Openings of these days have arrived for a unit."""
    return Import.objects.create(
        kind=ImportKind.OPENINGS,
        unit=cast.unit[unit],
        state=Import.State.TAKEN,
        file_name="openings.csv",
        file_sha256="0" * 64,
        covers_from=first,
        covers_to=last,
        checked_at=moment(last),
        taken_at=moment(last, time(17)),
    )


def open_accounts(cast: Cast, opened: Mapping[tuple[str, date], object]) -> None:
    """`{("cm", day): 2}`: what people of the cast opened; units above them count it too."""
    by_unit: dict[tuple[int, date], Decimal] = defaultdict(Decimal)
    for (key, day), count in opened.items():
        posting = Posting.objects.on(day).select_related("unit").get(person=cast.person(key))
        DailyResult.objects.create(
            day=day, person=posting.person, unit=posting.unit, openings=Decimal(str(count)), open_assets=0
        )
        for pk in posting.unit.line:
            by_unit[pk, day] += Decimal(str(count))
    for unit in Unit.objects.all():
        running = Decimal(0)
        for day in sorted(day for pk, day in by_unit if pk == unit.pk):
            running += by_unit[unit.pk, day]
            UnitResult.objects.create(unit=unit, day=day, openings=by_unit[unit.pk, day], running=running)
