from __future__ import annotations

from datetime import date

import pytest

from crm.models import AccountMonth, Import, ImportKind, Opening
from crm.services.importing import NotTaken, check_file
from crm.tests.desk import HEADINGS, MONTHS, NOW, THREE, counted, facts

pytestmark = pytest.mark.django_db


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
    imported = check_file(asked=asked, actor=cast.market, now=NOW)
    assert imported.state == Import.State.REFUSED
    assert (len(imported.refusals), imported.refused, imported.notes["refusal_count"]) == (200, 300, 300)


@pytest.mark.parametrize(
    "row, rule",
    [
        ("2026-11-18,B2,c9,f9,,1001,,", "belongs to another branch"),
        ("2026-11-18,B1,c9,f9,,2001,,", "belongs to another branch"),
        ("2026-11-18,B1,c3,f3,,1001,,", "is held by another branch"),
        ("2026-11-18,B1,invented,f3,,1001,,", "is held by another branch"),
        ("2026-11-18,B1,c3,f9,,1001,,", "is held by another branch"),
    ],
    ids=["kept there", "their person", "their opening", "their account under an invented client", "their client"],
)
def test_a_file_of_one_branch_never_takes_what_another_holds(cast, desk, row, rule):
    desk.openings(*THREE)
    before = facts()
    for good_rows_only in (False, True):
        with pytest.raises(NotTaken) as refused:
            desk.openings("2026-11-18,B1,c8,f8,,1001,,", row, unit="B1", good_rows_only=good_rows_only)
        first = refused.value.refusals[0]
        assert rule in first.rule and cast.unit["B2"].name in first.text
    assert facts() == before


def test_a_file_without_rows_says_nothing_unless_it_names_its_days(cast, desk):
    assert desk.refused(HEADINGS)[0][3].startswith("The table has no rows")


def test_a_row_outside_the_named_days_is_refused(cast, desk):
    refused = desk.refused(HEADINGS + THREE[0] + "\n", covers=(date(2026, 11, 17), date(2026, 11, 18)))
    assert refused == [(2, "open_date", "2026-11-16", "lies outside the days the file is said to cover")]


def test_a_total_row_that_does_not_add_up_is_refused(cast, desk):
    refused = desk.refused(HEADINGS + THREE[0] + "\n总计,,,,,,,15000.02\n")
    assert refused == [
        (
            3,
            "open_assets",
            "15000.02",
            "the total row says %(said)s, the rows sum to %(sum)s; the whole file is refused",
        )
    ]


def test_headings_that_mean_the_same_or_are_missing_refuse_the_file(cast, desk):
    assert desk.refused("开户日期,营业部,客户号,资金账号,所属员工,开发关系\n2026-11-16,B1,c1,f1,1001,1002\n") == [
        (1, "developer", "所属员工, 开发关系", "this column is there more than once")
    ]
    assert desk.refused("开户日期,营业部,客户号,资金账号\n2026-11-16,B1,c1,f1\n") == [
        (1, "开发关系 (developer)", "", "this column is missing")
    ]


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
    refused = desk.refused(MONTHS + row + "\n", kind=ImportKind.ACCOUNT_MONTH)
    assert [(found[0], found[1], found[3]) for found in refused] == [(2, column, rule)]
    assert not AccountMonth.objects.exists()


def test_a_total_that_differs_refuses_the_whole_file_even_its_good_rows(cast, desk):
    asked = desk.asked(HEADINGS + THREE[0] + "\n总计,,,,,,,15000.02\n")
    assert check_file(asked=asked, actor=None, now=NOW).state == Import.State.REFUSED
    with pytest.raises(NotTaken):
        desk.take(HEADINGS + THREE[0] + "\n总计,,,,,,,15000.02\n", good_rows_only=True)


def test_a_total_is_not_compared_where_an_amount_could_not_be_read(cast, desk):
    rows = HEADINGS + THREE[0] + "\n2026-11-17,B1,c5,f5,,1001,,many\n总计,,,,,,,15800\n"
    assert desk.take(rows, good_rows_only=True).accepted == 1


def test_a_word_that_is_no_choice_is_answered_with_the_words_one_may_write(cast, desk):
    content = "open_date,branch,client_no,fund_account,developer,status\n2026-11-16,B1,c1,f1,1001,gone\n"
    imported = check_file(asked=desk.asked(content), actor=None, now=NOW)
    assert "closed / 销户" in imported.shown_refusals[0].text
