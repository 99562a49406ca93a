"""The review desk: what waits for a leader, and how it is answered there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from core.periods import Week
from teams.models import Person, Posting, Role
from tests.cast import TODAY
from tests.opened import opened
from worklogs.models import Reply, WorkLog
from worklogs.services.judging import judge
from worklogs.tests.desk import MONDAY, noon, written
from worklogs.tests.test_writing import write

pytestmark = pytest.mark.django_db


def test_the_desk_asks_the_same_number_of_questions_for_a_large_team(cast, django_assert_max_num_queries, signed_in):
    client = signed_in(cast.am)
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as small:
        assert client.get("/logs/desk/").status_code == 200
    area = cast.unit["B1M1A1"]
    from accounts.models import User

    for n in range(30):
        user = User.objects.create(employee_no=f"77{n:02}", name=f"员工{n}")
        person = Person.objects.create(user=user, joined_on=date(2025, 1, 1))
        Posting.objects.create(person=person, unit=area, role=Role.CUSTOMER_MANAGER, from_on=date(2025, 1, 1))
    with CaptureQueriesContext(connection) as large:
        assert client.get("/logs/desk/").status_code == 200
    assert len(large) == len(small) <= 16


@pytest.mark.clause("S4.1.f")
def test_what_waits_for_a_leader_is_one_list_of_several_days_and_ends_when_two_of_the_week_are_answered(
    cast, signed_in
):
    logs = [written(cast, "cm", MONDAY + timedelta(days=n)) for n in (0, 1, 2)]
    client = signed_in(cast.am)
    page = client.get("/logs/desk/?show=mine")
    assert [row.log for row in page.context["logs"]] == logs[:2]
    assert page.content.decode().count('name="logs"') == 2
    data = {"logs": [str(log.public_id) for log in logs[:2]], "text": "都不错", "back": "show=mine"}
    assert client.post("/logs/desk/reply/", data).status_code == 302
    page = client.get("/logs/desk/?show=mine")
    assert not page.context["logs"] and 'name="text"' not in page.content.decode()
    assert 'name="logs"' in client.get("/logs/desk/").content.decode(), "the third may be answered as well"


@pytest.mark.clause("S3.2", "S4.1.f")
def test_the_points_of_a_week_open_to_how_they_came_about_for_the_leader_too(cast, signed_in):
    log = written(cast, "cm", MONDAY)
    judge(period=Week(TODAY), until=TODAY)
    address = "/logs/weeks/1001/2026-W47/"
    client = signed_in(cast.am)
    for page in ("/logs/desk/", "/", "/logs/weeks/"):
        assert f'href="{address}"' in client.get(page).content.decode(), page
    text = client.get(address).content.decode()
    assert "林小雨" in text and "S3.b" in text and f'href="/logs/{log.public_id}/"' in text
    assert "/logs/day/" not in text, "the page of a day is its writer's"
    assert client.get("/logs/weeks/1001/2026-W40/").status_code == 404
    assert signed_in(cast.am_west).get(address).status_code == 404


def test_the_weeks_of_several_units_stand_below_the_name_of_each(cast, signed_in):
    def groups(key: str) -> list[str]:
        return [row["group"] for row in signed_in(cast.user[key]).get("/logs/weeks/").context["heat"]["rows"]]

    assert groups("mm") == ["人民路一部东区", "人民路一部东区", "人民路一部西区"]
    assert groups("am") == ["", ""]


def test_several_logs_are_answered_from_the_desk_at_once(cast, signed_in):
    logs = [written(cast, key, MONDAY) for key in ("cm", "cm2")]
    client = signed_in(cast.am)
    response = client.post("/logs/desk/reply/", {"logs": [str(log.public_id) for log in logs], "text": "都不错"})
    assert response.status_code == 302
    assert Reply.objects.count() == 2


def test_with_nothing_chosen_what_was_typed_stays_on_the_desk_as_it_was_filtered(cast, signed_in):
    log = written(cast, "cm", MONDAY)
    client = signed_in(cast.am)
    answer = client.post("/logs/desk/reply/", {"text": "写得很细", "back": "on=2026-11-16&show=waiting"})
    assert (answer.status_code, answer.context["on"], answer.context["show"]) == (422, MONDAY, "waiting")
    assert "写得很细" in answer.content.decode()
    answer = client.post("/logs/desk/reply/", {"text": "长" * 501, "logs": str(log.public_id), "back": "on=2026-11-16"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "长" * 501 in text and text.count(" checked") == 1
    assert not Reply.objects.exists()


def test_a_log_out_of_sight_among_several_is_not_found_and_none_is_answered(cast, signed_in):
    logs = [written(cast, key, MONDAY) for key in ("cm", "sibling_cm")]
    response = signed_in(cast.am).post(
        "/logs/desk/reply/", {"logs": [str(log.public_id) for log in logs], "text": "好"}
    )
    assert response.status_code == 404
    assert not Reply.objects.exists()


def test_an_empty_answer_is_refused_at_its_field_and_nothing_is_lost(cast, signed_in):
    log = written(cast, "cm", MONDAY)
    response = signed_in(cast.am).post(f"/logs/{log.public_id}/reply/", {"text": "  "})
    assert response.status_code == 422
    assert not Reply.objects.exists()


@pytest.mark.clause("S4.1.f")
def test_the_desk_opens_on_the_last_working_day_with_logs(cast, signed_in, time_machine):
    friday = date(2026, 11, 13)
    written(cast, "cm", friday)
    written(cast, "cm2", friday + timedelta(days=1))  # on a Saturday off
    written(cast, "sibling_cm", MONDAY)
    time_machine.move_to(noon(MONDAY), tick=False)
    client = signed_in(cast.am)
    assert client.get("/logs/desk/").context["on"] == friday
    assert client.get("/logs/desk/?on=2026-11-16").context["on"] == MONDAY
    assert signed_in(cast.am_west).get("/logs/desk/").context["on"] == MONDAY, "where nobody wrote it is today"


@pytest.mark.clause("S4.1.f")
def test_one_goes_from_log_to_log_and_answers_beside_the_contacts(cast, signed_in):
    first, second = written(cast, "cm", MONDAY), written(cast, "cm2", MONDAY)
    third = written(cast, "cm", MONDAY + timedelta(days=1))
    written(cast, "sibling_cm", MONDAY)
    client = signed_in(cast.am)
    page = client.get(f"/logs/{second.public_id}/")
    assert (page.context["before"], page.context["after"]) == (first, third)
    text = page.content.decode()
    assert 'data-step="next"' in text and text.index('class="beside"') < text.index('name="text"')
    sent = client.post(f"/logs/{second.public_id}/reply/", {"text": "好", "next": "1"})
    assert sent.url == f"/logs/{third.public_id}/"


def test_quick_phrases_are_ones_own_and_edited_in_turn(cast, signed_in):
    log, client = written(cast, "cm", MONDAY), signed_in(cast.am)
    page = client.get("/logs/phrases/")
    older = opened(page)
    assert client.post("/logs/phrases/keep/", {"text": "很好\n\n  多回访 ", "opened": older}).status_code == 302
    text = client.get(f"/logs/{log.public_id}/").content.decode()
    assert 'data-phrase="很好"' in text and 'data-phrase="多回访"' in text
    clash = client.post("/logs/phrases/keep/", {"text": "另一句", "opened": older})
    assert clash.status_code == 409 and "很好" in clash.content.decode() and "另一句" in clash.content.decode()
    assert 'data-phrase="很好"' not in signed_in(cast.mm).get(f"/logs/{log.public_id}/").content.decode()
    assert signed_in(cast.cm).get("/logs/phrases/").status_code == 403


@pytest.mark.clause("S3.2")
def test_the_leader_counts_what_was_typed_without_a_line_and_came_long_after(cast, signed_in):
    entry = write(cast.cm, on=MONDAY, typed_at=noon(MONDAY), now=noon(TODAY))
    WorkLog.objects.update(state="submitted", submitted_at=noon(MONDAY))
    address = f"/logs/entries/{entry.public_id}/yes/"
    assert f'action="{address}"' in signed_in(cast.am).get(f"/logs/{entry.log.public_id}/").content.decode()
    assert signed_in(cast.cm).post(address).status_code == 403
    assert signed_in(cast.am_west).post(address).status_code == 404
    assert signed_in(cast.am).post(address).status_code == 302
    entry.refresh_from_db()
    assert not entry.awaits_yes
