"""Who somebody is, spelled in one way, and what she was when: numbers, grades, spells with the firm, names of units."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from core.fields import put_in_one_form
from core.models import AuditEntry, ToldApart
from core.periods import Month
from core.tables import Sheet
from teams.models import Grading, Outlet, Person, Posting, Unit
from teams.selectors.people import GradeSpan, grades_during, grades_on, members_during
from teams.services import company
from teams.verification import identifiers_are_in_one_form
from tests.cast import TODAY, Cast

NOVEMBER = Month(date(2026, 11, 1))


def load(table: str, *lines: str, **options: Any) -> company.LoadReport:
    return several({table: lines}, **options)


def several(tables: dict[str, tuple[str, ...]], **options: Any) -> company.LoadReport:
    sheets = [
        Sheet(name, list(enumerate([line.split(",") for line in lines], start=1))) for name, lines in tables.items()
    ]
    return company.load_company(sheets=sheets, **{"today": TODAY, **options})


def refused(*args: Any, **options: Any) -> list[tuple[int, str, str]]:
    with pytest.raises(company.CompanyRefused) as refusal:
        load(*args, **options)
    return [(one.row, one.column, one.text) for one in refusal.value.refusals]


PEOPLE = "employee_no,name,phone,joined_on"


def test_another_spelling_of_a_number_is_the_same_person(cast: Cast):
    load("people", PEOPLE, "00071,甲,13900000071,2026-01-01")
    for spelled in ("'00071", "００071", "000 71", "\u202d00071"):
        assert load("people", PEOPLE, f"{spelled},甲,+86 139-0000 0071,2026-01-01").written == 0
    assert User.objects.get(employee_no="０００７１").phone == "13900000071"


def test_a_number_that_differs_in_leading_zeros_is_refused_with_the_likely_one_until_somebody_says_why(cast: Cast):
    load("people", PEOPLE, "00071,甲,13900000071,2026-01-01")
    ((row, column, text),) = refused("people", PEOPLE, "71,甲,13900000071,2026-01-01")
    assert (row, column) == (2, "employee_no") and "00071" in text
    assert refused("people", PEOPLE, "8,乙,,2026-01-01", "008,乙,,2026-01-01")[0][0] == 3, "within one file too"
    load("people", PEOPLE, "71,甲,13900000072,2026-01-01", different=["71"], because="two people, checked")
    assert User.objects.filter(employee_no__in=["71", "00071"]).count() == 2
    told = ToldApart.objects.get()
    assert (told.code, told.other, told.reason) == ("71", "00071", "two people, checked")
    assert AuditEntry.objects.filter(table="core_toldapart").exists()
    assert load("people", PEOPLE, "71,甲,13900000072,2026-01-01").written == 0


def test_capitals_never_tell_people_apart(cast: Cast):
    load("people", PEOPLE, "a1,甲,,2026-01-01")
    assert refused("people", PEOPLE, "A1,乙,,2026-01-01", different=["A1"], because="checked")


@pytest.mark.parametrize(
    ("table", "lines", "likely"),
    [
        ("units", ("code,name,kind,parent", "b1,新营业部,branch,R1"), "B1"),
        ("postings", ("employee_no,unit,role,from_on", "1001,b1m1a1,customer_manager,2026-11-01"), "B1M1A1"),
        ("postings", ("employee_no,unit,role,from_on", "01001,B1M1A1,customer_manager,2026-11-01"), "1001"),
        ("targets", ("employee_no,month,measure,value", "001001,2026-11,openings,5"), "1001"),
    ],
)
def test_a_reference_that_looks_like_a_known_code_names_it(cast: Cast, table: str, lines: tuple[str, ...], likely: str):
    assert likely in refused(table, *lines)[0][2]


def test_the_command_takes_two_for_different_only_with_a_reason(cast: Cast, tmp_path: Path):
    load("people", PEOPLE, "00071,甲,,2026-01-01")
    (tmp_path / "people.csv").write_text(f"{PEOPLE}\n71,乙,,2026-01-01\n")
    with pytest.raises(CommandError, match="--because"):
        call_command("load_company", str(tmp_path), "--different", "71", stdout=StringIO())
    call_command("load_company", str(tmp_path), "--different", "71", "--because", "two people", stdout=StringIO())
    assert User.objects.filter(employee_no="71").exists()


# --- grades ------------------------------------------------------------------------------------------------------------
def grade(*lines: str, header: str = "employee_no,name,joined_on,grade", **options: Any) -> company.LoadReport:
    return load("people", header, *lines, **options)


@pytest.mark.clause("D15.b")
def test_a_changed_grade_holds_from_the_day_of_loading_and_never_backwards(cast: Cast):
    cm = cast.person("cm")
    report = grade(f"1001,林小雨,{cm.joined_on},高级", today=date(2026, 12, 1))
    assert cm.grade_on(date(2026, 11, 30)) == "J" and grades_on([cm.pk], date(2026, 12, 1)) == {cm.pk: "S"}
    assert ["2026-12-01" in remark.text for remark in report.remarks] == [True]
    assert grade(f"1001,林小雨,{cm.joined_on},S", today=date(2026, 12, 2)).written == 0


@pytest.mark.clause("D15.b")
def test_a_grade_is_given_from_its_day_on(cast: Cast):
    cm, header = cast.person("cm"), "employee_no,name,joined_on,grade,grade_from_on"
    report = grade(f"1001,林小雨,{cm.joined_on},S,2026-11-16", header=header)
    assert (report.remarks, report.tables["people"]["updated"]) == ([], 1)
    assert grades_during([cm.pk], NOVEMBER)[cm.pk] == [
        GradeSpan("J", date(2026, 11, 1), date(2026, 11, 16)),
        GradeSpan("S", date(2026, 11, 16), date(2026, 12, 1)),
    ]
    assert grade(f"1001,林小雨,{cm.joined_on},S,2026-11-16", header=header).written == 0
    grade(f"1001,林小雨,{cm.joined_on},-,2026-11-20", header=header)
    assert Grading.objects.filter(person=cm).latest("from_on").grade == ""


def test_a_new_person_has_her_grade_from_her_first_day(cast: Cast):
    grade("7001,新人,2026-11-02,见习")
    new = Person.objects.get(user__employee_no="7001")
    assert (new.grade_on(date(2026, 11, 2)), new.grade_on(date(2026, 11, 1))) == ("T", "")


# --- spells with the firm ----------------------------------------------------------------------------------------------
SPELL = "employee_no,name,joined_on,left_on"


def test_somebody_who_comes_back_keeps_her_history(cast: Cast):
    cm = cast.person("cm")
    load("people", SPELL, f"1001,林小雨,{cm.joined_on},2026-11-05")
    report = several(
        {
            "people": (SPELL, "1001,林小雨,2026-11-16,"),
            "postings": ("employee_no,unit,role,from_on", "1001,B1M1A2,customer_manager,2026-11-16"),
        }
    )
    assert report.remarks
    cm.refresh_from_db()
    assert cm.left_on is None
    assert [(m.from_on.day, m.to_on and m.to_on.day) for m in members_during(NOVEMBER) if m.person_id == cm.pk] == [
        (1, 5),
        (16, 1),
    ]
    for lines in (f"1001,林小雨,{cm.joined_on},2026-11-05", "1001,林小雨,2026-11-16,"):
        assert load("people", SPELL, lines).written == 0, "both rows are known"
    ((_, column, _),) = refused("people", SPELL, f"1001,林小雨,{cm.joined_on},2026-11-07")
    assert column == "left_on"
    ((_, column, _text),) = refused(
        "postings", "employee_no,unit,role,from_on,to_on", "1001,B1M1A1,customer_manager,2026-11-03,2026-11-10"
    )[:1]
    assert column == "from_on"


def test_a_dash_clears_and_an_empty_cell_leaves(cast: Cast):
    header = "employee_no,name,joined_on,left_on,phone,licence_no"
    cm = cast.person("cm")
    load("people", header, f"1001,林小雨,{cm.joined_on},2026-11-30,,")
    cm.refresh_from_db()
    assert (cm.left_on, cm.user.phone) == (date(2026, 11, 30), "13900001001")
    load("people", header, f"1001,林小雨,{cm.joined_on},-,—,-")
    cm = Person.objects.get(pk=cm.pk)
    assert (cm.left_on, cm.user.phone, cm.licence_no) == (None, "", "")
    assert refused("people", header, "1001,-x,-,,,")[0][1] == "joined_on", "a required column is never cleared"


# --- units -------------------------------------------------------------------------------------------------------------
UNITS = "code,name,kind,parent,closed_on"


def test_a_unit_is_not_closed_with_people_in_it(cast: Cast):
    unit = cast.unit["B1M1A1"]
    line = f"B1M1A1,{unit.name},area,B1M1,2026-12-01"
    ((row, column, text),) = refused("units", UNITS, line)
    assert (row, column) == (2, "closed_on") and "林小雨 (1001)" in text
    there = Posting.objects.filter(unit=unit, to_on=None).select_related("person__user")
    moved = tuple(f"{one.person.employee_no},B1M1A1,{one.role},{one.from_on},2026-12-01" for one in there)
    several({"units": (UNITS, line), "postings": ("employee_no,unit,role,from_on,to_on", *moved)})
    assert Unit.objects.get(code="B1M1A1").closed_on == date(2026, 12, 1)
    header = "employee_no,unit,role,from_on,to_on"
    assert refused("postings", header, "1001,B1M1A1,customer_manager,2026-12-02,")[0][1] == "to_on"


def test_an_earlier_name_of_a_unit_is_understood_and_the_report_says_so(cast: Cast):
    unit = cast.unit["B1M1A1"]
    load("units", UNITS, "B1M1A1,新名字,area,B1M1,")
    header = "unit,month,measure,value"
    report = load("targets", header, f"{unit.name},2026-12,openings,7", "新名字,2027-01,openings,8")
    assert report.tables["targets"]["created"] == 2
    assert [unit.name in remark.text for remark in report.remarks] == [True]


def test_a_code_of_an_outlet_is_kept_in_one_form(cast: Cast):
    several(
        {
            "banks": ("code,name", "ICBC,工商银行"),
            "outlets": ("code,name,bank,unit,phone", "Ｏ １,人民路,ＩＣＢＣ,B1M1A1,86 021 5555 0001"),
        }
    )
    assert Outlet.objects.values_list("code", "phone").get() == ("O1", "02155550001")


def test_what_was_stored_otherwise_is_spelled_anew_and_what_would_become_one_is_named(cast: Cast):
    as_it_was = {"cm": "０００７", "cm2": "0007", "am": "Ａ ９", "mm": "'８８"}
    with connection.cursor() as cursor:
        for key, number in as_it_was.items():
            cursor.execute("UPDATE accounts_user SET employee_no = %s WHERE id = %s", [number, cast.user[key].pk])
    put_in_one_form(User, "employee_no", leave={cast.mm.pk})
    numbers = dict(User.objects.values_list("pk", "employee_no"))
    assert [numbers[cast.user[key].pk] for key in as_it_was] == ["０００７", "0007", "A9", "'８８"]
    named = {finding.row for finding in identifiers_are_in_one_form()}
    assert named == {f"accounts_user {cast.user[key].pk}" for key in ("cm", "mm")}
