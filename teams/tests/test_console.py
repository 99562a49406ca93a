from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from teams.models import Outlet, PartnerBank
from tests.cast import Cast

HEADER = "code,name,bank,unit,opens,closes,contact,phone\n"


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


def test_an_outlet_is_edited_by_who_may_and_nobody_elses(console: Callable[[str], Client], cast: Cast) -> None:
    outlets = {outlet.code: outlet for outlet in Outlet.objects.all()}
    change = {"code": "O1", "name": "新名", "bank": outlets["O1"].bank_id, "unit": cast.unit["B1M2"].pk}
    url = reverse("admin:teams_outlet_change", args=[outlets["O1"].pk])
    assert console("clerk").post(url, change).status_code == 403
    browser = console("tradeadmin")
    refused = browser.post(url, change | {"unit": cast.unit["B2M1A1"].pk})
    assert refused.status_code == 200, "a unit out of sight is no choice"
    assert Outlet.objects.get(code="O1").unit == cast.unit["B1M1A1"]
    assert browser.post(url, change).status_code == 302
    assert Outlet.objects.get(code="O1").name == "新名"
    assert browser.get(reverse("admin:teams_outlet_change", args=[outlets["O2"].pk])).status_code == 302


def upload(browser: Client, text: str) -> str:
    file = SimpleUploadedFile("outlets.csv", text.encode(), "text/csv")
    page = browser.post(reverse("admin:teams_outlet_import"), {"import_file": file, "format": "0"})
    form = page.context.get("confirm_form")
    if form is not None:
        browser.post(reverse("admin:teams_outlet_process_import"), form.initial)
    return page.content.decode()


def test_an_import_stays_within_ones_own_units(console: Callable[[str], Client]) -> None:
    browser = console("tradeadmin")
    page = upload(browser, f"{HEADER}O3,新网点,ICBC,B2M1A1,,,,\n")
    assert "B2M1A1" in page
    page = upload(browser, f"{HEADER}O2,抢来的,ICBC,B1M1A1,,,,\n")
    assert not Outlet.objects.filter(name__in=["新网点", "抢来的"]).exists()
    upload(browser, f"{HEADER}O3,新网点,ICBC,B1M2,,,,\n")
    assert Outlet.objects.get(code="O3").unit.code == "B1M2"


def test_an_import_understands_chinese_columns(console: Callable[[str], Client]) -> None:
    upload(console("tradeadmin"), "代码,名称,银行,单位,开门时间,关门时间,联系人,电话\nO3,新网点,ICBC,B1M2,,,,\n")
    assert Outlet.objects.get(code="O3").name == "新网点"
