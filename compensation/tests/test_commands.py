"""What the commands of a month print for people and for machines."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from openpyxl import load_workbook

from compensation.models import PayRun, PaySlip
from compensation.tests.month import PayOf

COLUMNS = ["branch", "month", "employee_no", "component", "basis", "rate", "amount", "clause"]


def said(*command: str) -> Any:
    out = io.StringIO()
    call_command(*command, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.clause("D15.b")
@pytest.mark.usefixtures("chinese_terminal")
def test_pay_run_answers_with_what_the_branch_comes_to_and_warns_in_sentences(pay_of: PayOf, time_machine) -> None:
    cm = pay_of.cast.person("cm")
    cm.gradings.update(grade="T")
    cm.licence_until = pay_of.month.first.replace(day=9)
    cm.save()
    answer = said("pay_run", "B1", "2026-10")
    run = PayRun.objects.get()
    assert list(answer) == ["branch", "month", "people", "lines", "total", "digest", "state", "ready_on", "warnings"]
    assert answer["warnings"] == ["1001 林小雨: 执业证书有效期仅到2026-10-09，却有提成。"]
    del answer["warnings"]
    assert answer == {
        "branch": "B1", "month": "2026-10", "people": 8, "lines": run.lines.count(), "total": str(run.total),
        "digest": run.digest, "state": "draft", "ready_on": "2026-11-02",
    }  # fmt: skip


@pytest.mark.parametrize("asked", [("XX", "2026-10"), ("B1", "2026-13"), ("B1", "2026-09"), ("B1M1", "2026-10")])
def test_pay_run_refuses_with_2_and_writes_nothing(pay_of: PayOf, asked) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("pay_run", *asked)
    assert refused.value.returncode == 2 and not PayRun.objects.exists()


@pytest.mark.clause("D15.b")
@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_pay_lines_go_out_in_three_formats_with_the_same_columns(pay_of: PayOf, tmp_path: Path, form: str) -> None:
    run = pay_of.drafted()
    file = tmp_path / f"lines.{form}"
    asked = ["--from", "2026-10-01", "--to", "2026-10-31", "--unit", "B1", "--format", form, "-o", str(file)]
    call_command("export", "pay-lines", *asked, stdout=io.StringIO())
    if form == "json":
        rows = json.loads(file.read_text())
    elif form == "csv":
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    else:
        head, *body = load_workbook(file).worksheets[0].iter_rows(values_only=True)
        rows = [dict(zip(head, row, strict=True)) for row in body]
    assert len(rows) == run.lines.count() and list(rows[0])[: len(COLUMNS)] == COLUMNS
    line = next(row for row in rows if row["employee_no"] == "1001" and row["component"] == "commission")
    assert [str(line[name]) for name in ("branch", "month", "basis", "amount", "clause")] == [
        "B1", "2026-10", "18637.73", "3659.43", "D15.a",
    ]  # fmt: skip


@pytest.mark.clause("D15.b")
def test_verify_names_the_first_row_of_a_filed_month_that_somebody_changed_past_the_database(pay_of: PayOf) -> None:
    run = pay_of.filed()
    found = said_of_pay()
    assert found == []
    slip = PaySlip.objects.filter(run=run).earliest("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE compensation_payslip SET total = total + 0.01 WHERE id = %s", [slip.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert said_of_pay() == [f"compensation_payrun {run.pk}"]


def said_of_pay() -> list[str]:
    from compensation.verification import closed_months_have_a_filed_run, signatures_match_the_content

    return [
        finding.row for check in (signatures_match_the_content, closed_months_have_a_filed_run) for finding in check()
    ]
