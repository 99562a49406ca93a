"""The market manager's month-end answers (S4.2.f)."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from core.periods import Month, Period
from teams.models import Posting
from tests.cast import TODAY
from worklogs.models import Reply, WorkLog
from worklogs.selectors.month_end import month_end_standing
from worklogs.services.judging import judge
from worklogs.tests.desk import MONDAY, answer, noon, written
from worklogs.tests.test_writing import write

pytestmark = pytest.mark.django_db


@pytest.mark.clause("S4.2.f")
def test_the_market_manager_owes_every_log_author_an_answer_at_month_end(cast):
    logs = [written(cast, key, MONDAY) for key in ("cm", "cm2", "cm_west")]
    answer(logs[0], cast.mm, on=date(2026, 11, 20))  # too early to count
    answer(logs[1], cast.mm, on=date(2026, 11, 28))
    answer(logs[2], cast.am_west, on=date(2026, 11, 28))  # not the market manager
    rows = month_end_standing([cast.unit["B1M1"]], Month(TODAY))
    assert {row.member.employee_no: row.is_done for row in rows} == {"1001": False, "1002": True, "1003": False}


@pytest.fixture
def month_end(cast, time_machine):
    """`month_end("mm", day)`: the page of month-end answers as that person sees it on that day."""

    def opened(key: str, on: date):
        time_machine.move_to(noon(on), tick=False)
        client = Client()
        client.force_login(cast.user[key], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client, client.get("/logs/month-end/")

    return opened


@pytest.mark.clause("S4.2.f")
def test_outside_its_window_the_month_end_page_shows_the_dates_instead_of_the_form(cast, month_end):
    log = written(cast, "cm", MONDAY)
    client, early = month_end("mm", date(2026, 11, 25))
    text = early.content.decode()
    assert "11月26日" in text and "12月3日" in text and 'name="text"' not in text and 'name="logs"' not in text
    refused = client.post("/logs/month-end/answer/", {"logs": [str(log.public_id)], "text": "辛苦了"})
    assert refused.status_code == 422 and "辛苦了" in refused.content.decode()
    assert not Reply.objects.exists()
    _, late = month_end("mm", date(2026, 12, 3))
    assert 'name="text"' in late.content.decode(), "in the days of grace it is still last month's page"


@pytest.mark.clause("S4.2.f")
def test_at_month_end_every_author_is_ticked_and_one_answer_counts_for_each(cast, month_end):
    logs = [written(cast, key, MONDAY) for key in ("cm", "cm_west")]
    WorkLog.objects.filter(pk=logs[0].pk).update(unit=cast.unit["B1M2"])  # written in another team before she came
    logs[0] = written(cast, "cm", TODAY)
    client, page = month_end("mm", date(2026, 11, 30))
    assert page.content.decode().count(" checked") == 2
    data = {"month": "2026-11", "logs": [str(log.public_id) for log in logs], "text": "本月辛苦了"}
    assert client.post("/logs/month-end/answer/", data).status_code == 302
    rows = month_end_standing([cast.unit["B1M1"]], Month(TODAY))
    assert [row.is_done for row in rows] == [True, True]
    assert client.get("/logs/month-end/").content.decode().count(" checked") == 0


@pytest.mark.clause("S4.2.f", "D7")
def test_the_month_end_answer_is_the_market_managers_or_of_who_stands_in(cast, month_end):
    assert month_end("manager", date(2026, 11, 30))[1].status_code == 403
    assert month_end("am", date(2026, 11, 30))[1].status_code == 403
    own = Posting.objects.get(person=cast.person("mm"))
    Posting.objects.create(
        person=cast.person("am"), unit=own.unit, role=own.role, from_on=date(2026, 11, 30), acting_for=own
    )
    assert month_end("am", date(2026, 11, 30))[1].status_code == 200


@pytest.mark.clause("S4.2.f")
def test_month_end_shows_each_ones_month_and_takes_one_text_or_one_each(cast, month_end):
    logs = [written(cast, key, MONDAY) for key in ("cm", "cm2", "cm_west")]
    write(cast.cm, "client_call", on=MONDAY, now=noon(MONDAY))
    judge(period=Period(date(2026, 11, 1), date(2026, 12, 1)), until=date(2026, 11, 30))
    client, page = month_end("mm", date(2026, 11, 30))
    row = next(row for row, _ in page.context["rows"] if row.member.employee_no == "1001")
    assert (row.figures.points, row.figures.days_due, row.figures.weeks) == (2, 21, 4)
    own = {f"own-{logs[0].public_id}": "您本月进步明显"}
    some = {"month": "2026-11", "logs": [str(logs[1].public_id)]}
    refused = client.post("/logs/month-end/answer/", {**some, **own})
    assert refused.status_code == 422 and "您本月进步明显" in refused.content.decode(), "one has no text"
    assert client.post("/logs/month-end/answer/", {**some, **own, "text": "辛苦了"}).status_code == 302
    assert dict(Reply.objects.values_list("log", "text")) == {logs[0].pk: "您本月进步明显", logs[1].pk: "辛苦了"}
