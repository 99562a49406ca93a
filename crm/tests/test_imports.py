from __future__ import annotations

import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.periods import Month, Period
from crm import selectors, services
from crm.models import AccountMonth, DailyResult, Import, Kind, Opening, UnitResult
from crm.resources import OpeningResource
from crm.services import results
from tests.cast import TODAY

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
HEADINGS = "open_date,branch,client_no,fund_account,client_name,developer,share,open_assets\n"
WEEK = Period.between(date(2026, 11, 16), date(2026, 11, 18))


class Desk:
    """Takes files as the company would; `rows` are the lines below the headings."""

    def __init__(self, cast, folder: Path) -> None:
        self.cast, self.folder = cast, folder

    def asked(self, content: str | bytes, *, kind=Kind.OPENINGS, unit="HX", name="crm.csv", **more) -> services.Asked:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return services.Asked(kind=kind, path=path, name=name, unit=self.cast.unit[unit], today=TODAY, **more)

    def take(self, content: str | bytes, *, good_rows_only: bool = False, **more) -> Import:
        return services.import_file(
            asked=self.asked(content, **more), good_rows_only=good_rows_only, actor=None, now=NOW
        )

    def openings(self, *rows: str, **more) -> Import:
        return self.take(HEADINGS + "\n".join(rows) + "\n", **more)

    def refused(self, content: str | bytes, **more) -> list[tuple[int, str, str, str]]:
        with pytest.raises(services.NotTaken) as not_taken:
            self.take(content, **more)
        return [(r.row, r.column, r.value, r.rule) for r in not_taken.value.refusals]


@pytest.fixture
def desk(cast, tmp_path):
    return Desk(cast, tmp_path)


def counted(imported: Import) -> tuple[int, int, int]:
    return imported.created, imported.updated, imported.unchanged


def facts() -> list[object]:
    return [
        *Opening.objects.order_by("fund_account", "developer").values_list(),
        *DailyResult.objects.order_by("day", "person").values_list("day", "person", "unit", "openings", "open_assets"),
        *UnitResult.objects.order_by("unit", "day").values_list("unit", "day", "openings", "running"),
    ]


THREE = (
    "2026-11-16,B1,c1,f1,张三丰,1001,,15000",
    "2026-11-17,人民路营业部,c2,f2,李四,1003,,",
    "2026-11-17,B2,c3,f3,王五,2001,,200.55",
)


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
    old = imported.superseded.get()
    assert (old.removed, old.old["developer_id"], old.old["open_date"]) == (True, cast.person("cm").pk, "2026-11-16")
    assert DailyResult.objects.get(person=cast.person("cm2"), day=date(2026, 11, 18)).openings == 1
    assert cast.person("cm").pk not in selectors.openings_by_person(period=WEEK)
    branch = cast.unit["B1"]
    running = UnitResult.objects.filter(unit=branch).order_by("day").values_list("day", "openings", "running")
    assert [(day.day, int(count), int(total)) for day, count, total in running] == [(17, 1, 1), (18, 1, 2)]


def test_reverting_puts_back_what_was_and_unknown_days_are_unknown_again(cast, desk):
    desk.openings(*THREE)
    before = facts()
    imported = desk.openings("2026-11-18,B1,c1,f1,张三丰,1002,,15000", "2026-11-18,B1,c9,f9,,1001,,")
    services.revert_import(imported=imported, actor=cast.market, now=NOW)
    assert facts() == before
    assert list(selectors.known_days(WEEK)) == [date(2026, 11, 16), date(2026, 11, 17)]


def test_an_import_whose_rows_a_later_one_changed_stays(cast, desk):
    first = desk.openings(*THREE)
    later = desk.openings("2026-11-18,B1,c1,f1,张三丰,1002,,15000", name="later.csv")
    with pytest.raises(services.DependedUpon, match=r"later\.csv"):
        services.revert_import(imported=first, actor=cast.market, now=NOW)
    services.revert_import(imported=later, actor=cast.market, now=NOW)
    services.revert_import(imported=first, actor=cast.market, now=NOW)
    assert facts() == []


def test_what_an_app_above_built_on_an_import_keeps_it(cast, desk, monkeypatch):
    monkeypatch.setattr(services, "_dependencies", [])
    services.register_dependency(lambda imported: ["the pay run of October"] if imported.kind == "openings" else [])
    with pytest.raises(services.DependedUpon, match="the pay run of October"):
        services.revert_import(imported=desk.openings(*THREE), actor=cast.market, now=NOW)
    assert Opening.objects.count() == 3


@pytest.mark.parametrize(
    "row, column, value, rule",
    [
        ("2026-11-19,B1,c,f,,1001,,", "open_date", "2026-11-19", "lies in the future"),
        ("2026-02-30,B1,c,f,,1001,,", "open_date", "2026-02-30", "is not a date such as 2026-11-18"),
        ("2026-11-18,B7,c,f,,1001,,", "branch", "B7", "no branch has this code or name"),
        ("2026-11-18,B1M1,c,f,,1001,,", "branch", "B1M1", "no branch has this code or name"),
        ("2026-11-18,B1,,f,,1001,,", "client_no", "", "must be filled in"),
        (
            "2026-11-18,B1,1.10101E+17,f,,1001,,",
            "client_no",
            "1.10101E+17",
            "stored as a number, its last digits are lost: format the column as text",
        ),
        ("2026-11-18,B1,c,f,,7777,,", "developer", "7777", "nobody has this employee number"),
        ("2024-11-18,B1,c,f,,1001,,", "developer", "1001", "was posted nowhere on that day"),
        (
            "2026-11-18,B1,c,f,,1001,120%,",
            "share",
            "120%",
            "is not a share between 0 and 1 (or 0% and 100%)",
        ),
        ("2026-11-18,B1,c,f,,1001,0,", "share", "0", "must be above zero"),
        ("2026-11-18,B1,c,f,,1001,,many", "open_assets", "many", "is not a number"),
    ],
)
def test_a_refusal_names_row_column_value_and_rule_and_nothing_is_written(cast, desk, row, column, value, rule):
    refused = desk.refused(HEADINGS + THREE[0] + "\n" + row + "\n")
    assert refused == [(3, column, value, rule)]
    assert not Opening.objects.exists()
    assert not Import.objects.exists()


def test_shares_above_the_whole_and_an_account_sent_twice_are_refused(cast, desk):
    refused = desk.refused(
        HEADINGS
        + "2026-11-16,B1,c1,f1,,1001,60%,\n2026-11-16,B1,c1,f1,,1002,50%,\n"
        + "2026-11-16,B1,c2,f2,,1001,,\n2026-11-16,B1,c2,f2,,1001,,\n"
    )
    assert refused == [
        (2, "share", "60.00 %", "the shares of this account are above 100 % together"),
        (3, "share", "50.00 %", "the shares of this account are above 100 % together"),
        (5, "fund_account", "f2", "is there more than once"),
    ]


def test_good_rows_are_taken_when_a_person_says_so_but_never_half_an_account(cast, desk):
    imported = desk.openings(
        *THREE,
        "2026-11-16,B1,c4,f4,,1001,50%,",
        "2026-11-16,B1,c4,f4,,7777,50%,",
        "soon,B1,c5,f5,,1001,,",
        good_rows_only=True,
    )
    assert (imported.rows, imported.accepted, imported.refused) == (6, 3, 3)
    assert counted(imported) == (3, 0, 0)
    assert sorted(Opening.objects.values_list("fund_account", flat=True)) == ["f1", "f2", "f3"]


def test_of_many_refusals_two_hundred_are_listed_and_all_are_counted(cast, desk):
    asked = desk.asked(HEADINGS + "".join(f"2026-11-18,B1,c{n},f{n},,9999,,\n" for n in range(300)))
    imported = services.check_file(asked=asked, actor=cast.market, now=NOW, keep=False)
    assert imported.state == Import.State.REFUSED
    assert (len(imported.refusals), imported.refused, imported.notes["refusal_count"]) == (200, 300, 300)


@pytest.mark.parametrize(
    "row",
    [
        "2026-11-18,B2,c9,f9,,1001,,",  # another branch's account
        "2026-11-18,B1,c9,f9,,2001,,",  # another branch's person
        "2026-11-18,B1,c3,f3,,1001,,",  # an account that another branch already has
    ],
)
def test_a_branch_importer_cannot_move_anything_across_branches(cast, desk, row):
    desk.openings(*THREE)
    before = facts()
    for good_rows_only in (False, True):
        with pytest.raises(services.NotTaken, match="belongs to another branch"):
            desk.openings("2026-11-18,B1,c8,f8,,1001,,", row, unit="B1", good_rows_only=good_rows_only)
    assert facts() == before


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


def test_a_file_without_rows_says_nothing_unless_it_names_its_days(cast, desk):
    assert desk.refused(HEADINGS)[0][3].startswith("The table has no rows")


def test_a_row_outside_the_named_days_is_refused(cast, desk):
    refused = desk.refused(HEADINGS + THREE[0] + "\n", covers=(date(2026, 11, 17), date(2026, 11, 18)))
    assert refused == [(2, "open_date", "2026-11-16", "lies outside the days the file is said to cover")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(
    "title, headings, units",
    [
        ("", "开户日期,营业部,客户号,资金账号,所属员工,开户资产(万元)", ""),
        ("十一月开户明细,,,,,\n,,,,,\n", "開戶 日期,開戶營業部,客戶號,資金帳號,開發關係,開戶資產", "单位：,,,,,万元\n"),
    ],
)
def test_headings_come_in_either_script_below_titles_with_units_and_total_rows(
    cast, desk, encoding, title, headings, units
):
    rows = '2026/11/16,B1,c1,f1,1001,1.5\n2026年11月17日,B1,c2,f2,1002,"1,000"\n合计,,,,,1001.5\n'
    imported = desk.take(f"{title}{headings}\n{units}{rows}".encode(encoding))
    assert (imported.rows, imported.created) == (2, 2)
    assert list(Opening.objects.order_by("open_date").values_list("open_assets", flat=True)) == [15_000, 10_000_000]


def test_a_total_row_that_does_not_add_up_is_refused(cast, desk):
    refused = desk.refused(HEADINGS + THREE[0] + "\n总计,,,,,,,15000.02\n")
    assert refused == [(3, "open_assets", "15000.02", "the total row says %(said)s, the rows sum to %(sum)s")]


def test_headings_that_mean_the_same_or_are_missing_refuse_the_file(cast, desk):
    assert desk.refused("开户日期,营业部,客户号,资金账号,所属员工,开发关系\n2026-11-16,B1,c1,f1,1001,1002\n") == [
        (1, "developer", "所属员工, 开发关系", "this column is there more than once")
    ]
    assert desk.refused("开户日期,营业部,客户号,资金账号\n2026-11-16,B1,c1,f1\n") == [
        (1, "developer", "", "this column is missing")
    ]


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


MONTHS = "month,fund_account,relation,employee_no,turnover,gross_commission,net_commission,trades\n"


@pytest.mark.clause("D15.a")
def test_account_months_are_grouped_for_pay_by_person(cast, desk):
    imported = desk.take(
        MONTHS
        + "2026-10,f1,开发,1001,1000000,300.5,250,12\n2026-10,f2,serviced,1001,,10,,\n2026-10,f3,developed,2001,,20,,\n",
        kind=Kind.ACCOUNT_MONTH,
    )
    assert counted(imported) == (3, 0, 0)
    assert (imported.covers_from, imported.covers_to) == (date(2026, 10, 1), date(2026, 10, 31))
    rows = selectors.pay_rows(cast.unit["B1"], Month(date(2026, 10, 1)))
    assert {
        person: [(r.fund_account, r.relation, r.gross_commission) for r in found] for person, found in rows.items()
    } == {cast.person("cm").pk: [("f1", "developed", Decimal("300.50")), ("f2", "serviced", Decimal(10))]}


@pytest.mark.parametrize(
    "row, column, rule",
    [
        ("2026-10,f,developed,1001,-1,10,,", "turnover", "is below zero"),
        ("2026-10,f,developed,1001,1,10,10.01,", "net_commission", "is more than the commission it is part of"),
        ("2026-12,f,developed,1001,1,10,,", "month", "lies in the future"),
        ("2026-13,f,developed,1001,1,10,,", "month", "is not a month such as 2026-11"),
        ("2026-10,f,friend,1001,1,10,,", "relation", "is none of: %(choices)s"),
        ("2026-10,f,developed,1001,1,,,", "gross_commission", "must be filled in"),
        ("2026-10,f,developed,1001,1,10,,1.5", "trades", "is not a whole number"),
        ("2026-10,f,developed,4711,1,10,,", "employee_no", "nobody has this employee number"),
    ],
)
def test_an_account_month_is_checked_too(cast, desk, row, column, rule):
    refused = desk.refused(MONTHS + row + "\n", kind=Kind.ACCOUNT_MONTH)
    assert [(found[0], found[1], found[3]) for found in refused] == [(2, column, rule)]
    assert not AccountMonth.objects.exists()


def test_the_command_prints_one_object_and_refuses_with_2(cast, tmp_path, capsys, time_machine):
    from django.core.management import CommandError, call_command

    time_machine.move_to(NOW, tick=False)
    file = tmp_path / "openings.csv"
    file.write_text(HEADINGS + "\n".join(THREE))
    call_command("import_crm", "openings", str(file), "--json", "--dry-run")
    assert json.loads(capsys.readouterr().out)["created"] == 3
    assert not Opening.objects.exists()
    call_command("import_crm", "openings", str(file), "--covers", "2026-11-16..2026-11-18", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert {key: answer[key] for key in ("kind", "rows", "accepted", "refused", "created", "updated", "unchanged")} == {
        "kind": "openings",
        "rows": 3,
        "accepted": 3,
        "refused": [],
        "created": 3,
        "updated": 0,
        "unchanged": 0,
    }
    assert answer["covers"] == ["2026-11-16", "2026-11-18"]
    assert answer["effects"]["openings"][0]["code"] == "B1"
    file.write_text(HEADINGS + "2026-11-18,B1,c,f,,7777,,")
    with pytest.raises(CommandError) as refused:
        call_command("import_crm", "openings", str(file), "--json")
    assert refused.value.returncode == 2
    assert json.loads(capsys.readouterr().out)["refused"] == [
        {
            "sheet": "openings",
            "row": 2,
            "column": "developer",
            "value": "7777",
            "rule": "没有这个工号的人员",
        }
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


LETTERS = st.sampled_from("张䶮㛃𠮷林Ab")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.dates(date(2025, 6, 1), TODAY),
            st.text(st.sampled_from("0123456789"), min_size=18, max_size=18),
            st.text(LETTERS, max_size=4),
            st.sampled_from(["", "0.01", "123456789.99", "-20"]),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda row: row[1],
    ),
    st.sampled_from(["utf-8", "gb18030", "utf-8-sig"]),
)
def test_what_is_exported_comes_in_again_without_a_difference(cast, desk, rows, encoding):
    Opening.objects.all().delete()
    lines = [f"{day},B1,{number},{number},{name},1001,,{assets}" for day, number, name, assets in rows]
    content = (HEADINGS + "\n".join(lines) + "\n").encode(encoding)
    assert counted(desk.take(content)) == (len(rows), 0, 0)
    exported = OpeningResource().export().csv.encode(encoding)
    again = services.check_file(asked=desk.asked(exported), actor=None, now=NOW, keep=False)
    assert (again.refusals, counted(again)) == ([], (0, 0, len(rows)))


@pytest.mark.parametrize("name", ["mangled.csv", "mangled.xlsx"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_any_mangled_file_is_taken_or_refused_and_nothing_else_happens(cast, desk, name, random):
    content = bytearray(workbook() if name.endswith("xlsx") else (HEADINGS + "\n".join(THREE)).encode())
    for _ in range(random.randrange(1, 12)):
        content[random.randrange(len(content))] = random.randrange(256)
    imported = services.check_file(asked=desk.asked(bytes(content), name=name), actor=cast.market, now=NOW, keep=False)
    assert imported.state in {Import.State.CHECKED, Import.State.REFUSED}
    assert imported.state == Import.State.CHECKED or imported.refusals


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in [HEADINGS.strip(), *THREE]:
        sheet.append(line.split(","))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_workbook_is_read_like_text(cast, desk):
    assert counted(desk.take(workbook(), name="crm.xlsx")) == (3, 0, 0)
    assert counted(desk.openings(*THREE)) == (0, 0, 3)


def test_loading_costs_the_same_number_of_statements_for_few_rows_and_for_many(cast, desk):
    def statements(count: int) -> int:
        rows = [f"2026-11-{1 + n % 18:02},B1,c{n}-{count},f{n}-{count},,1001,," for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            desk.openings(*rows)
        return len(captured)

    assert statements(3) == statements(300)
