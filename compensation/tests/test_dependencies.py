from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from compensation.models import PayMonth, PayRun
from compensation.tests.month import approved_default_plan
from crm.models import Import
from crm.services import Asked, DependedUpon, check_file, import_file, revert_import

pytestmark = pytest.mark.django_db
TAKEN = datetime(2026, 11, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
LONG_BEFORE = datetime(2026, 10, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def asked(cast, tmp_path: Path) -> Asked:
    """A row of 林小雨 in October."""
    path = tmp_path / "openings.csv"
    path.write_text("open_date,branch,client_no,fund_account,developer\n2026-10-30,B1,c1,f1,1001\n")
    return Asked(kind="openings", path=path, name=path.name, unit=cast.unit["HX"], today=TAKEN.date())


def taken(asked: Asked) -> Import:
    return import_file(asked=asked, good_rows_only=False, actor=None, now=TAKEN)


@pytest.mark.parametrize(
    "branch, month, stays",
    [("B1", date(2026, 10, 1), True), ("B1", date(2026, 9, 1), False), ("B2", date(2026, 10, 1), False)],
)
def test_an_import_with_rows_in_a_closed_month_stays_whatever_the_clock_says(cast, asked, branch, month, stays):
    imported = taken(asked)
    PayMonth.objects.create(branch=cast.unit[branch], month=month, closed_at=LONG_BEFORE)
    if stays:
        with pytest.raises(DependedUpon, match="人民路营业部 2026-10"):
            revert_import(imported=imported, actor=cast.clerk, now=TAKEN)
    else:
        assert revert_import(imported=imported, actor=cast.clerk, now=TAKEN).state == Import.State.REVERTED


def test_an_import_stays_once_a_run_with_its_rows_was_reviewed(cast, asked):
    imported = taken(asked)
    run = PayRun.objects.create(
        branch=cast.unit["B1"], month=date(2026, 10, 1), plan=approved_default_plan(), drafted_at=TAKEN
    )
    PayRun.objects.filter(pk=run.pk).update(state=PayRun.State.REVIEWED)
    with pytest.raises(DependedUpon, match="人民路营业部 2026-10"):
        revert_import(imported=imported, actor=cast.clerk, now=TAKEN)


def test_a_preview_says_that_a_month_is_closed_and_which_one_pays_the_difference(cast, asked):
    PayMonth.objects.create(branch=cast.unit["B1"], month=date(2026, 10, 1), closed_at=LONG_BEFORE)
    imported = check_file(asked=asked, actor=None, now=TAKEN)
    assert imported.effects["pay"] == [
        {"name": "人民路营业部", "month": "2026-10", "state": "closed", "into": "2026-11"}
    ]
