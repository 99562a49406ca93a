from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from crm import tasks
from crm.models import Import, ImportKind, Opening
from crm.reading.columns import TABLES, known_headings, plain_heading
from crm.services.importing import check_file
from crm.services.sheets import LABELS
from crm.services.staging import ImportAsked
from tests.cast import TODAY

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
HEADINGS = "开户日期,营业部,客户号,资金账号,所属员工,开户资产\n"
GOOD = HEADINGS + "2026-11-16,B1,c1,f1,1001,15000\n2026-11-17,B1,c2,f2,1003,\n"
BAD = GOOD + "2026-11-17,B1,c3,f3,7777,=1+1\n"


def send(client, content: str | bytes, name: str = "十一月.csv", **more):
    """Upload a file, and let a worker come by."""
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    answer = client.post(reverse("crm:upload"), {"kind": "openings", "file": file, **more})
    work()
    return answer


def work() -> None:
    for import_id in Import.objects.with_job_due(timezone.now()).values_list("pk", flat=True):
        tasks.do_import_job(import_id)


def act(client, verb: str, imported: Import, **data):
    return client.post(reverse(f"crm:{verb}", args=[imported.public_id]), data)


def test_a_file_is_checked_shown_taken_and_reverted(cast, signed_in):
    browser = signed_in(cast.clerk)
    answer = send(browser, GOOD)
    imported = Import.objects.get()
    assert answer.url == reverse("crm:import", args=[imported.public_id])
    assert (imported.state, imported.unit, imported.created) == ("checked", cast.unit["B1"], 2)
    assert not Opening.objects.exists()
    assert "人民路市场一部" in browser.get(answer.url).content.decode()

    act(browser, "take", imported, sha256=imported.file_sha256)
    imported.refresh_from_db()
    assert (imported.state, imported.taken_by, imported.file.name) == ("taken", cast.clerk, "")
    assert Opening.objects.filter(source=imported).count() == 2

    act(browser, "revert", imported)
    imported.refresh_from_db()
    assert (imported.state, imported.reverted_by) == ("reverted", cast.clerk)
    assert not Opening.objects.exists()


def test_what_is_confirmed_must_be_the_file_that_was_checked(cast, signed_in):
    browser = signed_in(cast.clerk)
    send(browser, GOOD)
    imported = Import.objects.get()
    act(browser, "take", imported, sha256="0" * 64)
    Path(imported.file.path).write_text(GOOD.replace("c1", "c7"))
    act(browser, "take", imported, sha256=imported.file_sha256)
    imported.refresh_from_db()
    assert imported.state == "checked"
    assert not Opening.objects.exists()


def test_refused_rows_stay_out_only_when_a_person_says_so(cast, signed_in):
    browser = signed_in(cast.clerk)
    page = browser.get(send(browser, BAD).url).content.decode()
    imported = Import.objects.get()
    assert (imported.state, imported.refused) == ("checked", 1)
    for text in ("所属员工", "7777", "没有这个工号的人员", "我已看过被拒绝的 1 行"):
        assert text in page
    act(browser, "take", imported, sha256=imported.file_sha256)
    assert not Opening.objects.exists()
    act(browser, "take", imported, sha256=imported.file_sha256, good_rows_only="yes")
    assert Opening.objects.count() == 2


def test_the_file_comes_back_with_a_remark_beside_each_refused_row(cast, signed_in):
    browser = signed_in(cast.clerk)
    send(browser, BAD)
    answer = browser.get(reverse("crm:remarks", args=[Import.objects.get().public_id]))
    assert answer["Content-Disposition"].startswith("attachment")
    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["行", "开户日期", "营业部", "客户号", "资金账号", "所属员工", "开户资产", "备注"]
    assert rows[1][-1] in (None, "")
    assert rows[3][6] == "=1+1" and sheet["G4"].data_type == "s"
    assert rows[3][-1] == "开户资产: 不是数字\n所属员工: 没有这个工号的人员"


def test_a_file_that_is_no_table_is_refused_on_its_page(cast, signed_in):
    browser = signed_in(cast.clerk)
    page = browser.get(send(browser, b"<html></html>", name="crm.xlsx").url).content.decode()
    assert Import.objects.get().state == "refused"
    assert "这是网页，不是表格" in page


def test_days_without_trading_are_not_missing_and_sums_stand_in_the_order_of_the_columns(cast, signed_in, time_machine):
    time_machine.move_to(NOW, tick=False)
    browser = signed_in(cast.clerk)
    shown = browser.get(reverse("crm:imports")).content.decode()
    assert (
        shown.count("休市") == 2 and shown.count("state-off") == 4 and shown.count("尚未结束") == 1
    )  # the last week holds one weekend
    months = "月份,资金账号,关系,工号,交易量,佣金,净佣金,交易笔数\n2026-10,f1,开发,1001,1000000,3000,2500,1200\n"
    page = browser.get(send(browser, months, kind="account_month").url).content.decode()
    sums = [page.index(f"{name}合计") for name in ("交易量", "净佣金", "交易笔数")]
    assert sums == sorted(sums)


def test_a_form_with_mistakes_comes_back_with_what_was_typed(cast, signed_in):
    answer = send(signed_in(cast.clerk), GOOD, covers_from="2026-11-16", covers_to="2026-11-30")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "文件不能覆盖将来的日期。" in page and 'value="2026-11-16"' in page
    assert not Import.objects.exists()


def test_another_branch_s_row_refuses_the_whole_file(cast, signed_in):
    browser = signed_in(cast.clerk)
    page = browser.get(send(browser, GOOD + "2026-11-17,B2,c3,f3,1001,\n").url).content.decode()
    imported = Import.objects.get()
    assert imported.state == "refused"
    assert f"属于其他营业部（{cast.unit['B2'].name}）；整个文件被拒绝" in page
    act(browser, "take", imported, sha256=imported.file_sha256, good_rows_only="yes")
    assert not Opening.objects.exists()


@pytest.mark.parametrize("who, status", [("sibling_clerk", 404), ("am", 404), ("manager", 403), ("auditor", 403)])
def test_others_can_neither_see_nor_take_a_branch_s_import(cast, signed_in, who, status):
    send(signed_in(cast.clerk), GOOD)
    imported = Import.objects.get()
    other = signed_in(cast.user[who])
    assert other.get(reverse("crm:import", args=[imported.public_id])).status_code == status
    for verb in ("take", "revert"):
        assert act(other, verb, imported, sha256=imported.file_sha256).status_code == status
    imported.refresh_from_db()
    assert imported.state == "checked"
    assert not Opening.objects.exists()


@pytest.mark.parametrize("kind", ImportKind.values)
def test_the_empty_table_is_understood_when_it_comes_back(cast, signed_in, kind, tmp_path):
    browser = signed_in(cast.clerk)
    book = load_workbook(io.BytesIO(browser.get(reverse("crm:template", args=[kind])).content))
    sheet = book.active
    assert sheet is not None
    rows = {
        "openings": [date(2026, 11, 16), "B1", "101", "0201", "张三丰", "1001", None, 0.5, None, 12.5, None, "正常"],
        "account_month": ["2026-10", "0201", "开发", "1001", "B1", 5, 3, 1, 2, None, None, None, 7, None],
    }
    sheet.append(rows[kind])
    book.save(tmp_path / "filled.xlsx")
    asked = ImportAsked(kind=kind, path=tmp_path / "filled.xlsx", name="filled.xlsx", unit=cast.unit["B1"], today=TODAY)
    imported = check_file(asked=asked, actor=None, now=NOW)
    assert (imported.state, imported.refusals, imported.created) == ("checked", [], 1)
    assert imported.notes["ignored_columns"] == []


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_every_heading_of_the_empty_tables_is_one_we_understand(language):
    with translation.override(language):
        for columns in TABLES.values():
            known = known_headings(columns)
            for column in columns:
                assert known.get(plain_heading(f"{LABELS[column.name]} *")) == column.name, LABELS[column.name]


def test_the_list_costs_the_same_however_many_imports_there_are(cast, signed_in, django_assert_max_num_queries):
    browser = signed_in(cast.clerk)

    def add(count: int) -> None:
        Import.objects.bulk_create(
            Import(
                kind=ImportKind.OPENINGS,
                unit=cast.unit["B1"],
                state=Import.State.TAKEN,
                file_name=f"{n}.csv",
                checked_at=NOW,
                checked_by=cast.clerk,
                taken_at=NOW,
                taken_by=cast.clerk,
                covers_from=TODAY,
                covers_to=TODAY,
            )
            for n in range(count)
        )

    for count in (2, 60):
        add(count)
        with django_assert_max_num_queries(14):
            browser.get(reverse("crm:imports"))


def test_numbers_that_look_alike_are_told_apart_with_a_reason_and_the_file_checked_again(cast, signed_in):
    browser = signed_in(cast.clerk)
    send(browser, GOOD)
    act(browser, "take", imported := Import.objects.get(), sha256=imported.file_sha256)
    account = Opening.objects.get(client_no="c1").fund_account
    send(browser, GOOD.replace(account, f"0{account}"))
    imported = Import.objects.latest("pk")
    page = browser.get(reverse("crm:import", args=[imported.public_id])).content.decode()
    assert f"0{account} ≠ {account}" in page
    address = reverse("crm:tell_apart", args=[imported.public_id])
    assert browser.post(address, {"words": [f"0{account}"], "reason": ""}).status_code == 422
    browser.post(address, {"words": [f"0{account}"], "reason": "两个不同的账户"})
    imported.refresh_from_db()
    assert (imported.state, imported.job) == ("received", "check")


@pytest.mark.parametrize("who, shown", [("clerk", "3,000.00 → <b>3,070.66</b>"), ("tradeadmin", "+70.66")])
def test_whoever_may_not_see_pay_learns_the_difference_alone(cast, signed_in, who, shown):
    branch = cast.unit["B1"]
    change = {"code": "B1", "branch": branch.name, "month": "2026-10", "person": "林小雨 1001"}
    imported = Import.objects.create(
        kind=ImportKind.ACCOUNT_MONTH,
        unit=branch,
        state=Import.State.CHECKED,
        file_name="f",
        checked_at=NOW,
        covers_from=TODAY,
        covers_to=TODAY,
        effects={"pay_changes": [{**change, "before": "3000.00", "after": "3070.66"}], "pay_left_out": {}},
    )
    page = signed_in(cast.as_of(who)).get(reverse("crm:import", args=[imported.public_id])).content.decode()
    assert shown in page
    assert ("3,000.00" in page) == (who == "clerk")
