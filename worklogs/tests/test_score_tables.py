"""The weekly score tables: when they go up, to whom, and as a file (S5.4)."""

from __future__ import annotations

from datetime import date, time
from io import BytesIO

import pytest
from openpyxl import load_workbook

from core import clock
from core.periods import Week
from messaging.models import Message
from worklogs.models import ScoreTable
from worklogs.services.judging import judge
from worklogs.services.score_tables import send_due_score_tables, sending_day
from worklogs.tests.desk import MONDAY, noon, written

pytestmark = pytest.mark.django_db


@pytest.mark.clause("S5.4", "S4.2.f")
def test_on_monday_the_score_table_goes_up_by_itself_once_to_region_branch_and_department(cast):
    written(cast, "cm", date(2026, 11, 12))
    monday = clock.at(MONDAY, time(9, 30))
    early = clock.at(MONDAY, time(8))
    assert send_due_score_tables(now=early) == []
    sent = send_due_score_tables(now=monday)
    assert {table.unit.code for table in sent} == {"B1M1", "B1M2", "B2M1", "B9M1"}
    table = ScoreTable.objects.get(unit=cast.unit["B1M1"])
    assert [row["employee_no"] for row in table.document] == ["1001", "1002", "1003"]
    told = set(
        Message.objects.filter(rule="worklogs.score_table.B1M1").values_list("recipient__employee_no", flat=True)
    )
    assert told == {"1020", "1033", "5001", "5002"}
    branch_stands_in = set(
        Message.objects.filter(rule="worklogs.score_table.B9M1").values_list("recipient__employee_no", flat=True)
    )
    assert branch_stands_in == {"9033"}
    assert send_due_score_tables(now=monday) == []
    assert ScoreTable.objects.count() == 4


@pytest.mark.clause("S5.4")
def test_a_monday_that_was_missed_is_caught_up_and_a_holiday_monday_moves_on():
    assert sending_day(Week(date(2026, 9, 28))) == date(2026, 10, 8)
    assert sending_day(Week(date(2026, 11, 9))) == MONDAY


@pytest.mark.clause("S5.4")
def test_the_table_of_the_week_before_spring_festival_goes_up_on_the_first_workday_after_it(cast):
    week = Week(date(2026, 2, 9))
    judge(period=week, until=week.last)
    assert send_due_score_tables(now=noon(date(2026, 2, 22))) == [], "a holiday"
    sent = send_due_score_tables(now=noon(date(2026, 2, 24)))
    weeks = [week.first, week.next().first]
    assert sorted((table.unit.code, table.week) for table in sent) == [
        (code, monday) for code in ("B1M1", "B1M2", "B2M1", "B9M1") for monday in weeks
    ]


@pytest.mark.clause("S4.1.f")
def test_an_area_manager_sees_her_own_people_in_the_table_that_went_up(cast, signed_in):
    send_due_score_tables(now=noon(MONDAY))
    table = ScoreTable.objects.get(unit=cast.unit["B1M1"])
    client = signed_in(cast.am)
    (due,) = client.get("/logs/score-tables/").context["listing"].rows
    assert (due.table, due.people) == (table, 2)
    rows = client.get(f"/logs/score-tables/{table.public_id}/").context["listing"].rows
    assert [row["employee_no"] for row in rows] == ["1001", "1002"]
    file = client.get(f"/logs/score-tables/{table.public_id}/?as=xlsx").content
    _titles, *rows, taken = [row[0] for row in load_workbook(BytesIO(file)).worksheets[0].values]
    assert rows == ["1001", "1002"] and cast.am.name in str(taken)
    assert signed_in(cast.sibling_am).get(f"/logs/score-tables/{table.public_id}/").status_code == 404


def test_the_score_table_can_be_taken_as_an_excel_file(cast, signed_in):
    send_due_score_tables(now=noon(MONDAY))
    table = ScoreTable.objects.get(unit=cast.unit["B1M1"])
    response = signed_in(cast.officer).get(f"/logs/score-tables/{table.public_id}/?as=xlsx")
    sheet = load_workbook(BytesIO(response.content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][:2] == ["1001", "林小雨"]
    assert [cell.value for cell in sheet[1]][6:8] == ["得分合格", "最低要求达标"] and {
        sheet["G2"].value,
        sheet["H2"].value,
    } <= {"是", "否"}
    assert signed_in(cast.sibling_mm).get(f"/logs/score-tables/{table.public_id}/?as=xlsx").status_code == 404


def test_the_week_of_score_tables_is_chosen_by_its_days(cast, signed_in):
    page = signed_in(cast.mm).get("/logs/score-tables/?week=2026-W47").content.decode()
    assert '<option value="2026-W47" selected>2026年11月16–22日</option>' in page
    assert 'type="week"' not in page
