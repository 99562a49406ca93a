from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from compensation.models import PayMonth
from crm.models import Import, Kind
from crm.services import DependedUpon, revert_import

pytestmark = pytest.mark.django_db
TAKEN = datetime(2026, 11, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    "branch, covers, closed_after, stays",
    [
        ("B1", date(2026, 10, 31), timedelta(days=5), True),
        ("B1", date(2026, 10, 31), -timedelta(days=1), False),  # it came late: an adjustment takes care of it
        ("B1", date(2026, 11, 1), timedelta(days=5), False),
        ("B2", date(2026, 10, 31), timedelta(days=5), False),
    ],
)
def test_an_import_stays_once_a_month_was_closed_on_it(cast, branch, covers, closed_after, stays):
    imported = Import.objects.create(
        kind=Kind.OPENINGS,
        unit=cast.unit[branch],
        state=Import.State.TAKEN,
        file_name="crm.csv",
        checked_at=TAKEN,
        taken_at=TAKEN,
        covers_from=covers,
        covers_to=covers,
    )
    PayMonth.objects.create(branch=cast.unit["B1"], month=date(2026, 10, 1), closed_at=TAKEN + closed_after)
    if stays:
        with pytest.raises(DependedUpon, match="人民路营业部 2026-10"):
            revert_import(imported=imported, actor=cast.clerk, now=TAKEN)
    else:
        assert revert_import(imported=imported, actor=cast.clerk, now=TAKEN).state == Import.State.REVERTED
