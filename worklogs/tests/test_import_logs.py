"""Logs from other tools: whole or not at all, twice changes nothing, the same judgement as by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext

from tests.cast import TODAY
from worklogs.models import Contact, DayScore, LogEntry, WorkLog
from worklogs.rules.kinds import CONTACT_KINDS, LABELS
from worklogs.tests.test_writing import in_crm

pytestmark = pytest.mark.django_db

GOOD = """employee_no,on,kind,contact_name,phone,client_no,quantity,note,submitted_at,weather
1001,2026-11-17,brochures,,,,60,,2026-11-17 18:00,sunny
1001,2026-11-17,prospect,王女士,13900000001,,,,2026-11-17 18:00,
1001,2026-11-17,prospect_call,李先生,021-88886666,,,留了话,2026-11-17 18:00,
1002,2026-11-18,prospect,王姐,１３９００００００01,,,,2026-11-18 22:30,
1002,2026-11-18,client_call,赵总,,a100,,,2026-11-18 22:30,
"""


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(datetime(2026, 11, 19, 4, tzinfo=UTC), tick=False)


def import_logs(tmp_path, text, *extra, encoding="utf-8"):
    file = tmp_path / "entries.csv"
    file.write_text(text, encoding=encoding)
    out = StringIO()
    try:
        call_command("import_logs", str(file), "--json", *extra, stdout=out)
    except CommandError as refused:
        return refused.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.mark.clause("S3.2", "D5.c")
def test_entries_become_judged_logs(cast, tmp_path):
    code, answer = import_logs(tmp_path, GOOD)
    assert code == 0
    assert (answer["rows"], answer["created"], answer["logs"], answer["known_numbers"]) == (5, 4, 2, 1)
    assert answer["ignored_columns"] == ["weather"]
    assert answer["covers"] == ["2026-11-17", "2026-11-18"]
    first, second = WorkLog.objects.order_by("on")
    assert (first.brochures, first.state, first.late, first.unit.code) == (60, "submitted", False, "B1M1A1")
    assert second.late
    points = dict(DayScore.objects.filter(points__gt=0).values_list("person__user__employee_no", "points"))
    assert points == {"1001": 3, "1002": 2}  # the number known to the colleague brings nothing
    assert answer["clients_not_found"] == 1
    assert not Contact.objects.get(client_no="A100").is_client and LogEntry.objects.get(kind="client_call").not_in_crm


@pytest.mark.clause("S3.b", "S3.e")
def test_clients_of_the_crm_are_recognised_in_a_file(cast, tmp_path):
    in_crm(cast, "A100")
    code, answer = import_logs(tmp_path, GOOD + "1003,2026-11-18,prospect,赵总,13900000099,A100,,,2026-11-18 18:00,\n")
    assert (code, answer["clients_not_found"], answer["known_numbers"]) == (0, 0, 2)
    assert Contact.objects.get(client_no="A100").is_client
    assert not LogEntry.objects.filter(not_in_crm=True).exists()


def test_the_same_file_twice_changes_nothing(cast, tmp_path):
    import_logs(tmp_path, GOOD)
    before = list(WorkLog.objects.values()), list(LogEntry.objects.values()), list(DayScore.objects.values())
    code, answer = import_logs(tmp_path, GOOD)
    assert (code, answer["created"], answer["unchanged"]) == (0, 0, 4)
    assert answer["effects"]["changed_days"] == 0
    assert (list(WorkLog.objects.values()), list(LogEntry.objects.values()), list(DayScore.objects.values())) == before


def test_a_dry_run_counts_and_changes_nothing(cast, tmp_path):
    code, answer = import_logs(tmp_path, GOOD, "--dry-run")
    assert (code, answer["created"], answer["dry_run"]) == (0, 4, True)
    assert not WorkLog.objects.exists() and not DayScore.objects.exists() and not Contact.objects.exists()


def test_chinese_headers_in_gb18030_are_read(cast, tmp_path):
    text = "工作日志\n工号,日期,类别,客户姓名,手机号\n1001,2026年11月18日,约访,王女士,13900000001\n"
    code, answer = import_logs(tmp_path, text, encoding="gb18030")
    assert (code, answer["created"]) == (0, 1)
    assert LogEntry.objects.get().kind == "appointment"


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])
def test_the_kinds_are_taken_by_the_words_of_the_pages_and_a_refusal_names_them(cast, tmp_path, language):
    with translation.override(language):
        words = [gettext(LABELS[kind]) for kind in CONTACT_KINDS]
    rows = "".join(f"1001,2026-11-18,{word},王女士,1390000000{n}\n" for n, word in enumerate(words))
    code, answer = import_logs(tmp_path, "employee_no,on,kind,contact_name,phone\n" + rows)
    assert (code, answer["created"]) == (0, len(words))
    assert set(LogEntry.objects.values_list("kind", flat=True)) == set(CONTACT_KINDS)
    _, answer = import_logs(tmp_path, "employee_no,on,kind,contact_name,phone\n1001,2026-11-18,拜访,王,13900000009\n")
    assert all(word in answer["refused"][0]["rule"] for word in words)


def test_a_later_file_cannot_make_a_late_log_punctual(cast, tmp_path):
    import_logs(tmp_path, GOOD)
    more = GOOD.replace("2026-11-18 22:30", "2026-11-18 18:00") + "1002,2026-11-18,prospect,新人,13900000077,,,,,\n"
    code, answer = import_logs(tmp_path, more)
    assert (code, answer["created"]) == (0, 1)
    log = WorkLog.objects.get(on=TODAY)
    assert (log.late, log.submitted_at) == (True, datetime(2026, 11, 18, 14, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("7777,2026-11-18,prospect,王,13900000009,,,,", "employee_no", "7777"),
        ("1010,2026-11-18,prospect,王,13900000009,,,,", "on", "2026-11-18"),
        ("1001,2026-11-20,prospect,王,13900000009,,,,", "on", "2026-11-20"),
        ("1001,2026-11-18,visit,王,13900000009,,,,", "kind", "visit"),
        ("1001,2026-11-18,prospect,王,12345,,,,", "phone", "12345"),
        ("1001,2026-11-18,prospect,王,,,,,", "phone", ""),
        ("1001,2026-11-18,prospect,王,13900000009,,3,,", "quantity", "3"),
        ("1001,2026-11-18,brochures,,,,,,", "quantity", ""),
        ("1001,2026-11-18,brochures,,,,-5,,", "quantity", "-5"),
        ("1001,31.11.2026,prospect,王,13900000009,,,,", "on", "31.11.2026"),
    ],
)
def test_one_bad_row_refuses_the_file_and_names_the_cell(cast, tmp_path, row, column, value):
    code, answer = import_logs(tmp_path, GOOD + row + "\n")
    assert code == 2
    (refusal,) = answer["refused"]
    assert (refusal["row"], refusal["column"], refusal["value"]) == (7, column, value)
    assert refusal["rule"]
    assert not WorkLog.objects.exists() and not Contact.objects.exists()


def test_a_missing_column_refuses_the_file(cast, tmp_path):
    code, answer = import_logs(tmp_path, "employee_no,kind\n1001,prospect\n")
    assert code == 2
    assert "on" in [refusal["column"] for refusal in answer["refused"]]


def test_an_answered_log_is_not_touched(cast, tmp_path):
    import_logs(tmp_path, GOOD)
    WorkLog.objects.filter(on=TODAY).update(replied=True)
    code, answer = import_logs(tmp_path, GOOD + "1002,2026-11-18,prospect,新人,13900000077,,,,\n")
    assert code == 2
    assert "answered" in answer["refused"][0]["rule"] or "批" in answer["refused"][0]["rule"]
    assert LogEntry.objects.count() == 4


def test_more_rows_cost_no_more_queries(cast, tmp_path):
    def rows(n: int, start: int) -> str:
        header = GOOD.splitlines()[0].removesuffix(",weather") + "\n"
        return header + "".join(
            f"{1001 + i % 3},2026-11-{16 + i % 3},prospect,客户{i},139{start + i:08},,,,\n" for i in range(n)
        )

    counts = []
    for n, start in ((12, 0), (600, 1000)):
        with CaptureQueriesContext(connection) as queries:
            code, answer = import_logs(tmp_path, rows(n, start))
        assert (code, answer["created"]) == (0, n)
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 2
