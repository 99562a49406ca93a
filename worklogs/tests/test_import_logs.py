"""Logs from other tools: whole or not at all, twice changes nothing, the same judgement as by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from core.models import ToldApart
from messaging.models import Message
from tests.cast import TODAY
from worklogs.models import Contact, Correction, DayScore, LogEntry, WeekScore, WorkLog
from worklogs.rules.kinds import CONTACT_KINDS, LABELS
from worklogs.services.writing import set_brochures
from worklogs.tests.test_writing import at, in_crm

pytestmark = pytest.mark.django_db

GOOD = """employee_no,on,kind,contact_name,phone,client_no,quantity,note,submitted_at,weather
1001,2026-11-17,brochures,,,,60,,2026-11-17 18:00,sunny
1001,2026-11-17,prospect,王女士,13900000001,,,,2026-11-17 18:00,
1001,2026-11-17,prospect_call,李先生,021-88886666,,,留了话,2026-11-17 18:00,
1002,2026-11-18,prospect,王姐,１３９００００００01,,,,2026-11-18 22:30,
1002,2026-11-18,client_call,赵总,,A100,,,2026-11-18 22:30,
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
    assert (answer["rows"], answer["created"], answer["logs"], answer["known_numbers"]) == (5, 5, 2, 1)
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


@pytest.mark.clause("S3.e")
def test_a_client_number_is_kept_as_the_crm_has_it_and_one_like_it_is_asked_about(cast, tmp_path):
    in_crm(cast, "b0200")
    row = "1002,2026-11-18,client_call,赵总,,{},,,2026-11-18 18:00,\n"
    for alike in ("B0200", "00b0200"):
        code, answer = import_logs(tmp_path, GOOD + row.format(alike))
        assert code == 2 and answer["refused"][0]["row"] == 7
        assert "b0200" in answer["refused"][0]["rule"]
    code, answer = import_logs(tmp_path, GOOD + row.format("c300") + row.format("C300"))
    assert code == 2 and len(answer["refused"]) == 1, "two spellings in one file are no two clients"
    code, answer = import_logs(tmp_path, GOOD + row.format("b0200"))
    assert (code, answer["clients_not_found"]) == (0, 1)
    assert Contact.objects.get(client_no="b0200").is_client
    ToldApart.objects.create(table="client_no", code="B0200", other="b0200", reason="另一位客户")
    code, _ = import_logs(tmp_path, GOOD + row.format("B0200"))
    assert code == 0 and not Contact.objects.get(client_no="B0200").is_client


def test_the_same_file_twice_changes_nothing(cast, tmp_path):
    import_logs(tmp_path, GOOD)
    before = list(WorkLog.objects.values()), list(LogEntry.objects.values()), list(DayScore.objects.values())
    code, answer = import_logs(tmp_path, GOOD)
    assert (code, answer["created"], answer["unchanged"], answer["replaced"]) == (0, 0, 5, 0)
    assert answer["effects"]["changed_days"] == 0
    assert (list(WorkLog.objects.values()), list(LogEntry.objects.values()), list(DayScore.objects.values())) == before


def test_a_dry_run_counts_and_changes_nothing(cast, tmp_path):
    code, answer = import_logs(tmp_path, GOOD, "--dry-run")
    assert (code, answer["created"], answer["dry_run"]) == (0, 5, True)
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
    for n, start in ((12, 50_000), (600, 60_000)):
        with CaptureQueriesContext(connection) as queries:
            code, answer = import_logs(tmp_path, rows(n, start))
        assert (code, answer["created"]) == (0, n)
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 2


HEADER = "employee_no,on,kind,contact_name,phone,quantity,submitted_at\n"


@pytest.mark.clause("S3.b")
def test_the_earlier_log_day_has_the_number_though_it_arrives_later_and_the_other_is_told(cast, tmp_path):
    import_logs(tmp_path, HEADER + "1002,2026-11-17,prospect,x,13511110001,,2026-11-17 18:00\n")
    assert DayScore.objects.get(person=cast.person("cm2"), on="2026-11-17").points == 1
    import_logs(tmp_path, HEADER + "1001,2026-11-02,prospect,y,13511110001,,2026-11-02 18:00\n")
    points = DayScore.objects.filter(points__gt=0).values_list("person__user__employee_no", "on")
    assert list(points) == [("1001", date(2026, 11, 2))]
    assert WeekScore.objects.get(person=cast.person("cm2"), week="2026-11-16").points == 0
    contact = Contact.objects.get()
    assert (contact.owner, contact.name) == (cast.person("cm"), "y")
    (told,) = Message.objects.filter(text="worklogs.number_known_before")
    assert told.recipient == cast.cm2 and "135****0001" in told.body


ROWS = [
    "1001,2026-11-16,prospect,a,13511110001,,2026-11-16 18:00",
    "1002,2026-11-17,prospect,b,13511110001,,2026-11-17 18:00",
    "1001,2026-11-17,prospect_call,a,13511110001,,2026-11-17 18:00",
    "1003,2026-11-16,appointment,c,13511110002,,2026-11-16 18:00",
    "1003,2026-11-16,prospect,c,13511110002,,2026-11-16 18:00",
    "2001,2026-11-16,prospect,d,13511110002,,2026-11-16 17:00",
    "2001,2026-11-11,client_call,d,13511110003,,2026-11-11 17:00",
    "1001,2026-11-11,prospect,e,13511110003,,2026-11-11 17:00",
    "1001,2026-11-16,brochures,,,30,2026-11-16 18:00",
    "1001,2026-11-16,brochures,,,25,2026-11-16 18:00",
]


@pytest.mark.story
@pytest.mark.clause("S3.a", "S3.b", "S3.c", "S3.d", "S3.e")
@pytest.mark.budget(20)
@given(st.permutations(ROWS), st.integers(0, len(ROWS)), st.integers(0, len(ROWS)))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_rows_in_any_order_and_any_parts_give_the_same_scores(cast, tmp_path, rows, first, second):
    brochures = [row for row in rows if "brochures" in row]
    rest = [row for row in rows if "brochures" not in row]
    parts = [[*rest[:first], *brochures], rest[first:second], rest[max(first, second) :]]

    def scored(*files):
        with transaction.atomic():
            for lines in files:
                if lines:
                    assert import_logs(tmp_path, HEADER + "\n".join(lines) + "\n")[0] == 0
            known = LogEntry.objects.values_list("log__person", "log__on", "kind", "known_as")
            points = DayScore.objects.values_list("person", "on", "points", "unmet")
            weeks = WeekScore.objects.values_list("person", "week", "points")
            owners = Contact.objects.values_list("phone", "owner", "registered_on", "name")
            found = [
                sorted(map(str, one))
                for one in (known, points.filter(points__gt=0), weeks.filter(points__gt=0), owners)
            ]
            transaction.set_rollback(True)
        return found

    assert scored(*parts) == scored(ROWS)


@pytest.mark.clause("S3.a")
def test_brochures_of_a_file_add_up_and_replace_what_files_brought_and_not_what_she_entered(cast, tmp_path):
    set_brochures(person=cast.person("cm"), on=TODAY, quantity=7, actor=cast.cm, now=at(12))
    head, row = HEADER, "1001,2026-11-18,brochures,,,{},2026-11-18 18:00\n"
    _, answer = import_logs(tmp_path, head + row.format(10) + row.format(20))
    assert (answer["created"], answer["replaced"], WorkLog.objects.get().brochures) == (2, 0, 37)
    _, preview = import_logs(tmp_path, head + row.format(25), "--dry-run")
    assert preview["brochures_replaced"] == [{"employee_no": "1001", "on": "2026-11-18", "old": 30, "new": 25}]
    _, answer = import_logs(tmp_path, head + row.format(25))
    assert (answer["rows"], answer["created"], answer["replaced"], WorkLog.objects.get().brochures) == (1, 0, 1, 32)
    _, answer = import_logs(tmp_path, head + row.format(25))
    assert (answer["unchanged"], answer["replaced"], WorkLog.objects.get().brochures) == (1, 0, 32)


@pytest.mark.clause("S3.2")
def test_what_a_file_adds_after_the_cut_off_marks_the_log_late_and_after_its_days_is_a_correction(cast, tmp_path):
    row = "1001,{},prospect,x,{},,{}\n"
    import_logs(tmp_path, HEADER + row.format("2026-11-10", "13511110001", "2026-11-10 18:00"))
    import_logs(tmp_path, HEADER + row.format("2026-11-17", "13511110002", "2026-11-17 18:00"))
    import_logs(tmp_path, HEADER + row.format("2026-11-17", "13511110003", "2026-11-17 21:00"))
    assert not WorkLog.objects.filter(late=True).exists(), "entered in time, though it came later"
    more = row.format("2026-11-10", "13511110004", "") + row.format("2026-11-17", "13511110005", "")
    import_logs(tmp_path, HEADER + more)
    assert WorkLog.objects.filter(late=True).count() == 2
    correction = Correction.objects.get()
    assert (correction.log.on.day, correction.new, correction.author) == (10, "prospect x", None)


def test_a_file_loaded_again_after_the_answer_is_known_again_and_changes_nothing(cast, tmp_path):
    import_logs(tmp_path, GOOD)
    WorkLog.objects.update(replied=True)
    code, answer = import_logs(tmp_path, GOOD)
    assert (code, answer["unchanged"], answer["created"]) == (0, 5, 0)


@pytest.mark.clause("S3.b")
def test_a_colleagues_own_number_is_no_prospect_in_a_file_either(cast, tmp_path):
    User.objects.filter(pk=cast.cm2.pk).update(phone="13900000001")
    code, answer = import_logs(tmp_path, GOOD)
    assert code == 2 and {refusal["column"] for refusal in answer["refused"]} == {"phone"}
    assert answer["refused_rows"] == answer["rows"] == 5


def test_numbers_and_days_are_read_however_they_are_written_and_a_likely_person_is_named(cast, tmp_path):
    text = (
        "employee_no,on,kind,phone,submitted_at\n"
        "１００１,2026/11/17 0:00,prospect,\u202d86 139 0000 0001\u202c,2026/11/17 8:05\n"
        "'1001,2026-11-17T00:00:00,prospect,139\u200b0000\u200b0001,2026年11月17日 8:05\n"
    )
    code, answer = import_logs(tmp_path, text)
    assert (code, answer["created"], answer["unchanged"]) == (0, 1, 1)
    assert Contact.objects.get().phone == "13900000001"
    code, answer = import_logs(tmp_path, text.replace("１００１", "01001"))
    assert code == 2 and "1001" in answer["refused"][0]["rule"]
