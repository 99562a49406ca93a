from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from crm.models import AccountMonth, DailyResult, Import, Opening

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(cast, signed_in):
    def open_as(key: str):
        return signed_in(cast.user[key])

    return open_as


def opening(cast, account: str, developer: str, unit: str) -> Opening:
    return Opening.objects.create(
        open_date=date(2026, 11, 16),
        branch=cast.unit[unit[:2]],
        client_no=account,
        fund_account=account,
        developer=cast.person(developer),
        share=1,
        unit=cast.unit[unit],
        source=Import(pk=1),
    )


def test_the_console_shows_and_exports_what_is_in_sight_and_changes_nothing(cast, console):
    ours = opening(cast, "OURS0001", "cm", "B1M1A1")
    opening(cast, "THEIRS0001", "sibling_cm", "B2M1A1")
    browser = console("clerk")
    page = browser.get(reverse("admin:crm_opening_changelist"))
    assert "OURS0001" in page.content.decode() and "THEIRS0001" not in page.content.decode()
    sent = browser.post(reverse("admin:crm_opening_export"), {"format": "1", "resource": "0", **exported()})
    assert "OURS0001" in sent.content.decode() and "THEIRS0001" not in sent.content.decode()
    assert browser.get(reverse("admin:crm_opening_add")).status_code == 403
    assert browser.post(reverse("admin:crm_opening_delete", args=[ours.pk])).status_code == 403
    assert Opening.objects.count() == 2


@pytest.mark.parametrize("form", ["0", "1"], ids=["xlsx", "csv"])
def test_amounts_go_out_as_numbers_and_text_that_would_run_as_text(cast, console, form):
    row = opening(cast, "OURS0001", "cm", "B1M1A1")
    Opening.objects.filter(pk=row.pk).update(open_assets="1234.50", client_name="＝SUM(1)")
    answer = console("clerk").post(reverse("admin:crm_opening_export"), {"format": form, "resource": "0", **exported()})
    if form == "1":
        cells = next(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert (cells["客户姓名"], cells["开户资产"]) == ("'＝SUM(1)", "1234.50")
        return
    names, values = load_workbook(io.BytesIO(answer.content))["export"].iter_rows()
    found: dict[object, Any] = {name.value: cell for name, cell in zip(names, values, strict=True)}
    assert (found["开户资产"].value, found["开户资产"].data_type) == (1234.5, "n")
    assert found["开户日期"].is_date and found["资金账号"].data_type == "s"
    assert found["客户姓名"].data_type == "s" and found["客户姓名"].quotePrefix


def exported() -> dict[str, str]:
    from crm.resources import OpeningResource

    return {f"openingresource_{name}": "on" for name in OpeningResource._meta.fields}


@pytest.mark.parametrize("model", [Import, Opening, AccountMonth, DailyResult])
def test_the_console_is_for_who_imports(cast, console, model):
    address = reverse(f"admin:crm_{model._meta.model_name}_changelist")
    assert console("clerk").get(address).status_code == 200
    assert console("regional").get(address).status_code == 403


def test_the_console_s_export_speaks_chinese_and_offers_workbook_and_csv_only(cast, console):
    opening(cast, "OURS0001", "cm", "B1M1A1")
    browser = console("clerk")
    form = browser.get(reverse("admin:crm_opening_export"))
    assert [label for _n, label in form.context["form"].fields["format"].choices] == ["---", "xlsx", "csv"]
    assert "资金账号" in form.content.decode() and "Fund Account" not in form.content.decode()
    sent = browser.post(reverse("admin:crm_opening_export"), {"format": "1", "resource": "0", **exported()})
    assert sent.content.decode("utf-8-sig").startswith("开户日期,营业部,客户号,资金账号")


def test_the_console_s_way_in_is_the_page_of_the_branch(cast, console):
    address = reverse("admin:crm_import_add")
    assert console("clerk").get(address).url == reverse("crm:imports")
    assert address in console("clerk").get(reverse("admin:crm_import_changelist")).content.decode()
