"""One thing under two spellings, columns that are missing, figures in other units, shares that are thirds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation

from core.models import ToldApart
from crm import selectors
from crm.management.commands.import_crm import left_out, told
from crm.models import AccountMonth, ImportKind, Opening, Relation
from crm.rules import ranked
from crm.services import moves as crm_moves
from crm.services.importing import NotTaken, revert_import
from crm.tests.desk import HEADINGS, MONTHS, NOW, WEEK, counted
from teams.models import FormerName, Posting, Role

pytestmark = pytest.mark.django_db
ALL = (
    "month,fund_account,relation,employee_no,turnover,gross_commission,pass_through,net_commission,end_assets,net_inflow,"
    "trades,product_sales\n"
)
ONE_MONTH = "2026-10,030000001269,developed,1001,1000,300,30,250,5000,10,12,7\n"


def months(desk, content: str, **more):
    return desk.take(content, kind=ImportKind.ACCOUNT_MONTH, **more)


@pytest.mark.parametrize(
    "account", ["０３００００００１２６９", "'030000001269", "0300 0000 1269", "030000001269\u202c", '="030000001269"']
)
def test_an_account_has_one_form_whatever_way_it_is_spelt(cast, desk, account):
    months(desk, ALL + ONE_MONTH)
    again = months(desk, ALL + ONE_MONTH.replace("030000001269", account))
    assert counted(again) == (0, 0, 1)


def test_what_differs_from_a_known_account_only_in_zeros_or_capitals_is_refused_and_the_known_one_named(cast, desk):
    months(desk, ALL + ONE_MONTH)
    with pytest.raises(NotTaken) as refused:
        months(desk, ALL + ONE_MONTH.replace("030000001269", "30000001269"))
    (refusal,) = refused.value.refusals
    assert (refusal.row, refusal.column, refusal.value) == (2, "fund_account", "30000001269")
    assert "030000001269" in refusal.text
    ToldApart.objects.create(table="fund_account", code="30000001269", other="030000001269", reason="two accounts")
    assert counted(months(desk, ALL + ONE_MONTH.replace("030000001269", "30000001269"))) == (1, 0, 0)


def test_two_spellings_within_one_file_are_refused_likewise(cast, desk):
    refused = desk.refused(HEADINGS + "2026-11-16,B1,ab1,f1,,1001,,\n2026-11-16,B1,AB1,f2,,1001,,\n")
    assert [(row, column, value) for row, column, value, _ in refused] == [(3, "client_no", "AB1")]
    refused = desk.refused(HEADINGS + "2026-11-16,b1,c1,f1,,01001,,\n")
    assert [(column, rule.split("; ")[1]) for _, column, _, rule in refused] == [
        ("branch", "%(known)s looks like it"),
        ("developer", "%(known)s looks like it"),
    ]


def test_a_branch_by_its_earlier_name_is_taken_and_said(cast, desk):
    FormerName.objects.create(unit=cast.unit["B1"], name="人民路证券营业部", until=date(2026, 1, 1))
    imported = desk.openings("2026-11-16,人民路 证券营业部,c1,f1,,1001,,")
    assert Opening.objects.get().branch == cast.unit["B1"]
    assert [w["rule"] for w in imported.warnings] == ["is an earlier name of the branch and taken as it"]


def test_a_known_account_under_another_client_number_is_refused(cast, desk):
    desk.openings("2026-11-16,B1,c1,f1,,1001,,")
    assert [row[:3] for row in desk.refused(HEADINGS + "2026-11-16,B1,c2,f1,,1001,,\n")] == [(2, "client_no", "c2")]
    within = desk.refused(HEADINGS + "2026-11-16,B1,c7,f7,,1001,,\n2026-11-16,B1,c8,f7,,1001,,\n")
    assert [row[:3] for row in within] == [(3, "client_no", "c8")]


def test_a_column_that_the_file_has_not_leaves_what_is_there(cast, desk):
    months(desk, ALL + ONE_MONTH)
    again = months(
        desk, "month,fund_account,relation,employee_no,gross_commission\n2026-10,030000001269,developed,1001,310\n"
    )
    assert counted(again) == (0, 1, 0)
    row = AccountMonth.objects.get()
    kept: object = (
        row.turnover,
        row.pass_through,
        row.net_commission,
        row.end_assets,
        row.net_inflow,
        row.trades,
        row.product_sales,
    )
    assert row.gross_commission == 310
    assert kept == (1000, 30, 250, 5000, 10, 12, 7)
    desk.openings("2026-11-16,B1,c1,f1,张三,1001,,15000")
    desk.take("open_date,branch,client_no,fund_account,developer\n2026-11-17,B1,c1,f1,1002\n")
    opening = Opening.objects.get()
    assert (opening.developer, opening.client_name) == (cast.person("cm2"), "张*")
    assert opening.open_assets == 15000


def test_an_empty_cell_clears_and_the_preview_counts_it(cast, desk):
    months(desk, ALL + ONE_MONTH)
    again = months(desk, ALL + "2026-10,030000001269,developed,1001,1000,300,,,5000,10,12,7\n")
    assert again.effects["cleared"] == {"pass_through": 1, "net_commission": 1}
    assert AccountMonth.objects.get().pass_through is None


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "＃ＤＩＶ／０！"])
@pytest.mark.parametrize("column", ["pass_through", "trades", "fund_account"])
def test_an_error_value_refuses_its_row(cast, desk, column, cell):
    row = dict(zip(ALL.strip().split(","), ONE_MONTH.strip().split(","), strict=True)) | {column: cell}
    refused = desk.refused(ALL + ",".join(row.values()) + "\n", kind=ImportKind.ACCOUNT_MONTH)
    assert refused[0][:3] == (2, column, cell)


@pytest.mark.parametrize("cell", ["-", "--", "—", "/"])
def test_a_dash_names_no_account(cast, desk, cell):
    refused = desk.refused(ALL + ONE_MONTH.replace("030000001269", cell), kind=ImportKind.ACCOUNT_MONTH)
    assert refused == [(2, "fund_account", cell, "holds neither a letter nor a digit")]


def test_a_unit_above_the_table_is_read_and_one_that_contradicts_it_refused(cast, desk):
    head = "month,fund_account,relation,employee_no,gross_commission,end_assets{}\n2026-10,f1,developed,1001,0.03,12\n"
    months(desk, "十月账户,,,单位：万元,,\n" + head.format("(万元)"))
    row = AccountMonth.objects.get()
    assert row.gross_commission == 300
    assert row.end_assets == 120_000
    refused = desk.refused("单位：万元,,,,,\n" + head.format("(元)"), kind=ImportKind.ACCOUNT_MONTH)
    assert refused[0][:3] == (2, "end_assets(元)", "万元")


def test_a_figure_a_thousand_times_last_month_s_is_pointed_out(cast, desk):
    months(desk, ALL + ONE_MONTH.replace("2026-10", "2026-09"))
    imported = months(desk, ALL + ONE_MONTH.replace(",1000,", ",10000000,"))
    assert [(w["column"], w["count"], w["rows"]) for w in imported.warnings] == [("turnover", 1, [[2, "10000000"]])]


def test_a_figure_with_more_places_than_money_has_is_rounded_and_said(cast, desk):
    imported = months(desk, MONTHS + "2026-10,f1,developed,1001,0.005,10,,\n")
    assert [(w["column"], w["rule"], w["rows"]) for w in imported.warnings] == [
        ("turnover", "has more places than money has; rounded to cents", [[2, "0.005"]])
    ]


@pytest.mark.parametrize("third", ["1/3", "33.33%", "0.3333", "33.333 %", "１／３"])
def test_three_thirds_are_one_whole_with_the_remainder_at_the_first(cast, desk, third):
    desk.openings(
        *(f"2026-11-16,B1,c1,f1,,{no},{third}," for no in ("1001", "1002", "1003")), "2026-11-16,B2,c2,f2,,2001,,"
    )
    openings = selectors.openings_by_unit("branch", period=WEEK)
    assert openings[cast.unit["B1"].pk] == openings[cast.unit["B2"].pk] == 1
    assert sum(Opening.objects.filter(fund_account="f1").values_list("share", flat=True)) == 1


def test_thirds_of_three_accounts_are_one_opening(cast, desk):
    rows = [f"2026-11-16,B1,c{n},f{n},,{no},1/3," for n in range(3) for no in ("1001", "1002", "2001")]
    desk.openings(*rows)
    people = selectors.openings_by_person(period=WEEK)
    assert people[cast.person("cm").pk] == people[cast.person("sibling_cm").pk] == Decimal(1)
    assert {place.rank for place in ranked(people)} == {1}
    assert Fraction(selectors.openings_by_unit("company", period=WEEK)[cast.unit["HX"].pk]) == 3


def test_shares_below_the_whole_are_taken_and_said(cast, desk):
    imported = desk.openings("2026-11-16,B1,c1,f1,,1001,50%,", "2026-11-16,B1,c1,f1,,1002,49%,")
    assert [(w["column"], w["count"]) for w in imported.warnings] == [("share", 2)]
    assert desk.refused(HEADINGS + "2026-11-16,B1,c2,f2,,1001,1/2,\n2026-11-16,B1,c2,f2,,1002,2/3,\n")[0][1] == "share"


def moved(cast) -> None:
    """From branch B1 to B2 in the middle of October."""
    person = cast.person("cm")
    person.postings.update(to_on=date(2026, 10, 16))
    Posting.objects.create(
        person=person, unit=cast.unit["B2M1A1"], role=Role.CUSTOMER_MANAGER, from_on=date(2026, 10, 16)
    )


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_any_order_of_files_gives_a_moved_person_s_rows_the_same_branch(cast, desk, order):
    moved(cast)
    head = "month,fund_account,relation,employee_no,branch,gross_commission\n"
    files = (
        ("B1", head + "2026-10,f1,developed,1001,B1,10\n"),
        ("B2", head + "2026-10,f2,developed,1001,,10\n"),
        ("HX", MONTHS + "2026-10,f3,developed,1001,1,10,,\n"),
    )
    for n in order:
        months(desk, files[n][1], unit=files[n][0])
    assert list(AccountMonth.objects.order_by("fund_account").values_list("unit__code", flat=True)) == [
        "B1M1A1",
        "B2M1A1",
        "B2M1A1",
    ]
    months(desk, MONTHS + "2026-10,f1,developed,1001,1,99,,\n")  # head office's file names no branch: the row stays
    assert AccountMonth.objects.get(fund_account="f1").unit == cast.unit["B1M1A1"]


def test_a_branch_s_file_takes_a_moved_person_s_row_only_where_it_belongs(cast, desk):
    moved(cast)
    refused = desk.refused(f"{MONTHS}2026-10,f1,developed,1001,1,10,,\n", kind=ImportKind.ACCOUNT_MONTH, unit="B1")
    assert refused[0][3].startswith("belongs to another branch than yours")


@pytest.mark.parametrize("relation", ["developed", "serviced"])
def test_a_branch_s_file_credits_no_account_of_another_branch(cast, desk, relation):
    desk.openings("2026-10-06,B2,c3,f3,,2001,,")
    months(desk, f"{MONTHS}2026-09,f4,developed,2001,1,10,,\n")
    for account in ("f3", "f4"):
        with pytest.raises(NotTaken) as refused:
            months(desk, f"{MONTHS}2026-10,{account},{relation},1001,1,77,,\n", unit="B1", good_rows_only=True)
        text = refused.value.refusals[0].text
        assert cast.unit["B2"].name in text and "77" not in text


def test_a_branch_gives_a_relation_that_another_shares_to_nobody_more(cast, desk):
    months(desk, f"{MONTHS}2026-10,f4,developed,2001,1,10,,\n2026-10,f4,developed,1001,1,10,,\n")
    assert months(desk, f"{MONTHS}2026-10,f4,developed,1001,1,20,,\n", unit="B1").updated == 1
    refused = desk.refused(f"{MONTHS}2026-10,f4,developed,1002,1,20,,\n", kind=ImportKind.ACCOUNT_MONTH, unit="B1")
    assert refused[0][3].startswith("is held by another branch")


def test_head_office_moves_a_relation_and_the_preview_says_from_whom_to_whom(cast, desk):
    months(desk, f"{MONTHS}2026-09,f4,developed,2001,1,10,,\n")
    imported = months(desk, f"{MONTHS}2026-10,f4,developed,1001,1,10,,\n")
    (move,) = imported.effects["moves"]
    assert (move["account"], move["relation"], move["month"]) == ("f4", "developed", "2026-10")
    assert [move["before"][0].split()[1], move["after"][0].split()[1]] == ["2001", "1001"]
    assert months(desk, f"{MONTHS}2026-10,f4,developed,1001,1,20,,\n", unit="B1").updated == 1
    with pytest.raises(NotTaken):
        months(desk, f"{MONTHS}2026-10,f4,developed,2001,1,20,,\n", unit="B2")


def test_a_colleague_s_client_that_changes_hands_is_shown(cast, desk):
    desk.openings("2026-11-16,B1,c1,f1,,1001,,")
    imported = desk.openings("2026-11-16,B1,c1,f1,,1002,,", unit="B1")
    (move,) = imported.effects["moves"]
    assert ("1001" in move["before"][0], "1002" in move["after"][0]) == (True, True)


def test_the_command_names_relations_and_columns_in_its_language(cast, desk):
    months(desk, ALL + ONE_MONTH)
    imported = months(desk, ALL + "2026-10,030000001269,developed,1002,1000,300,,250,5000,10,12,7\n")
    imported.effects["cleared"] = {"pass_through": 1}
    with translation.override("zh-hans"):
        text = told(imported, dry_run=True)
        assert f"030000001269 {Relation.DEVELOPED.label} 2026-10" in text
    assert "developed" not in text
    assert "pass_through" not in text


def test_what_an_import_changed_stays_readable_old_and_new(cast, desk):
    months(desk, ALL + ONE_MONTH)
    imported = months(desk, ALL + ONE_MONTH.replace(",300,", ",310,"))
    (change,) = selectors.changes_of(imported)
    assert change.fields == {"gross_commission": (300, 310)}
    revert_import(imported=imported, actor=cast.market, now=NOW)
    assert AccountMonth.objects.get().gross_commission == 300
    assert selectors.changes_of(imported) == []


def test_a_file_without_shares_leaves_those_there_are(cast, desk):
    desk.openings("2026-11-16,B1,c1,f1,,1001,60%,", "2026-11-16,B1,c1,f1,,1002,40%,")
    head = "open_date,branch,client_no,fund_account,developer\n"
    both = head + "2026-11-16,B1,c1,f1,1001\n2026-11-16,B1,c1,f1,1002\n"
    assert counted(desk.take(both)) == (0, 0, 2)
    alone = desk.take(head + "2026-11-16,B1,c1,f1,1001\n")
    assert Opening.objects.get().share == Decimal("0.6")
    assert [w["rule"].split(";")[0] for w in alone.warnings] == ["the shares of this account are below 100 % together"]


def test_a_holder_who_goes_and_a_share_that_changes_are_shown(cast, desk):
    desk.openings("2026-11-16,B1,c1,f1,,1001,60%,", "2026-11-16,B1,c1,f1,,1002,40%,")

    def shares(imported) -> list[list[str]]:
        (move,) = imported.effects["moves"]
        return [[" ".join(one.split()[1::2]) for one in side] for side in (move["before"], move["after"])]

    before = ["1001 人民路营业部 60", "1002 人民路营业部 40"]
    changed = desk.openings("2026-11-16,B1,c1,f1,,1001,90%,", "2026-11-16,B1,c1,f1,,1002,10%,")
    assert [[text.replace(" ·", "") for text in side] for side in shares(changed)] == [
        before,
        ["1001 人民路营业部 90", "1002 人民路营业部 10"],
    ]
    gone = desk.openings("2026-11-16,B1,c1,f1,,1001,,")
    assert len(gone.effects["moves"][0]["before"]) == 2
    assert len(gone.effects["moves"][0]["after"]) == 1


def test_a_row_that_goes_to_another_branch_is_shown_and_an_empty_cell_moves_none(cast, desk):
    moved(cast)
    head = "month,fund_account,relation,employee_no,branch,gross_commission\n"
    months(desk, head + "2026-10,f1,developed,1001,B1,10\n")
    months(desk, head + "2026-10,f1,developed,1001,,11\n")
    assert AccountMonth.objects.get().unit == cast.unit["B1M1A1"]
    (move,) = months(desk, head + "2026-10,f1,developed,1001,B2,11\n").effects["moves"]
    assert [cast.unit["B1"].name in move["before"][0], cast.unit["B2"].name in move["after"][0]] == [True, True]
    assert AccountMonth.objects.get().unit == cast.unit["B2M1A1"]


def test_a_preview_of_pay_says_what_it_leaves_out(cast, desk, monkeypatch):
    monkeypatch.setattr(crm_moves, "_pay_of", [lambda branch, month: {}])
    year = [f"2026-{month:02},f1,developed,{{}},1,10,,\n" for month in range(1, 9)]
    months(desk, MONTHS + "".join(year).replace("{}", "1001"))
    imported = months(desk, MONTHS + "".join(year).replace("{}", "1002"))
    assert imported.effects["moved"] == 8
    assert imported.effects["pay_left_out"] == {"months": 2, "people": 0}
    with translation.override("en"):
        assert list(left_out(imported.effects["pay_left_out"])) == [
            "The pay of 2 more months of branches may change too; it was not worked out."
        ]
