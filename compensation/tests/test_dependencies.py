from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from compensation.models import PayMonth, PayRun
from compensation.tests.month import approved_default_plan
from crm.models import AccountMonth, Import, Opening
from crm.services.following import follow_company
from crm.services.importing import DependedUpon, check_file, import_file, revert_import
from crm.services.staging import ImportAsked

pytestmark = pytest.mark.django_db
TAKEN = datetime(2026, 11, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
LONG_BEFORE = datetime(2026, 10, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def asked(cast, tmp_path: Path) -> ImportAsked:
    """A row of 林小雨 in October."""
    path = tmp_path / "openings.csv"
    path.write_text("open_date,branch,client_no,fund_account,developer\n2026-10-30,B1,c1,f1,1001\n")
    return ImportAsked(kind="openings", path=path, name=path.name, unit=cast.unit["HX"], today=TAKEN.date())


def taken(asked: ImportAsked) -> Import:
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


HEAD = "month,fund_account,relation,employee_no,gross_commission,pass_through\n"


def months(asked: ImportAsked, rows: str) -> ImportAsked:
    asked.path.write_text(HEAD + rows)
    return replace(asked, kind="account_month")


@pytest.mark.clause("D15.b")
def test_a_preview_says_what_a_relation_that_moves_and_a_figure_that_goes_do_to_pay(pay_of, asked):
    pay_of.account("cm", "20000", no="f1", pass_through=2000)
    approved_default_plan()
    imported = check_file(asked=months(asked, "2026-10,f1,developed,1001,20000,\n"), actor=None, now=TAKEN)
    assert imported.effects["cleared"] == {"pass_through": 1}
    change = next(one for one in imported.effects["pay_changes"] if one["person"].endswith(" 1001"))
    assert change["month"] == "2026-10"
    assert Decimal(change["after"]) > Decimal(change["before"])
    moved = check_file(asked=months(asked, "2026-10,f1,developed,1002,20000,2000\n"), actor=None, now=TAKEN)
    assert {move["person"].split()[1] for move in moved.effects["pay_changes"]} >= {"1002"}
    assert AccountMonth.objects.get(fund_account="f1").person == pay_of.cast.person("cm")


@pytest.mark.clause("D15.b")
def test_a_correction_of_a_closed_month_is_one_more_version_and_the_first_is_never_changed(pay_of, asked):
    pay_of.account("cm", "20000", no="f1")
    first = AccountMonth.objects.get(fund_account="f1")
    PayMonth.objects.create(branch=pay_of.cast.unit["B1"], month=date(2026, 10, 1), closed_at=LONG_BEFORE)
    imported = import_file(
        asked=months(asked, "2026-10,f1,developed,1001,25000,\n"), good_rows_only=False, actor=None, now=TAKEN
    )
    kept, current = AccountMonth.versions.filter(fund_account="f1").order_by("pk")
    assert (kept.pk, kept.ended_by) == (first.pk, imported)
    assert kept.gross_commission == 20000
    assert current.gross_commission == 25000
    assert current.ended_by is None
    for forbidden in (
        lambda: AccountMonth.versions.update(gross_commission=1),
        lambda: AccountMonth.versions.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
            forbidden()


def test_openings_of_a_closed_month_stay_where_they_were_counted(cast, asked):
    taken(asked)
    PayMonth.objects.create(branch=cast.unit["B1"], month=date(2026, 10, 1), closed_at=LONG_BEFORE)
    cast.person("cm").postings.update(unit=cast.unit["B2M1A1"])
    follow_company()
    assert Opening.objects.get().unit == cast.unit["B1M1A1"]
