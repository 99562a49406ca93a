"""Every amount of a slip opens to the rows it was reckoned from, as they stood when it was computed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from compensation import parameters
from compensation.models import BusinessDetail, PayLine, PayRun, PaySlip
from compensation.rules import compute
from compensation.selectors.content import is_whole
from compensation.selectors.rows import BEFORE_NAMED, OF_COMPONENT, OF_SLIP, Rows, linked, of_slip, rows_of_slip
from compensation.services.drafting import draft_pay_run, look_again
from compensation.services.entries import record_person_month
from compensation.tests.month import NOW, OCTOBER, PayOf, imported
from compensation.tests.test_whole_slips import SLIPS
from core.closing import lifted
from core.explain import as_said
from core.periods import Week
from crm.models import AccountMonth, ImportKind, Opening
from crm.services.importing import import_file
from crm.services.staging import ImportAsked
from policies.models import ParameterValue
from worklogs.models import DayScore, WeekScore, WorkLog

D = Decimal
LATE = NOW + timedelta(days=3)


def slip_of(run: PayRun, key: str, pay_of: PayOf) -> PaySlip:
    slips = PaySlip.objects.select_related("run__branch", "run__plan__plan").prefetch_related("pay_lines")
    return slips.get(run=run, person=pay_of.cast.person(key))


def rows_for(pay_of: PayOf, run: PayRun, of: str, key: str = "cm", viewer: User | None = None) -> Rows:
    return rows_of_slip(of_slip(slip_of(run, key, pay_of), viewer or pay_of.cast.clerk), of)


def basis(run: PayRun, component: str, key: str, pay_of: PayOf) -> Decimal:
    return PayLine.objects.get(run=run, component=component, slip__person=pay_of.cast.person(key)).basis or D(0)


def column(rows: Rows, title: str) -> list[Any]:
    place = [column.title for column in rows.columns].index(title)
    return [row[place].value for row in rows.rows]


def taken_late(pay_of: PayOf, folder: Path, *lines: str, at: datetime = LATE) -> None:
    """A file of October's account months that arrives after the month was filed, through the import itself."""
    path = folder / "late.csv"
    path.write_text("month,fund_account,relation,employee_no,gross_commission\n" + "\n".join(lines) + "\n")
    unit = pay_of.cast.unit["HX"]
    asked = ImportAsked(kind=ImportKind.ACCOUNT_MONTH, path=path, name=path.name, unit=unit, today=at.date())
    import_file(asked=asked, good_rows_only=False, actor=None, now=at)


# --- they come to what was paid ----------------------------------------------------------------------------------------
@pytest.mark.clause("D15.a", "D15.b")
def test_accounts_come_to_the_base_of_the_commission_to_the_cent(pay_of: PayOf) -> None:
    """Three people on one account, half shares, a negative commission: the parts still sum to the line's basis."""
    pay_of.account("cm", "33.33", no="88000003", relation="serviced", pass_through=D("1.11"))
    pay_of.account("cm2", "33.33", no="88000003", relation="serviced", pass_through=D("1.11"))
    pay_of.account("cm_west", "33.33", no="88000003", relation="serviced", pass_through=D("1.11"))
    pay_of.account("cm", "-12.35", no="88000004", turnover=D("1000000"))
    run = pay_of.drafted()
    rows = rows_for(pay_of, run, "accounts")
    assert rows.agrees and len(rows.checks) == 5
    assert sum(column(rows, "计入基数")) == basis(run, "commission", "cm", pay_of)
    assert column(rows, "计入比例") == [D(1), D("0.333333"), D(1)]
    assert column(rows, "资金账号") == ["88***001", "88***003", "88***004"]


@pytest.mark.clause("D15.a")
def test_new_accounts_show_why_they_are_valid_or_not(pay_of: PayOf) -> None:
    pay_of.opening("cm", "88000101", assets="8000")
    pay_of.opening("cm", "88000102", assets="100")
    pay_of.opening("cm", "88000103", assets="9000", share="0.5")
    pay_of.opening("cm", "88000104", assets="9000")
    Opening.objects.filter(fund_account="88000104").update(status="closed")
    run = pay_of.drafted()
    ParameterValue.objects.create(
        code=parameters.VALID_MIN_ASSETS, unit=pay_of.branch, value="9500", from_on=OCTOBER.first, source="x",
        set_by=pay_of.cast.manager,
    )  # fmt: skip
    rows = rows_for(pay_of, run, "openings")
    assert rows.agrees and "5,000.00" in rows.note, "the rule that the slip keeps, not one entered since"
    assert sum(column(rows, "计数")) == basis(run, "account_bonus", "cm", pay_of) == D("1.5")
    place = [one.title for one in rows.columns].index("是否有效")
    assert [row[place].note for row in rows.rows] == ["", "资产不足 5,000.00", "", "已销户"]


@pytest.mark.clause("D15.a")
def test_assets_products_posts_and_entries_come_to_what_the_slip_has(pay_of: PayOf) -> None:
    pay_of.account("cm", "10", no="88000201", net_inflow=D("300000.50"), product_sales=D("5000"))
    pay_of.account("cm", "10", no="88000202", relation="serviced", net_inflow=D("7"), product_sales=D("1"))
    record_person_month(
        branch=pay_of.branch, month=OCTOBER, person=pay_of.cast.person("cm"), actor=pay_of.user("clerk"), now=NOW,
        complaints=1, client_cost=D(0), attendance_deduction=D("80"), social_insurance=D("400"), income_tax=D(0),
        coefficient=None, reason="", remark="迟到",
    )  # fmt: skip
    run = pay_of.drafted()
    assert column(rows_for(pay_of, run, "assets"), "净流入") == [None, D("300000.50")]
    assert column(rows_for(pay_of, run, "products"), "产品销售") == [D("5000"), D("1")]
    assert column(rows_for(pay_of, run, "postings"), "计算天数") == [D(31)]
    assert column(rows_for(pay_of, run, "entries"), "录入人") == ["许静"] * 3
    for of in ("assets", "products", "postings", "entries"):
        rows = rows_for(pay_of, run, of)
        assert rows.agrees and rows.checks, of


@pytest.mark.clause("D16.a")
def test_the_activity_score_opens_to_weeks_and_logs(pay_of: PayOf) -> None:
    monday, person = date(2026, 10, 12), pay_of.cast.person("cm")
    common = {"person": person, "unit": pay_of.cast.unit["B1M1A1"], "digest": "0" * 64}
    passed = {"score_pass": True, "quota_met": True, "passed": True}
    for n in range(2):
        day = monday + timedelta(days=n)
        DayScore.objects.create(on=day, due=True, points=30 + n, pass_mark=20, **common, **passed)
    WeekScore.objects.create(week=Week(monday).first, due_days=2, points=61, pass_mark=40, **common, **passed)
    log = WorkLog.objects.create(
        person=person, unit=pay_of.cast.unit["B1M1A1"], on=monday, state="submitted", submitted_at=NOW
    )
    run = pay_of.drafted()
    rows = rows_for(pay_of, run, "activity", viewer=pay_of.user("manager"))
    (days,) = column(rows, "各日得分")
    assert [(cell.value, cell.note) for cell in days] == [(monday, "30"), (monday + timedelta(days=1), "31")]
    assert [cell.href for cell in days] == [reverse("worklogs:log", args=[log.public_id]), ""]
    assert [one.total for one in rows.columns if one.total is not None] == [D(61), D(40)]


@pytest.mark.clause("D15.a")
def test_a_leader_sees_who_is_in_the_team_but_not_what_each_earns(pay_of: PayOf) -> None:
    run = pay_of.drafted()
    of_finance = rows_for(pay_of, run, "team", key="am")
    assert of_finance.agrees and [row[0].value for row in of_finance.rows] == ["林小雨", "陈大文"]
    assert all(isinstance(value, Decimal) for value in column(of_finance, "提成"))
    own = rows_for(pay_of, run, "team", key="am", viewer=pay_of.user("am"))
    assert [row[0].value for row in own.rows] == ["林小雨", "陈大文"] and own.agrees
    assert column(own, "提成") == [None, None] and not any(row[0].href for row in own.rows)


# --- as they stood -----------------------------------------------------------------------------------------------------
@pytest.mark.clause("D15.b")
def test_a_filed_slip_shows_the_rows_of_then_and_says_that_the_crm_has_others_now(
    pay_of: PayOf, tmp_path, signed_in
) -> None:
    run = pay_of.filed()
    before = rows_for(pay_of, run, "accounts")
    assert before.agrees and not before.changed_since
    taken_late(pay_of, tmp_path, "2026-10,88000001,developed,1001,25000", "2026-10,88000900,developed,1001,700")
    assert AccountMonth.objects.filter(person=pay_of.cast.person("cm")).count() == 2
    after = rows_for(pay_of, run, "accounts")
    assert (after.rows, after.agrees, after.changed_since) == (before.rows, True, True)
    address = reverse("compensation:slip_rows", args=[slip_of(run, "cm", pay_of).public_id, "accounts"])
    shown = signed_in(pay_of.cast.cm).get(address).content.decode()
    assert "CRM 数据此后有变动" in shown and "20,000.00" in shown and "25,000.00" not in shown


@pytest.mark.clause("D15.b")
def test_rows_changed_behind_the_imports_are_called_different(pay_of: PayOf, signed_in) -> None:
    run = pay_of.filed()
    behind = AccountMonth.objects.filter(fund_account="88000001")
    with pytest.raises(IntegrityError, match="was closed at"), transaction.atomic():
        behind.update(gross_commission=D("19999.99"))
    with connection.cursor() as cursor:  # as only the owner of the tables could
        cursor.execute(lifted("crm_accountmonth"))
    behind.update(gross_commission=D("19999.99"))
    assert not rows_for(pay_of, run, "accounts").agrees
    address = reverse("compensation:slip_rows", args=[slip_of(run, "cm", pay_of).public_id, "accounts"])
    assert "以签字的数字为准" in signed_in(pay_of.cast.cm).get(address).content.decode()


@pytest.mark.clause("D15.b")
@pytest.mark.parametrize("at", [LATE, NOW - timedelta(minutes=1)], ids=["later", "on its way since before the closing"])
def test_an_adjustment_opens_to_the_rows_that_came_late(pay_of: PayOf, tmp_path, at: datetime) -> None:
    pay_of.filed()
    lines = "2026-10,88000001,developed,1001,25000", "2026-10,88000900,developed,1001,700"
    taken_late(pay_of, tmp_path, *lines, at=at)
    november = PayOf(pay_of.cast, imported(pay_of.cast, LATE, OCTOBER.next()), OCTOBER.next())
    november.account("cm", "1000", no="88000001")
    run = draft_pay_run(
        branch=pay_of.branch, month=november.month, actor=pay_of.user("clerk"), now=LATE + timedelta(days=1)
    )
    rows = rows_for(pay_of, run, "late-2026-10")
    shown = [tuple(cell.value for cell in row) for row in rows.rows]
    assert ("88***001", "佣金收入 · 开发", D(20000), D(25000), D(5000)) in shown
    assert ("88***900", "佣金收入 · 开发", D(0), D(700), D(700)) in shown


# --- pages -------------------------------------------------------------------------------------------------------------
def test_every_component_of_the_plan_leads_to_rows_or_to_steps_that_do(pay_of: PayOf, signed_in) -> None:
    pay_of.opening("cm", "88000101")
    slip = slip_of(pay_of.filed(), "cm", pay_of)
    client = signed_in(pay_of.cast.cm)
    shown = client.get(reverse("compensation:slip", args=[slip.public_id])).content.decode()
    for line in slip.pay_lines.all():
        of = OF_COMPONENT.get(line.component)
        address = reverse("compensation:slip_rows", args=[slip.public_id, of or "activity"])
        assert (address in shown) == (of is not None), line.component
        answer = client.get(address)
        assert answer.status_code == 200 and "88000" not in answer.content.decode(), "account numbers are masked"
    for of in ("nothing", "late-2026-13", "late-"):
        assert client.get(reverse("compensation:slip_rows", args=[slip.public_id, of])).status_code == 404


@pytest.mark.source
def test_every_step_names_rows_that_there_are() -> None:
    slips = [compute(plan, inputs) for plan, inputs in SLIPS.values()]
    steps = [step for slip in slips for line in slip.lines for step in line.explained]
    steps += [remark for slip in slips for remark in slip.remarks]
    named = {step.label: step.rows for step in steps if step.rows}
    assert set(named.values()) == {"accounts", "assets", "entries", "openings"} <= OF_SLIP.keys()
    assert named.items() <= BEFORE_NAMED.items()


@pytest.mark.clause("D15.b")
def test_steps_kept_before_they_named_their_rows_lead_there_and_verify_all_the_same(pay_of: PayOf) -> None:
    pay_of.account("cm", "-900", no="88000301")
    pay_of.opening("cm", "88000101")
    run = pay_of.drafted()
    lines, details = list(PayLine.objects.filter(run=run)), list(BusinessDetail.objects.exclude(unusual=[]))

    def addresses() -> list[str | None]:
        steps = [step for line in lines for step in line.lines] + [step for one in details for step in one.unusual]
        return [step.get("href") for step in linked(steps, str)]

    before = addresses()
    assert {"accounts", "openings", "assets"} <= set(before)
    for line in lines:
        line.lines = as_said(line.lines)
        line.save()
    for one in details:
        one.unusual = as_said(one.unusual)
        one.save()
    assert addresses() == before and is_whole(run)
    pay_of.accepted()
    assert not look_again(branch=pay_of.branch, month=OCTOBER, now=LATE)
    run.refresh_from_db()
    assert (run.version, run.explanation, run.outdated_at) == (1, 1, None)
    assert set(BusinessDetail.objects.values_list("state", flat=True)) == {BusinessDetail.State.ACCEPTED}


def test_a_figure_of_the_detail_opens_to_its_rows(pay_of: PayOf, signed_in) -> None:
    pay_of.opening("cm", "88000101")
    pay_of.drafted()
    detail = BusinessDetail.objects.get(person=pay_of.cast.person("cm"))
    client = signed_in(pay_of.cast.clerk)
    page = client.get(reverse("compensation:detail", args=[pay_of.branch.code, OCTOBER.code])).content.decode()
    for of in ("accounts", "openings", "assets"):
        address = reverse("compensation:detail_rows", args=[detail.public_id, of])
        assert address in page
        found = client.get(address).context["listing"]
        assert found.agrees and found.checks, of
    assert client.get(reverse("compensation:detail_rows", args=[detail.public_id, "entries"])).status_code == 404


@pytest.mark.budget(3)
def test_rows_are_paged_and_cost_the_same_for_few_and_for_many(pay_of: PayOf, signed_in) -> None:
    counts: dict[str, list[int]] = {of: [] for of in OF_SLIP}
    for size in (3, 60):
        for n in range(size):
            number = f"77{size:02}{n:04}"
            pay_of.account("cm", "10", no=number, net_inflow=D(1), product_sales=D(1))
            pay_of.opening("cm", number)
        slip = slip_of(pay_of.drafted(), "cm", pay_of)
        for of in OF_SLIP:
            client, address = signed_in(pay_of.cast.clerk), reverse("compensation:slip_rows", args=[slip.public_id, of])
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
            counts[of].append(len(queries))
    assert {of: pair for of, pair in counts.items() if pair[0] != pair[1] or pair[0] > 12} == {}
    client = signed_in(pay_of.cast.clerk)
    address = reverse("compensation:slip_rows", args=[slip.public_id, "accounts"])
    assert len(answer.content) and len(client.get(address).context["page"]) == 25
    assert client.get(address, {"page": 3}).context["page"].number == 3
