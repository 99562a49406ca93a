"""A figure shown on two pages is the same on both, whoever reads them: each comes from one selector."""

from __future__ import annotations

from datetime import date

import pytest

from compensation.models import PayRun
from core.periods import Month
from crm.models import Import, ImportKind
from portal.tests.world import fill
from teams.models import Outlet, PartnerBank, Posting
from tests.cast import Cast
from worklogs.tests.desk import noon


def test_a_unit_has_as_many_people_for_every_reader(cast: Cast, signed_in):
    bank = PartnerBank.objects.create(code="ICBC", name="工商银行")
    Outlet.objects.create(code="N1", name="人民路支行", bank=bank, unit=cast.unit["B1M1A1"])
    counts: dict[str, set[tuple[int, int]]] = {}
    for key in ("market", "regional", "manager", "clerk", "mm", "am", "auditor"):
        for row in signed_in(cast.user[key]).get("/teams/").context["rows"]:
            counts.setdefault(row.unit.code, set()).add((row.people, row.outlets))
    assert {code: found for code, found in counts.items() if len(found) > 1} == {}
    ((people, outlets),) = counts["HX"]
    assert (people, outlets) == (len(cast.user), 1)


@pytest.mark.budget(2)
def test_openings_are_the_same_on_the_homes_the_ranking_and_the_pages_of_units(cast: Cast, signed_in):
    fill(cast)
    month = Month(cast.today)
    home = {row.unit.code: row.openings for row in signed_in(cast.market).get("/").context["teams"].rows}
    client = signed_in(cast.market)
    asked = {"by": "branch", "period": "month", "on": f"{cast.today}", "within": "HX"}
    ranked = client.get("/supervision/ranking/", asked).context["seen"]
    assert {row.code: row.value for row in ranked.rows} == home
    board = signed_in(cast.mm).get("/").context["board"]
    department = client.get("/supervision/ranking/", {**asked, "by": "market_department"}).context["seen"]
    assert {row.code: row.value for row in department.rows}["B1M1"] == board.openings
    people = {row.standing.member.employee_no: row.openings for row in board.rows}
    own = signed_in(cast.cm2).get("/").context["day"]
    assert people["1002"] == own.openings and own.month.month == month
    assert own.openings
    Posting.objects.filter(person=cast.person("cm2")).update(to_on=cast.today)
    without_her = signed_in(cast.mm).get("/").context["board"]
    assert "1002" not in {row.standing.member.employee_no for row in without_her.rows}
    assert without_her.openings == board.openings, "what she opened stays the team's"


def test_what_the_run_points_out_is_on_the_home_of_finance(cast: Cast, signed_in):
    fill(cast, weeks=1)
    run = PayRun.objects.get(branch=cast.unit["B1"], state="signed_2")
    run.warnings = [{"message": "x", "values": {}, "employee_no": "1001"}] * 4
    run.save()
    for key in ("clerk", "accountant", "deputy", "manager"):
        client = signed_in(cast.user[key])
        home = client.get("/", {"view": "month"})
        assert len(home.context["month"].warnings) == 4
        assert "没有待处理的异常明细" not in home.content.decode()


def test_the_home_of_finance_and_the_page_of_imports_know_the_same_days(cast: Cast, signed_in, time_machine):
    Import.objects.create(
        kind=ImportKind.OPENINGS, unit=cast.unit["HX"], state="taken", file_name="x", file_sha256="0",
        covers_from=date(2026, 11, 1), covers_to=date(2026, 11, 27), checked_at=noon(cast.today), taken_at=noon(cast.today),
    )  # fmt: skip
    for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)):
        time_machine.move_to(noon(day), tick=False)
        client = signed_in(cast.clerk)
        month = client.get("/").context["month"]
        assert list(month.days) == client.get("/crm/").context["days"]
        assert month.known_until == date(2026, 11, 27)
        assert month.days_late == [late for late in (date(2026, 12, 1), date(2026, 11, 30)) if late < day]
