from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from core.periods import Day, Week
from messaging.models import Channel, Message, PhoneTask
from supervision.models import PlanDemand, Reminder, ReminderRun
from supervision.services.calling import Demand, record_call
from supervision.services.reminding import remind
from supervision.tests.facts import know, moment, open_accounts
from tests.cast import TODAY, Cast
from tests.opened import opened

WEEK = Week(TODAY - timedelta(days=7))
LAST_WEDNESDAY = TODAY - timedelta(days=7)


@pytest.fixture
def reminded(cast: Cast) -> Cast:
    """Last week and today are judged: B9 opened nothing, B2 less than B1."""
    know(cast, date(2026, 10, 1), TODAY)
    opened = {("cm", LAST_WEDNESDAY): 3, ("sibling_cm", LAST_WEDNESDAY): 1, ("cm", TODAY): 2, ("cm_m2", TODAY): 2}
    open_accounts(cast, {**opened, ("sibling_cm", TODAY): 1})
    remind(period=WEEK, now=moment(WEEK.end, time(9)))
    remind(period=Day(TODAY), now=moment(TODAY, time(11)))
    return cast


def run_of(code: str, scope: str = "HX") -> ReminderRun:
    return ReminderRun.objects.get(code=code, scope__code=scope)


def list_url(code: str, scope: str = "HX") -> str:
    return reverse("supervision:list", args=[run_of(code, scope).public_id])


@pytest.mark.clause("S7.1")
def test_the_company_sees_every_list_with_its_messages(reminded: Cast, signed_in) -> None:
    client = signed_in(reminded.market)
    above, teams = (
        client.get(f"{reverse('supervision:lists')}{query}").content.decode() for query in ("", "?show=teams")
    )
    assert list_url("S7.1") in above and list_url("S8.1", "R1") in above and list_url("S10.1", "B1M1") not in above
    assert list_url("S10.1", "B1M1") in teams and list_url("S7.1") not in teams


@pytest.mark.clause("S7.1")
def test_the_reminded_leader_sees_the_same_reasons_and_nothing_of_others(reminded: Cast, signed_in) -> None:
    message = Message.objects.get(rule="S8.1/R1", recipient=reminded.sibling_mm, channel=Channel.IN_APP)
    response = signed_in(reminded.sibling_mm).get(message.link)
    page = response.content.decode()
    assert response.status_code == 200
    assert "解放路市场部" in page and "人民路市场二部" not in page
    (entry,) = response.context["page"]
    assert (entry.rank, entry.of, entry.reasons) == (3, 3, ["bottom"])


def test_a_list_on_which_nobody_is_was_not_sent(reminded: Cast, signed_in) -> None:
    run = ReminderRun.objects.filter(state="done", entries=None, reminders=None)[0]
    page = signed_in(reminded.market).get(reverse("supervision:list", args=[run.public_id])).content.decode()
    assert "无人列入" in page and "已发送" not in page


def test_a_list_of_others_does_not_exist_for_a_leader(reminded: Cast, signed_in) -> None:
    assert signed_in(reminded.sibling_mm).get(list_url("S10.1", "B1M1")).status_code == 404
    assert signed_in(reminded.cm).get(list_url("S7.1")).status_code == 404


@pytest.mark.clause("S10.2")
def test_a_member_sees_her_own_entry_only(reminded: Cast, signed_in) -> None:
    response = signed_in(reminded.cm2).get(list_url("S10.2", "B1M1"))
    assert [entry.code for entry in response.context["page"]] == ["1002"]
    assert "周敏" not in response.content.decode()


@pytest.mark.clause("S7.1", "S8.1")
def test_the_ranking_is_one_click_from_the_list(reminded: Cast, signed_in) -> None:
    client = signed_in(reminded.market)
    query = client.get(list_url("S7.1")).context["ranking_query"]
    response = client.get(f"{reverse('supervision:ranking')}?{query}")
    assert [(row.code, row.rank, row.of) for row in response.context["page"]] == [
        ("B1", 1, 3),
        ("B2", 2, 3),
        ("B9", 3, 3),
    ]
    assert response.context["corrected"] is None


def test_the_ranking_says_when_figures_were_corrected_since(reminded: Cast, signed_in) -> None:
    from crm.models import UnitResult

    UnitResult.objects.filter(unit=reminded.unit["B2"], day=TODAY).update(running=9)
    client = signed_in(reminded.market)
    query = client.get(list_url("S7.1")).context["ranking_query"]
    assert client.get(f"{reverse('supervision:ranking')}?{query}").context["corrected"] == run_of("S7.1")


def call_of(code: str, unit: str) -> Reminder:
    return Reminder.objects.get(run__code=code, channel=Channel.PHONE_TASK, entry__unit__code=unit)


def call_url(call: Reminder, verb: str = "record_call") -> str:
    return reverse(f"supervision:{verb}", args=[call.message.public_id])


@pytest.mark.clause("S7.2")
def test_a_call_is_recorded_with_its_reason_and_a_plan_demanded(reminded: Cast, signed_in) -> None:
    call = call_of("S7.2", "B9")
    client = signed_in(reminded.market)
    assert "潘岳" in client.get(call_url(call, "call")).content.decode()
    sent = {
        "result": "reached",
        "reason": "两名客户经理离职",
        "demands_plan": "on",
        "asked_of": reminded.outsider_manager.pk,
        "due_on": "2026-11-25",
        "note": "补员",
    }
    response = client.post(call_url(call), sent)
    assert response.status_code == 302
    assert client.post(call_url(call), sent).status_code == 302, "pressed twice: one result"
    task = PhoneTask.objects.get(message=call.message)
    assert (task.result, task.reason, task.done_by) == ("reached", "两名客户经理离职", reminded.market)
    demand = PlanDemand.objects.get()
    assert (demand.unit.code, demand.asked_of, demand.due_on) == ("B9", reminded.outsider_manager, date(2026, 11, 25))
    notice = Message.objects.get(text="supervision.plan_demanded")
    assert notice.recipient == reminded.outsider_manager and "补员" in notice.body


@pytest.mark.clause("S7.2")
def test_whoever_is_to_write_the_plan_sees_what_it_answers(reminded: Cast, signed_in) -> None:
    call = call_of("S8.2", "B1M2")
    record_call(
        call=call,
        result="reached",
        reason="新人未到岗",
        demand=Demand(reminded.am, date(2026, 11, 25), "写明招聘进度"),
        actor=reminded.market,
        now=moment(TODAY),
    )
    notice = Message.objects.get(text="supervision.plan_demanded")
    assert "写明招聘进度" in signed_in(reminded.am).get(notice.link).content.decode()
    assert signed_in(reminded.am_west).get(notice.link).status_code == 404


@pytest.mark.clause("S7.2")
@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"result": "reached"}, "reason"),
        ({"result": "not_reached", "demands_plan": "on", "due_on": "2026-11-25", "asked_of": "one"}, "demands_plan"),
        ({"result": "reached", "reason": "x", "demands_plan": "on", "asked_of": "one"}, "due_on"),
        (
            {"result": "reached", "reason": "x", "demands_plan": "on", "asked_of": "one", "due_on": "2026-11-01"},
            "due_on",
        ),
        (
            {"result": "reached", "reason": "x", "demands_plan": "on", "asked_of": "1", "due_on": "2026-11-25"},
            "asked_of",
        ),
        (
            {"result": "reached", "reason": "x", "demands_plan": "on", "asked_of": "one", "due_on": "9999-12-31"},
            "due_on",
        ),
        ({"result": "maybe"}, "result"),
    ],
)
def test_a_call_is_refused_at_the_field_it_concerns(reminded: Cast, signed_in, entered, field) -> None:
    call = call_of("S7.2", "B9")
    if entered.get("asked_of") == "one":
        entered = {**entered, "asked_of": reminded.outsider_manager.pk}
    response = signed_in(reminded.market).post(call_url(call), entered)
    assert response.status_code == 422 and field in response.context["form"].errors
    assert not PlanDemand.objects.exists() and not PhoneTask.objects.exclude(done_at=None).exists()


@pytest.mark.clause("S7.2", "S8.2")
@pytest.mark.parametrize(
    ("who", "code", "unit", "status"),
    [
        ("officer", "S8.2", "B1M2", 200),
        ("market", "S8.2", "B1M2", 200),
        ("officer", "S7.2", "B9", 404),
        ("outsider_manager", "S7.2", "B9", 404),
        ("manager", "S8.2", "B1M2", 404),
        ("mm2", "S8.2", "B1M2", 404),
        ("cm", "S7.2", "B9", 404),
    ],
)
def test_a_call_belongs_to_the_department_that_makes_it(reminded: Cast, signed_in, who, code, unit, status) -> None:
    call = call_of(code, unit)
    client = signed_in(getattr(reminded, who))
    assert client.get(call_url(call, "call")).status_code == status
    if status == 404:
        assert client.post(call_url(call), {"result": "not_reached"}).status_code == 404
        assert not PhoneTask.objects.exclude(done_at=None).exists()


@pytest.mark.clause("S7.2")
def test_a_call_that_reached_somebody_stands(reminded: Cast, signed_in) -> None:
    call = call_of("S7.2", "B9")
    client = signed_in(reminded.market)
    client.post(call_url(call), {"result": "not_reached", "opened": opened(client.get(call_url(call, "call")))})
    older = opened(client.get(call_url(call, "call")))
    client.post(call_url(call), {"result": "reached", "reason": "第一次", "opened": older})
    again = {"result": "reached", "reason": "第二次"}
    response = client.post(call_url(call), {**again, "opened": older})
    assert (
        response.status_code == 409 and "第一次" in response.content.decode() and "第二次" in response.content.decode()
    )
    response = client.post(call_url(call), {**again, "opened": opened(response)})
    assert response.status_code == 409 and "第二次" in response.content.decode(), "what was typed can still be copied"
    assert PhoneTask.objects.get(message=call.message).reason == "第一次"


@pytest.mark.clause("S7.2")
def test_the_calls_page_begins_with_ones_own(reminded: Cast, signed_in) -> None:
    def callers(query: str) -> set[str]:
        return {row.call.recipient.employee_no for row in signed_in(reminded.market).get(url + query).context["rows"]}

    url = reverse("supervision:calls")
    assert callers("") == {reminded.market.employee_no}
    assert callers("?show=all") == {reminded.market.employee_no, reminded.officer.employee_no}


@pytest.mark.parametrize("name", ["lists", "calls", "ranking"])
def test_pages_ask_the_same_number_of_questions_whatever_their_length(reminded: Cast, signed_in, name) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(reminded.market)
    url = reverse(f"supervision:{name}")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for week in (2, 3, 4):
        period = Week(TODAY - timedelta(days=7 * week))
        remind(period=period, now=moment(period.end, time(9)))
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few) <= 15, [query["sql"][:90] for query in many]
