"""Results stay right when the organisation changes behind them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from core.files import read_tables
from core.periods import Period
from crm import selectors
from crm.models import AccountMonth, ImportKind, UnitResult
from crm.services.following import follow_company
from crm.tests.desk import THREE, WEEK, facts
from crm.verification import daily_results_are_the_openings, unit_results_are_those_of_their_people
from teams.services.company import load_company
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


def load(folder: Path, **tables: str) -> None:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    load_company(sheets=read_tables(folder), today=TODAY)


def openings(cast, *codes: str, period: Period = WEEK) -> list[int]:
    return [int(selectors.openings_by_unit(cast.unit[c].kind, period=period)[cast.unit[c].pk]) for c in codes]


def stale() -> list[str]:
    return [finding.says for finding in unit_results_are_those_of_their_people()]


def test_a_unit_that_moves_takes_its_openings_along(cast, desk, tmp_path):
    desk.openings(*THREE)
    assert openings(cast, "HX", "B1", "B2", "B1M1A1") == [3, 2, 1, 1]
    load(tmp_path, units="code,name,kind,parent\nB1M1,人民路市场一部,market_department,B2\n")
    moved = openings(cast, "B1M1")[0]
    assert moved and openings(cast, "HX", "B1", "B2") == [3, 2 - moved, 1 + moved]
    assert stale() == []


def test_a_posting_changed_for_days_that_are_past_moves_its_openings(cast, desk, tmp_path):
    desk.openings(*THREE)
    load(tmp_path, postings="employee_no,unit,role,from_on,to_on\n1001,B2M1A1,customer_manager,2026-11-16,\n")
    assert openings(cast, "HX", "B1", "B2", "B1M1A1", "B2M1A1") == [3, 1, 2, 0, 2]
    assert stale() == []
    assert list(daily_results_are_the_openings()) == []


def test_a_move_that_becomes_known_late_moves_the_account_months_of_its_month(cast, desk, tmp_path):
    """As if the move had been known when the file came (reading 40); a row that names its branch stays there."""
    head = "month,fund_account,relation,employee_no,branch,gross_commission\n"
    rows = "2026-09,f1,developed,1001,,10\n2026-10,f1,developed,1001,,10\n2026-10,f2,developed,1001,B1,10\n"
    desk.take(head + rows, kind=ImportKind.ACCOUNT_MONTH)
    load(tmp_path, postings="employee_no,unit,role,from_on,to_on\n1001,B2M1A1,customer_manager,2026-10-16,\n")
    found = AccountMonth.objects.order_by("month", "fund_account").values_list("unit__code", flat=True)
    assert list(found) == ["B1M1A1", "B2M1A1", "B1M1A1"]


def test_nothing_changed_writes_nothing(cast, desk):
    desk.openings(*THREE)
    before = [facts(), *UnitResult.objects.order_by("pk").values_list("pk", flat=True)]
    follow_company()
    assert [facts(), *UnitResult.objects.order_by("pk").values_list("pk", flat=True)] == before


def test_verify_names_a_total_that_is_stale(cast, desk):
    desk.openings(*THREE)
    UnitResult.objects.filter(unit=cast.unit["B1"], day="2026-11-17").update(running=Decimal(7))
    assert stale() == ["B1 on 2026-11-17: 1 openings are kept, 7 so far; its people have 1, 2 so far"]
    follow_company()
    assert stale() == []
