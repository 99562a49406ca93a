"""Two who enter the same new number at the same moment, as real processes: one scores, the other is told."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import connection

from core.files import read_tables
from messaging.models import Message
from tests.cast import TODAY, Cast
from tests.processes import go, heard, started, without
from worklogs.models import Contact, Correction, DayScore, LogEntry, WeekScore, WorkLog
from worklogs.selectors import requirements_over
from worklogs.services.importing import import_logs

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

# Both have looked the number up, and found it unknown, before either of them saves it.
ENTERS = """
import json
import time_machine
from django.test import Client
from django.test.utils import setup_test_environment
from accounts.models import User
from tests.cast import TODAY
from worklogs.services import entering

setup_test_environment()
look = entering.known_contact
def look_and_wait(**number):
    found = look(**number)
    print("looked" if found is None else "known", flush=True)
    sys.stdin.readline()
    return found
entering.known_contact = look_and_wait

with time_machine.travel(f"{{TODAY}}T12:00:00+08:00", tick=True):
    client = Client()
    user = User.objects.get(employee_no={number!r})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    print("ready", flush=True)
    sys.stdin.readline()
    entry = {{"kind": "prospect", "phone": "139 0000 7777", "name": "王女士"}}
    page = client.post(f"/logs/day/{{TODAY}}/entries/", entry, follow=True)
    print(json.dumps([page.status_code, [str(said) for said in page.context["messages"]]]), flush=True)
"""


def entered_at_once(environment: dict[str, str]) -> list[list[str]]:
    """What each of the two is told."""
    writers = [started(ENTERS.format(number=number), environment) for number in ("1001", "1002")]
    go(*writers)
    assert [heard(writer) for writer in writers] == ["looked", "looked"]
    go(*writers)
    answers = [json.loads(heard(writer)) for writer in writers]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert [status for status, _ in answers] == [200, 200]
    return sorted(told for _, told in answers)


def points() -> list[int]:
    scores = DayScore.objects.filter(person__user__employee_no__in=["1001", "1002"], on=TODAY)
    return sorted(scores.values_list("points", flat=True))


@pytest.mark.clause("S3.b")
def test_two_who_enter_a_new_number_at_once_one_scores_and_the_other_is_told(cast: Cast, process_environment) -> None:
    told = entered_at_once(process_environment)
    assert Contact.objects.count() == 1 and LogEntry.objects.count() == 2
    assert points() == [0, 1]
    assert sorted(LogEntry.objects.values_list("known_as", flat=True)) == ["", "colleague"]
    on_the_page = [["王女士已记入日志。"], ["王女士已记入日志。该号码已登记过，不计分。"]]
    # Whoever pressed first has the number; where the other was stored before, she is told by a message.
    by_message = Message.objects.filter(text="worklogs.number_known_before").count()
    assert (told, by_message) in ((on_the_page, 0), ([on_the_page[0]] * 2, 1))


def test_where_numbers_are_not_unique_both_score(cast: Cast, process_environment) -> None:
    emptied = (DayScore, WeekScore, Correction, LogEntry, WorkLog, Contact)
    with without(Contact, "one_contact_a_number", *emptied):
        entered_at_once(process_environment)
        assert points() == [1, 1]


def test_a_file_that_two_load_at_once_is_there_once(cast: Cast, tmp_path, monkeypatch) -> None:
    """Both would have found the day without a log before either of them writes it."""
    file, meet = tmp_path / "entries.csv", threading.Barrier(2)
    file.write_text(f"employee_no,on,kind,contact_name,phone\n1001,{TODAY},prospect,王女士,13900007777\n")

    def look_and_wait(*asked):
        with suppress(threading.BrokenBarrierError):
            meet.wait(timeout=1)
        return requirements_over(*asked)

    def load(_nth: int) -> tuple[int, int]:
        try:
            done = import_logs(sheets=read_tables(file), now=datetime(2026, 11, 18, 4, tzinfo=UTC))
        finally:
            connection.close()
        return done.created, done.unchanged

    monkeypatch.setattr("worklogs.services.importing.requirements_over", look_and_wait)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(load, range(2))) == [(0, 1), (1, 0)]
    assert LogEntry.objects.count() == WorkLog.objects.count() == 1
