from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from core.models import ToldApart
from teams.models import Outlet, OutletPosting, PartnerBank, Person, Target
from teams.resources import OutletResource, TargetResource
from tests.cast import Cast
from tests.opened import opened


@pytest.fixture
def console(cast: Cast, signed_in: Callable[[User], Client]) -> Callable[[str], Client]:
    bank = PartnerBank.objects.create(code="ICBC", name="工商银行")
    for code, unit in (("O1", "B1M1A1"), ("O2", "B2M1A1")):
        Outlet.objects.create(code=code, name=f"网点{code}", bank=bank, unit=cast.unit[unit])

    def open_for(key: str) -> Client:
        return signed_in(cast.user[key])

    return open_for


@pytest.mark.parametrize("model", ["unit", "person", "posting", "outletposting", "partnerbank", "outlet", "target"])
def test_the_console_shows_ones_own_branch(console: Callable[[str], Client], model: str) -> None:
    page = console("tradeadmin").get(reverse(f"admin:teams_{model}_changelist"))
    assert page.status_code == 200
    assert "解放路" not in page.content.decode() and "网点O2" not in page.content.decode()


def test_history_is_not_edited_by_hand(console: Callable[[str], Client], cast: Cast) -> None:
    browser = console("tradeadmin")
    assert browser.get(reverse("admin:teams_posting_add")).status_code == 403
    page = browser.get(reverse("admin:teams_person_change", args=[cast.person("cm").pk]))
    assert page.status_code == 200 and 'name="joined_on"' not in page.content.decode()
    assert browser.get(reverse("admin:teams_partnerbank_add")).status_code == 403


def test_a_licence_is_entered_by_who_may_and_nothing_else_of_a_person(
    console: Callable[[str], Client], cast: Cast
) -> None:
    one = cast.person("cm")
    url = reverse("admin:teams_person_change", args=[one.pk])
    change = {"licence_no": "S1230000000001", "licence_until": "2028-12-31", "joined_on": "2000-01-01"}
    assert console("clerk").post(url, change).status_code == 403
    browser = console("tradeadmin")
    change["opened"] = opened(browser.get(url))
    assert browser.post(url, change).status_code == 302
    after = Person.objects.get(pk=one.pk)
    assert (after.licence_no, after.joined_on) == ("S1230000000001", one.joined_on)
    elsewhere = reverse("admin:teams_person_change", args=[cast.person("sibling_cm").pk])
    assert browser.get(elsewhere).status_code == 302, "out of sight"


def test_who_stands_at_an_outlet_is_entered_within_ones_sight(console: Callable[[str], Client], cast: Cast) -> None:
    url, outlet = reverse("admin:teams_outletposting_add"), Outlet.objects.get(code="O1")
    assert console("clerk").get(url).status_code == 403
    entered = {"person": cast.person("cm").pk, "outlet": outlet.pk, "from_on": "2026-11-18"}
    browser = console("tradeadmin")
    assert browser.post(url, entered | {"person": cast.person("sibling_cm").pk}).status_code == 200
    assert browser.post(url, entered | {"outlet": Outlet.objects.get(code="O2").pk}).status_code == 200
    assert browser.post(url, entered).status_code == 302
    assert OutletPosting.objects.filter(outlet=outlet, person=cast.person("cm"), from_on="2026-11-18").exists()


def test_an_outlet_is_edited_by_who_may_and_nobody_elses(console: Callable[[str], Client], cast: Cast) -> None:
    outlets = {outlet.code: outlet for outlet in Outlet.objects.all()}
    change = {"code": "O1", "name": "新名", "bank": outlets["O1"].bank_id, "unit": cast.unit["B1M2"].pk}
    url = reverse("admin:teams_outlet_change", args=[outlets["O1"].pk])
    assert console("clerk").post(url, change).status_code == 403
    browser = console("tradeadmin")
    change["opened"] = opened(browser.get(url))
    refused = browser.post(url, change | {"unit": cast.unit["B2M1A1"].pk})
    assert refused.status_code == 200, "a unit out of sight is no choice"
    assert Outlet.objects.get(code="O1").unit == cast.unit["B1M1A1"]
    assert browser.post(url, change).status_code == 302
    assert Outlet.objects.get(code="O1").name == "新名"
    assert browser.get(reverse("admin:teams_outlet_change", args=[outlets["O2"].pk])).status_code == 302


def test_an_older_page_of_the_console_overwrites_no_newer_row(console: Callable[[str], Client], cast: Cast) -> None:
    outlet, browser = Outlet.objects.get(code="O1"), console("tradeadmin")
    url = reverse("admin:teams_outlet_change", args=[outlet.pk])
    row = {
        "code": "O1",
        "name": "网点O1",
        "bank": outlet.bank_id,
        "unit": outlet.unit_id,
        "opened": opened(browser.get(url)),
    }
    assert browser.post(url, row | {"name": "新名", "unit": cast.unit["B1M2"].pk}).status_code == 302
    answer = browser.post(url, row | {"contact": "孙主任"})
    shown = answer.content.decode()
    assert answer.status_code == 409 and "现有内容" in shown and 'value="孙主任"' in shown
    assert str(cast.unit["B1M2"]) in shown and 'value="新名"' in shown, "what she did not touch is taken over"
    outlet.refresh_from_db()
    assert (outlet.name, outlet.contact) == ("新名", "")
    again = row | {"name": "新名", "unit": cast.unit["B1M2"].pk, "contact": "孙主任", "opened": opened(answer)}
    assert browser.post(url, again).status_code == 302
    outlet.refresh_from_db()
    assert (outlet.name, outlet.contact, outlet.unit) == ("新名", "孙主任", cast.unit["B1M2"])


def send(browser: Client, table: str, content: str | bytes, *, button: str = "take", name: str = "x.csv") -> Any:
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    address = reverse(f"admin:teams_{table}_import")
    return browser.post(address, {"file": file, button: "1"})


def test_an_import_stays_within_ones_own_units(console: Callable[[str], Client], cast: Cast) -> None:
    browser = console("tradeadmin")
    hers, theirs = (cast.user[key].employee_no for key in ("cm", "sibling_cm"))
    for table, line in {
        "outlet": "code,name,bank,unit\nO3,新网点,ICBC,B2M1A1\n",
        "outlet ": "code,name,bank,unit\nO2,抢来的,ICBC,B1M1A1\n",  # whose it was before counts as well
        "target": f"unit,employee_no,month,measure,value\n,{theirs},2026-12,openings,5\n",
        "target ": "unit,employee_no,month,measure,value\nB2,,2026-12,openings,5\n",
    }.items():
        answer = send(browser, table.strip(), line)
        assert answer.status_code == 422 and "不由您维护" in answer.content.decode(), line
    assert send(browser, "partnerbank", "code,name\nABC,农行\n").status_code == 403
    assert (Outlet.objects.count(), Target.objects.count(), PartnerBank.objects.count()) == (2, 0, 1)
    assert send(browser, "outlet", "code,name,bank,unit\nO3,新网点,ICBC,B1M2\n").status_code == 302
    assert (
        send(browser, "target", f"员工编号,月份,指标,数值\n{hers},2026-12,开户,5\n".encode("gb18030")).status_code
        == 302
    )
    assert (Outlet.objects.get(code="O3").unit.code, Target.objects.get().person) == ("B1M2", cast.person("cm"))


def test_a_file_is_only_checked_where_that_was_asked(console: Callable[[str], Client]) -> None:
    answer = send(console("tradeadmin"), "outlet", "code,name,bank,unit\nO3,新网点,ICBC,B1M2\n", button="check")
    assert "1 行" in answer.content.decode() and not Outlet.objects.filter(code="O3").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("code,name,bank,unit,opens,closes\nO3,网点,ICBC,B1M2,17:00,09:00\n", "不晚于"),
        ("code,name,bank,unit\nO3,网点,ICBC,B1\n", "网点应归属"),
        ("code,name,bank,unit\nO3,网点,ICBC,B1M2\nO3,网点,ICBC,B1M2\n", "重复出现"),
        ("a,b\n1,2\n", "缺少这一列"),
        (b"code,name\n\x00,x\n", "空字符"),
        (b"PK\x03\x04x", "损坏"),
        (b"%PDF-1.7\n", "PDF"),
    ],
)
def test_a_bad_file_is_refused_in_words_and_changes_nothing(
    console: Callable[[str], Client], content: str | bytes, says: str
) -> None:
    answer = send(console("tradeadmin"), "outlet", content)
    said = " ".join(refusal.text for refusal in answer.context["refusals"])
    assert (answer.status_code, says in said, "Traceback" in answer.content.decode()) == (422, True, False), said
    assert Outlet.objects.count() == 2


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
@pytest.mark.parametrize("form", ["0", "1"], ids=["xlsx", "csv"])
def test_what_goes_out_comes_in_again_and_changes_nothing(
    console: Callable[[str], Client], cast: Cast, language: str, form: str
) -> None:
    User.objects.filter(pk=cast.tradeadmin.pk).update(language=language)
    browser, month = console("tradeadmin"), date(2026, 12, 1)
    Target.objects.create(unit=cast.unit["B1"], month=month, measure="openings", value=30)
    Target.objects.create(person=cast.person("cm"), month=month, measure="net_commission", value=1200)
    for table, resource in (("outlet", OutletResource), ("target", TargetResource)):
        chosen = {f"{resource.__name__.lower()}_{name}": "on" for name in resource._meta.fields}
        sent = browser.post(reverse(f"admin:teams_{table}_export"), {"format": form, "resource": "0", **chosen})
        assert sent.status_code == 200 and "attachment" in sent["Content-Disposition"]
        answer = send(browser, table, sent.content, button="check", name="x.xlsx" if form == "0" else "x.csv")
        counts = {"outlet": "1", "target": "2"}[table]
        assert answer.context["refusals"] == ()
        assert re.findall(r"\d+", answer.context["checked"]) == [counts, "0", "0"]


BAD_TARGETS = {
    "negative": ({"value": "-5"}, "小于零"),
    "neither": ({"unit": ""}, "目标"),
    "both": ({"employee_no": "1001"}, "目标"),
    "somebody elsewhere": ({"unit": "", "employee_no": "THEIRS"}, "没有"),
    "far off": ({"month": "9999-01-01"}, "1950"),
    "there already": ({"month": "2026-12-09"}, "已有"),
}


@pytest.mark.parametrize("case", BAD_TARGETS)
def test_a_wrong_target_is_refused_at_its_field(console: Callable[[str], Client], cast: Cast, case: str) -> None:
    browser, unit = console("tradeadmin"), cast.unit["B1"]
    Target.objects.create(unit=unit, month=date(2026, 12, 1), measure="openings", value=30)
    changes, says = BAD_TARGETS[case]
    entered = {"unit": unit.pk, "employee_no": "", "month": "2027-01-01", "measure": "openings", "value": "5"} | changes
    entered["employee_no"] = str(entered["employee_no"]).replace("THEIRS", cast.user["sibling_cm"].employee_no)
    answer = browser.post(reverse("admin:teams_target_add"), {**entered, "person": cast.person("sibling_cm").pk})
    errors = str(answer.context["adminform"].form.errors)
    assert (answer.status_code, Target.objects.count()) == (200, 1)
    assert says in errors and "约束" not in errors, errors


def test_a_target_is_entered_for_one_of_ones_own_by_number(console: Callable[[str], Client], cast: Cast) -> None:
    entered = {
        "unit": "",
        "employee_no": cast.cm.employee_no,
        "month": "2027-01-15",
        "measure": "openings",
        "value": "5",
    }
    answer = console("tradeadmin").post(reverse("admin:teams_target_add"), entered)
    assert answer.status_code == 302
    target = Target.objects.get()
    assert (target.person, target.unit, target.month) == (cast.person("cm"), None, date(2027, 1, 1))


@pytest.mark.parametrize(
    ("change", "says"),
    [({"opens": "17:00", "closes": "09:00"}, "不晚于"), ({"unit": "B1"}, "网点应归属")],
    ids=["closes before it opens", "at a branch"],
)
def test_a_wrong_outlet_is_refused_at_its_field(
    console: Callable[[str], Client], cast: Cast, change: dict[str, str], says: str
) -> None:
    bank = PartnerBank.objects.first()
    entered = {"code": "O9", "name": "x", "bank": bank.pk if bank else "", "unit": "B1M2"} | change
    entered["unit"] = cast.unit[str(entered["unit"])].pk
    answer = console("tradeadmin").post(reverse("admin:teams_outlet_add"), entered)
    assert (answer.status_code, says in answer.content.decode(), Outlet.objects.count()) == (200, True, 2)


def test_the_console_leads_to_the_page_that_knows_the_rules_of_passwords(console: Callable[[str], Client]) -> None:
    browser = console("tradeadmin")
    for name in ("password_change", "password_change_done"):
        answer = browser.post(
            reverse(f"admin:{name}"), {"old_password": "x", "new_password1": "y", "new_password2": "y"}
        )
        assert (answer.status_code, answer["Location"]) == (302, reverse("account_change_password"))


def test_a_code_that_looks_like_a_known_one_needs_a_reason_to_be_another(console: Callable[[str], Client], cast: Cast):
    browser, bank = console("tradeadmin"), PartnerBank.objects.get()
    entered = {"code": "Ｏ１", "name": "x", "bank": bank.pk, "unit": cast.unit["B1M2"].pk}
    url = reverse("admin:teams_outlet_add")
    assert "已存在" in browser.post(url, entered).content.decode(), "another spelling of O1 is O1"
    refused = browser.post(url, entered | {"code": "o1"})
    assert (
        "O1" in str(refused.context["adminform"].form.errors["code"]) and 'name="because"' in refused.content.decode()
    )
    assert browser.post(url, entered | {"code": "o1", "because": "两个网点，已核实"}).status_code == 302
    told = ToldApart.objects.get()
    assert (told.table, told.code, told.other, told.reason) == ("outlets", "o1", "O1", "两个网点，已核实")
    assert "phone" in browser.post(url, entered | {"code": "O7", "phone": "abc"}).context["adminform"].form.errors


def test_a_file_with_such_a_code_is_taken_with_the_reason_and_its_hidden_rows_are_named(
    console: Callable[[str], Client], cast: Cast
):
    browser = console("tradeadmin")
    url = reverse("admin:teams_outlet_import")
    assert reverse("admin:teams_outlet_import_template") in browser.get(url).content.decode()
    blank = browser.get(reverse("admin:teams_outlet_import_template"))
    book = load_workbook(io.BytesIO(blank.content))
    sheet, other = book.worksheets[0], book.create_sheet("备注")
    sheet.append(["o1", "x", "ICBC", "B1M2"])
    sheet.row_dimensions[4].hidden = True
    other.append(["x"])
    written = io.BytesIO()
    book.save(written)

    def sent(**more: str) -> Any:
        return browser.post(
            url, {"file": SimpleUploadedFile("o.xlsx", written.getvalue()), "take": "1", **more}, follow=True
        )

    refused = sent()
    assert refused.status_code == 422 and [one.column for one in refused.context["refusals"]] == ["代码"]
    assert "because" in sent(different="o1").context["form"].errors
    said = [str(message) for message in sent(different="o1", because="两个网点").context["messages"]]
    assert Outlet.objects.filter(code="o1").exists() and any("隐藏" in text for text in said)
    assert any("备注" in text for text in said), "the sheet that was not read is named"
