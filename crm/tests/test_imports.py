from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.models import CalendarDay
from crm import selectors
from crm.models import AccountMonth, DailyResult, Import, ImportKind, Opening, UnitResult
from crm.services import importing, results
from crm.services.importing import DependedUpon, register_dependency, revert_import
from crm.tests.desk import HEADINGS, MONTHS, NOW, THREE, WEEK, counted, facts

pytestmark = pytest.mark.django_db


@pytest.mark.clause("S10.1")
def test_openings_count_for_the_unit_of_the_developer_on_that_day_and_all_units_above(cast, desk):
    imported = desk.openings(*THREE)
    assert counted(imported) == (3, 0, 0)
    unit = {key: unit.pk for key, unit in cast.unit.items()}
    assert selectors.openings_by_unit("branch", period=WEEK) == {
        unit["B1"]: Decimal(2),
        unit["B2"]: Decimal(1),
        unit["B9"]: Decimal(0),
    }
    assert selectors.openings_by_unit("area", period=WEEK, within=cast.unit["B1"]) == {
        unit["B1M1A1"]: Decimal(1),
        unit["B1M1A2"]: Decimal(1),
    }
    assert selectors.openings_by_person(period=WEEK) == {
        cast.person("cm").pk: 1,
        cast.person("cm_west").pk: 1,
        cast.person("sibling_cm").pk: 1,
    }
    assert Opening.objects.get(fund_account="f1").client_name == "张**"


def test_two_people_with_half_an_opening_each_count_half_each(cast, desk):
    desk.openings("2026-11-16,B1,c1,f1,,1001,50%,", "2026-11-16,B1,c1,f1,,2001,0.5,")
    by_branch = selectors.openings_by_unit("branch", period=WEEK)
    assert by_branch[cast.unit["B1"].pk] == by_branch[cast.unit["B2"].pk] == Decimal("0.5")
    assert selectors.openings_by_unit("company", period=WEEK) == {cast.unit["HX"].pk: Decimal(1)}


def test_the_same_file_twice_writes_nothing(cast, desk):
    desk.openings(*THREE)
    before = facts()
    assert counted(desk.openings(*THREE)) == (0, 0, 3)
    assert facts() == before


def test_a_changed_row_is_changed_with_its_history_and_its_results_follow(cast, desk):
    desk.openings(*THREE)
    imported = desk.openings("2026-11-18,B1,c1,f1,张三丰,1002,,15000")
    assert counted(imported) == (0, 1, 0)
    old, new = Opening.versions.get(ended_by=imported), Opening.objects.get(source=imported)
    assert (old.developer, old.open_date) == (cast.person("cm"), date(2026, 11, 16))
    assert (new.developer, new.open_date) == (cast.person("cm2"), date(2026, 11, 18))
    assert DailyResult.objects.get(person=cast.person("cm2"), day=date(2026, 11, 18)).openings == 1
    assert cast.person("cm").pk not in selectors.openings_by_person(period=WEEK)
    branch = cast.unit["B1"]
    running = UnitResult.objects.filter(unit=branch).order_by("day").values_list("day", "openings", "running")
    assert [(day.day, int(count), int(total)) for day, count, total in running] == [(17, 1, 1), (18, 1, 2)]


def test_reverting_puts_back_what_was_and_unknown_days_are_unknown_again(cast, desk):
    desk.openings(*THREE)
    before = facts()
    imported = desk.openings("2026-11-18,B1,c1,f1,张三丰,1002,,15000", "2026-11-18,B1,c9,f9,,1001,,")
    revert_import(imported=imported, actor=cast.market, now=NOW)
    assert facts() == before
    assert list(selectors.known_days(WEEK)) == [date(2026, 11, 16), date(2026, 11, 17)]


def test_an_import_whose_rows_a_later_one_changed_stays(cast, desk):
    first = desk.openings(*THREE)
    later = desk.openings("2026-11-18,B1,c1,f1,张三丰,1002,,15000", name="later.csv")
    with pytest.raises(DependedUpon, match=r"later\.csv"):
        revert_import(imported=first, actor=cast.market, now=NOW)
    revert_import(imported=later, actor=cast.market, now=NOW)
    revert_import(imported=first, actor=cast.market, now=NOW)
    assert facts() == []


def test_an_import_whose_rows_a_later_one_sent_again_stays(cast, desk):
    """Else their day would stay known by the later one, without them: a false zero."""
    first = desk.openings(*THREE)
    again = desk.openings(*THREE, name="again.csv")
    with pytest.raises(DependedUpon, match=r"again\.csv"):
        revert_import(imported=first, actor=cast.market, now=NOW)
    revert_import(imported=again, actor=cast.market, now=NOW)
    revert_import(imported=first, actor=cast.market, now=NOW)
    assert facts() == []
    assert list(selectors.known_days(WEEK)) == []


def test_a_day_settled_by_hand_is_a_trading_day(cast, desk):
    CalendarDay.objects.create(on=date(2026, 11, 16), is_workday=False, is_trading_day=False)
    imported = desk.openings(*THREE)
    assert [(w["rule"], w["count"]) for w in imported.warnings] == [("the exchanges are shut on that day", 1)]


def test_what_an_app_above_built_on_an_import_keeps_it(cast, desk, monkeypatch):
    monkeypatch.setattr(importing, "_dependencies", [])
    register_dependency(lambda imported: ["the pay run of October"] if imported.kind == "openings" else [])
    with pytest.raises(DependedUpon, match="the pay run of October"):
        revert_import(imported=desk.openings(*THREE), actor=cast.market, now=NOW)
    assert Opening.objects.count() == 3


@pytest.mark.clause("S7.1")
def test_a_covered_day_without_openings_is_zero_and_an_uncovered_day_is_not_known(cast, desk):
    days = list(WEEK.days())
    assert selectors.days_not_known(WEEK, days) == days
    desk.openings(*THREE)
    assert selectors.days_not_known(WEEK, days) == [date(2026, 11, 18)]
    desk.take(HEADINGS, covers=(date(2026, 11, 18), date(2026, 11, 18)))
    assert selectors.days_not_known(WEEK, days) == []


def test_a_day_is_known_for_the_company_once_every_branch_has_sent_it(cast, desk):
    day = date(2026, 11, 17)
    for sent, unit in enumerate(("B1", "B2", "B9"), start=1):
        desk.take(HEADINGS, unit=unit, covers=(day, day))
        assert (day in selectors.known_days(WEEK)) == (sent == 3)
    assert day in selectors.known_days(WEEK, within=cast.unit["B1M1A1"])
    assert day in selectors.known_days(WEEK, within=cast.unit["R1"])


def test_what_is_taken_all_the_same_is_shown(cast, desk):
    person = cast.person("cm")
    person.licence_until = date(2026, 11, 1)
    person.save()
    imported = desk.openings("2026-11-14,B2,c1,f1,,1001,,")  # a Saturday
    assert [(w["column"], w["rule"], w["count"]) for w in imported.warnings] == [
        ("developer", "has no valid licence on that day", 1),
        ("branch", "the account is kept by another branch than the developer's", 1),
        ("open_date", "the exchanges are shut on that day", 1),
    ]


@pytest.mark.clause("D15.a")
def test_account_months_are_kept_by_person_and_relation(cast, desk):
    imported = desk.take(
        MONTHS
        + "2026-10,f1,开发,1001,1000000,300.5,250,12\n2026-10,f2,serviced,1001,,10,,\n2026-10,f3,developed,2001,,20,,\n",
        kind=ImportKind.ACCOUNT_MONTH,
    )
    assert counted(imported) == (3, 0, 0)
    assert (imported.covers_from, imported.covers_to) == (date(2026, 10, 1), date(2026, 10, 31))
    kept = AccountMonth.objects.filter(person=cast.person("cm").pk).order_by("fund_account")
    assert [(row.month, row.fund_account, row.relation, row.gross_commission) for row in kept] == [
        (date(2026, 10, 1), "f1", "developed", Decimal("300.50")),
        (date(2026, 10, 1), "f2", "serviced", Decimal(10)),
    ]


def test_a_failure_at_the_very_end_leaves_nothing_behind(cast, desk, monkeypatch):
    desk.openings(*THREE)
    before = facts()

    def fail(*args: object) -> list[dict[str, object]]:
        raise RuntimeError("the power went out")

    monkeypatch.setattr(results, "effect_on_openings", fail)
    with pytest.raises(RuntimeError):
        desk.openings("2026-11-18,B1,c1,f1,张三丰,1002,,15000", "2026-11-18,B1,c9,f9,,1001,,")
    assert facts() == before
    assert Import.objects.count() == 1


def test_loading_costs_the_same_number_of_statements_for_few_rows_and_for_many(cast, desk):
    def statements(count: int) -> int:
        rows = [f"2026-11-{1 + n % 18:02},B1,c{n}-{count},f{n}-{count},,1001,," for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            desk.openings(*rows)
        return len(captured)

    assert statements(3) == statements(300)
