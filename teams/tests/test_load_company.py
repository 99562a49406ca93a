from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from core.files import read_tables
from core.models import AuditEntry
from teams.models import Outlet, OutletPosting, PartnerBank, Person, Posting, Target, Unit
from teams.services import company
from tests.cast import Cast

TODAY = date(2026, 11, 18)
COMPANY = {
    "units": """code,name,kind,parent,city,local,started_on,closed_on,functions
HX,和信证券,company,,上海,,2020-01-01,,
MS,公司市场部,hq_department,HX,上海,,2020-01-01,,market_supervision;channel_management
R1,华东营销管理部,regional_department,HX,上海,,2020-01-01,,
B1,人民路营业部,branch,R1,上海,yes,2020-01-01,,
B8,新区营业部,branch,HX,苏州,no,,,
M1,人民路市场部,market_department,B1,上海,,2020-01-01,,
A1,东区,area,M1,上海,,2020-01-01,,
A2,西区,area,M1,上海,,2020-01-01,,
""",
    "people": """employee_no,name,phone,email,engagement,grade,joined_on,left_on,licence_no,licence_until
0001,林小雨,13900000001,lin@example.com,employee,初级,2024-01-01,,S1,2027-12-31
0002,陈大文,13900000002,,part_time,,2024-01-01,,,
0003,何雅琴,13900000003,he@example.com,employee,S,2023-01-01,,,
""",
    "postings": """employee_no,unit,role,from_on,to_on
0001,A1,customer_manager,2024-01-01,2025-01-01
0001,A2,customer_manager,2025-01-01,
0002,A1,客户经理,2024-01-01,
0003,A1,area_manager,2023-01-01,
""",
    "banks": "code,name,key,head_name,head_phone\nICBC,工商银行,是,张行长,021-5555001\n",
    "outlets": "code,name,bank,unit,opens,closes,contact,phone\nO1,工行人民路,ICBC,A1,09:00,17:00,王主任,\n",
    "outlet_postings": "employee_no,outlet,from_on,to_on\n0002,O1,2024-02-01,\n",
    "targets": "unit,employee_no,month,measure,value\nA1,,2026-11,openings,30\n,0002,2026-11,net_commission,1200.50\n",
}


def folder(tmp_path: Path, **tables: str) -> Path:
    for file in tmp_path.glob("*.csv"):
        file.unlink()
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


def load(path: Path, **options: Any) -> company.LoadReport:
    return company.load_company(sheets=read_tables(path), **{"today": TODAY, **options})


def counts() -> list[int]:
    return [model.objects.count() for model in (Unit, Person, Posting, PartnerBank, Outlet, OutletPosting, Target)]


@pytest.fixture
def loaded(db: None, tmp_path: Path) -> Path:
    load(folder(tmp_path, **COMPANY))
    return tmp_path


def test_a_folder_becomes_a_company(loaded: Path) -> None:
    assert counts() == [8, 3, 4, 1, 1, 1, 2]
    area = Unit.objects.get(code="A1")
    assert [Unit.objects.get(pk=pk).code for pk in area.line] == ["HX", "R1", "B1", "M1", "A1"]
    assert Unit.objects.get(code="MS").functions == ["channel_management", "market_supervision"]
    assert Unit.objects.get(code="B8").started_on is None
    lin = Person.objects.get(user__employee_no="0001")
    assert (lin.name, lin.grade_on(TODAY), lin.joined_on, lin.user.has_usable_password()) == (
        "林小雨",
        "J",
        date(2024, 1, 1),
        False,
    )
    assert PartnerBank.objects.get().key
    assert Outlet.objects.get().opens == time(9)
    assert Target.objects.get(person__isnull=False).value == Decimal("1200.50")


def test_a_workbook_with_chinese_headers_becomes_the_same(loaded: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("人員", 0)
    book["人員"].append(["人員名冊"])
    book["人員"].append(["姓名", "員工編號", "入職日期", "手機", "備註"])
    book["人員"].append(["林小雨", "0001", date(2024, 1, 1), "13911110000", "x"])
    book.create_sheet("任职")
    book["任职"].append(["工号", "单位", "岗位", "开始日期"])
    book["任职"].append(["0001", "A2", "客户经理", date(2025, 1, 1)])
    book.create_sheet("说明")
    book.save(tmp_path / "company.xlsx")
    report = load(tmp_path / "company.xlsx")
    assert report.ignored_sheets == ["Sheet", "说明"]
    assert report.tables["people"]["ignored_columns"] == ["備註"]
    assert report.written == 1
    assert Person.objects.get(user__employee_no="0001").user.phone == "13911110000"


def test_the_same_file_twice_writes_nothing(loaded: Path) -> None:
    before = AuditEntry.objects.count()
    assert load(loaded).written == 0
    assert AuditEntry.objects.count() == before


def test_a_dry_run_says_what_it_would_do_and_does_not(db: None, tmp_path: Path) -> None:
    assert load(folder(tmp_path, **COMPANY), dry_run=True).written == 20
    assert counts() == [0] * 7


def test_what_a_file_leaves_out_or_blank_stays(loaded: Path, tmp_path: Path) -> None:
    people = "employee_no,name,phone,joined_on\n0001,林小雨,,2024-01-01\n"
    assert load(folder(tmp_path, people=people)).written == 0
    assert Person.objects.count() == 3
    assert Person.objects.get(user__employee_no="0001").user.phone == "13900000001"


def test_a_moved_customer_manager_keeps_the_old_posting_as_history(loaded: Path, tmp_path: Path) -> None:
    moved = "employee_no,unit,role,from_on,to_on\n0002,A2,customer_manager,2026-03-01,\n"
    report = load(folder(tmp_path, postings=moved))
    assert (report.tables["postings"]["created"], report.tables["postings"]["updated"]) == (1, 1)
    assert list(
        Posting.objects.filter(person__user__employee_no="0002").values_list("unit__code", "from_on", "to_on")
    ) == [("A1", date(2024, 1, 1), date(2026, 3, 1)), ("A2", date(2026, 3, 1), None)]
    assert load(folder(tmp_path, postings=moved)).written == 0
    assert load(folder(tmp_path, **COMPANY)).written == 0


def test_a_unit_hung_elsewhere_takes_everything_below_with_it(loaded: Path, tmp_path: Path) -> None:
    load(folder(tmp_path, units="code,name,kind,parent\nM1,人民路市场部,market_department,B8\n"))
    branch = Unit.objects.get(code="B8")
    assert Unit.objects.get(code="A1").path.startswith(branch.path)


ZOO: list[tuple[str, str, str, tuple[int, str, str, str]]] = [
    # table, wrong row appended, note, (row, column, value, beginning of the rule)
    ("units", "A3,南区,area,M9,,,2020-01-01,,", "unknown parent", (10, "parent", "M9", "没有")),
    ("units", "A3,南区,area,B1,,,2020-01-01,,", "kind below the wrong kind", (10, "parent", "B1", "“区域”")),
    ("units", "A3,南区,area,,,,2020-01-01,,", "no parent", (10, "parent", "", "必须填写")),
    ("units", "ZZ,别家,company,,,,2020-01-01,,", "second company", (10, "code", "ZZ", "公司只有一个")),
    ("units", "A3,南区,team,M1,,,,,", "unknown kind", (10, "kind", "team", "不在允许的取值")),
    ("units", "A3,南区,area,M1,,,2020-01-01,2019-01-01,", "closed before", (10, "closed_on", "2019-01-01", "不晚于")),
    ("units", "A1,东区,area,M1,,,,,", "code twice", (10, "code", "A1", "重复出现")),
    ("units", "M8,部,hq_department,HX,,,,,sales", "unknown function", (10, "functions", "sales", "不在允许的取值")),
    ("people", "0009,某人,12,,,,2024-01-01,,,", "phone", (5, "phone", "12", "不是电话号码")),
    ("people", "0009,某人,,a@b,,,2024-01-01,,,", "e-mail", (5, "email", "a@b", "不是电子邮件")),
    ("people", "0009,某人,,,,,2024-01-01,2023-01-01,,", "left first", (5, "left_on", "2023-01-01", "早于入职")),
    ("people", "0009,,,,,,2024-01-01,,,", "no name", (5, "name", "", "必须填写")),
    (
        "people",
        "A1,甲,,,,,2024-01-01,,,\na1,乙,,,,,2024-01-01,,,",
        "number in other letters",
        (6, "employee_no", "a1", "已有"),
    ),
    ("postings", "0009,A1,customer_manager,2024-01-01,", "nobody", (6, "employee_no", "0009", "没有")),
    ("postings", "0003,A9,area_manager,2024-01-01,", "no unit", (6, "unit", "A9", "没有")),
    ("postings", "0003,A2,boss,2024-01-01,", "unknown role", (6, "role", "boss", "不在允许的取值")),
    ("postings", "0003,B1,area_manager,2024-01-01,", "role at the wrong unit", (6, "role", "area_manager", "“营业部”")),
    ("postings", "0003,A2,area_manager,2024-01-01,2023-05-01", "end first", (6, "to_on", "2023-05-01", "不晚于")),
    ("postings", "0002,A2,customer_manager,2026-01-01,", "two places", (6, "from_on", "2026-01-01", "与")),
    ("postings", "0003,A2,area_manager,2022-01-01,", "before joining", (6, "from_on", "2022-01-01", "早于入职")),
    ("outlets", "O2,网点,XBANK,A1,,,,", "no bank", (3, "bank", "XBANK", "没有")),
    ("outlets", "O2,网点,ICBC,B1,,,,", "at a branch", (3, "unit", "B1", "网点")),
    ("outlets", "O2,网点,ICBC,A1,17:00,9:00,,", "closes first", (3, "closes", "9:00", "不晚于")),
    ("outlet_postings", "0002,O1,2024-03-01,", "twice there", (3, "from_on", "2024-03-01", "与")),
    ("targets", "A1,0002,2026-11,openings,1", "both", (4, "unit", "A1", "目标")),
    ("targets", ",,2026-11,openings,1", "neither", (4, "unit", "", "目标")),
    ("targets", "A1,,2026-12,openings,-1", "negative", (4, "value", "-1", "小于零")),
]


@pytest.mark.parametrize(("table", "line", "note", "expected"), ZOO, ids=[note for _, _, note, _ in ZOO])
def test_a_wrong_row_refuses_the_whole_and_says_where(
    db: None, tmp_path: Path, table: str, line: str, note: str, expected: tuple[int, str, str, str]
) -> None:
    path = folder(tmp_path, **{**COMPANY, table: f"{COMPANY[table]}{line}\n"})
    with pytest.raises(company.CompanyRefused) as refused:
        load(path)
    (refusal,) = [one.as_json() for one in refused.value.refusals]
    row, column, value, rule = expected
    assert (refusal["sheet"], refusal["row"], refusal["column"], refusal["value"]) == (table, row, column, value)
    assert refusal["rule"].startswith(rule)
    assert counts() == [0] * 7


def test_nobody_is_posted_after_leaving(db: None, tmp_path: Path) -> None:
    left = COMPANY["people"].replace("S,2023-01-01,,,", "S,2023-01-01,2024-05-01,,")
    postings = f"{COMPANY['postings']}0003,A2,area_manager,2024-05-01,\n"
    with pytest.raises(company.CompanyRefused) as refused:
        load(folder(tmp_path, **{**COMPANY, "people": left, "postings": postings}))
    assert [(one.row, one.column) for one in refused.value.refusals] == [(6, "from_on")]


def test_units_in_a_ring_are_refused(db: None, tmp_path: Path) -> None:
    units = COMPANY["units"] + "X1,甲,branch,X2,,,,,\nX2,乙,branch,X1,,,,,\n"
    with pytest.raises(company.CompanyRefused) as refused:
        load(folder(tmp_path, units=units))
    assert [one.values["ring"] for one in refused.value.refusals] == ["X1 → X2 → X1", "X2 → X1 → X2"]


def test_a_kind_is_kept_for_good(loaded: Path, tmp_path: Path) -> None:
    with pytest.raises(company.CompanyRefused, match="1"):
        load(folder(tmp_path, units="code,name,kind,parent\nB8,新区营业部,regional_department,HX\n"))


def test_the_cost_in_queries_does_not_grow(db: None, tmp_path: Path, django_assert_max_num_queries) -> None:
    load(folder(tmp_path, **{name: COMPANY[name] for name in ("units", "people", "postings")}))
    rows = range(300)
    people = "employee_no,name,joined_on\n" + "".join(f"9{n:04},人{n},2025-01-01\n" for n in rows)
    postings = "employee_no,unit,role,from_on\n" + "".join(f"9{n:04},A1,customer_manager,2025-01-01\n" for n in rows)
    with django_assert_max_num_queries(22):
        load(folder(tmp_path, people=people, postings=postings))


def test_the_command_prints_one_object_and_ends_with_2_when_it_refuses(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    out = StringIO()
    folder(tmp_path, people="工号,姓名,入职日期\n7001,新人,2026-11-01\n")
    call_command("load_company", str(tmp_path), "--json", "--dry-run", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["dry_run"], answer["written"], answer["tables"]["people"]["created"]) == (True, 0, 1)
    call_command("load_company", str(tmp_path), stdout=out)
    entry = AuditEntry.objects.filter(table="teams_person").latest("id")
    assert entry.source == "command:load_company"

    out = StringIO()
    folder(tmp_path, people="工号,姓名\n7002,新人\n")
    with pytest.raises(CommandError) as refused:
        call_command("load_company", str(tmp_path), "--json", stdout=out)
    assert refused.value.returncode == 2
    assert json.loads(out.getvalue())["refused"] == [
        {"sheet": "people", "row": 1, "column": "joined_on", "value": "", "rule": "缺少这一列"}
    ]
