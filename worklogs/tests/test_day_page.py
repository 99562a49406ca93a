"""The customer manager's pages: with and without JavaScript, refusals at the field, nothing typed lost."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse

from core.periods import Week
from policies.models import ParameterValue
from tests.cast import TODAY
from tests.opened import OPENED, opened
from worklogs.models import Contact, Correction, LogEntry, Reply, WorkLog
from worklogs.services.judging import judge
from worklogs.tests.test_writing import at, in_crm, write

pytestmark = pytest.mark.django_db
DAY = reverse("worklogs:day", args=[TODAY])
SAVE = reverse("worklogs:save_entry", args=[TODAY])
CHECK = reverse("worklogs:check_number", args=[TODAY])
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def english(cast):
    """The texts of these tests are the source texts."""
    type(cast.cm).objects.update(language="en")


@pytest.fixture
def she(cast, signed_in):
    return signed_in(cast.cm)


@pytest.mark.clause("S3.2", "S3.b")
def test_two_taps_name_and_number_put_a_contact_on_the_log(cast, she):
    form = she.get(reverse("worklogs:new_entry", args=[TODAY, "prospect"]), headers=HTMX)
    assert 'name="phone"' in form.content.decode() and "<html" not in form.content.decode()
    answer = she.post(SAVE, {"kind": "prospect", "phone": "139 0000 0001", "name": "王女士"}, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in text
    assert "王女士 is on the log." in text and "13900000001" in text
    assert LogEntry.objects.get().contact.phone == "13900000001"


def test_the_same_works_without_javascript(cast, she):
    assert 'name="phone"' in she.get(reverse("worklogs:new_entry", args=[TODAY, "client_call"])).content.decode()
    answer = she.post(SAVE, {"kind": "client_call", "client_no": "A1", "name": "赵总"})
    assert (answer.status_code, answer.url) == (302, DAY)
    assert "赵总 is on the log, marked for your leader" in she.get(DAY).content.decode()


def test_a_refused_entry_says_why_at_the_field_and_keeps_what_was_typed(cast, she):
    answer = she.post(SAVE, {"kind": "prospect", "phone": "12345", "name": "王女士", "note": "柜台"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "This is no phone number" in text
    assert 'value="12345"' in text and 'value="王女士"' in text and 'value="柜台"' in text
    assert not WorkLog.objects.exists()


@pytest.mark.parametrize("kind", ["brochures", "", "nonsense"])
def test_an_unknown_kind_is_refused(cast, she, kind):
    assert she.post(SAVE, {"kind": kind, "phone": "13900000001", "name": "王"}).status_code == 422
    assert not WorkLog.objects.exists()


@pytest.mark.clause("S3.b")
def test_a_known_number_is_told_before_it_fails_to_score(cast, she):
    write(cast.cm2, phone="13900000001", name="她的秘密客户")
    write(cast.cm, phone="13900000002", name="李先生", on=date(2026, 11, 17), now=at(12))
    in_crm(cast, "A100")
    write(cast.cm2, kind="client_call", phone="13900000003", client_no="A100", name="赵总")

    def check(phone, kind="prospect", client_no=""):
        sent = {"kind": kind, "phone": phone, "client_no": client_no}
        return she.post(CHECK, sent, headers=HTMX).content.decode()

    colleague = check("１３９００００0001")
    assert "A colleague has known this number since 2026-11-18." in colleague
    assert "does not count as obtained" in colleague
    assert "她的秘密客户" not in colleague and cast.cm2.name not in colleague
    assert "It counts" in check("13900000001", "prospect_call")
    assert 'data-value="李先生"' in check("13900000002"), "what she calls the contact fills the name"
    assert "data-value" not in check("13900000001")
    assert "You know this number since 2026-11-17: 李先生." in check("13900000002")
    assert "An existing client of the firm." in check("13900000003")
    assert "赵总" not in check("13900000003")
    assert "New number: it counts." in check("13900000009")
    assert "No client with this number in CRM" in check("13900000009", "client_call")
    assert "No client with this number in CRM" in check("", "client_call", "nobody")
    assert "An existing client of the firm. It counts." in check("", "client_call", "A100")
    in_crm(cast, "A200")
    assert "In CRM: it counts." in check("", "client_call", "A200")
    assert "do you mean A200?" in check("", "client_call", "a200")
    assert "This is no phone number" in check("1390000000")
    assert check("139").strip() == ""
    assert LogEntry.objects.count() == 3 and Contact.objects.count() == 3


@pytest.mark.clause("S3.a")
def test_brochures_are_counted_by_steps_and_by_number(cast, she):
    url = reverse("worklogs:set_brochures", args=[TODAY])
    she.post(url, {"more": "50"})
    she.post(url, {"more": "10"}, headers=HTMX)
    assert WorkLog.objects.get().brochures == 60
    she.post(url, {"quantity": "45", "opened": opened(she.get(DAY))})
    assert WorkLog.objects.get().brochures == 45
    assert she.post(url, {"quantity": "-3"}).status_code == 422
    assert she.post(url, {"quantity": "many"}).status_code == 422
    assert WorkLog.objects.get().brochures == 45


@pytest.mark.clause("S3.2")
def test_the_page_says_what_is_missing_and_how_the_score_came_about(cast, she):
    write(cast.cm)
    text = she.get(reverse("worklogs:today")).content.decode()
    assert "10 more: Follow-up calls to prospects" in text
    assert "19 points short" in text
    for clause in ("S3.a", "S3.b", "S3.c", "S3.d", "S3.e", "S3.2"):
        assert clause in text
    assert "Hand in by 22:00" in text


@pytest.mark.clause("S3.2", "D5.c")
def test_a_log_is_handed_in_answered_and_then_only_corrected(cast, she, signed_in, time_machine):
    entry = write(cast.cm)
    submit = reverse("worklogs:submit", args=[TODAY])
    assert she.post(submit).status_code == 302
    log = WorkLog.objects.get()
    assert log.is_submitted and not log.late
    Reply.objects.create(log=log, author=cast.am, text="下午补三个回访。", at=at(12))
    WorkLog.objects.update(replied=True)
    page = she.get(DAY).content.decode()
    assert "下午补三个回访。" in page and cast.am.name in page
    remove = reverse("worklogs:remove_entry", args=[entry.public_id])
    time_machine.move_to(at(22, 30), tick=False)
    she = signed_in(cast.cm)
    refused = she.post(remove)
    assert refused.status_code == 422 and "give the reason" in refused.content.decode()
    assert LogEntry.objects.count() == 1
    she.post(remove, {"reason": "号码记错"})
    assert not LogEntry.objects.exists()
    assert Correction.objects.get().author == cast.cm
    assert "号码记错" in she.get(DAY).content.decode()


def test_an_empty_log_is_not_handed_in(cast, she):
    answer = she.post(reverse("worklogs:submit", args=[TODAY]))
    assert answer.status_code == 422 and "There is nothing on the log yet" in answer.content.decode()


@pytest.mark.parametrize(
    ("on", "text"),
    [
        (date(2026, 11, 15), "no log due"),
        (date(2026, 11, 10), "This day is closed"),
        (date(2026, 11, 30), "This day has not come yet"),
        (date(2024, 5, 6), "No log on this day"),
    ],
)
def test_days_off_closed_days_and_days_to_come_say_so(cast, she, on, text):
    page = she.get(reverse("worklogs:day", args=[on]))
    assert page.status_code == 200
    assert text in page.content.decode()


@pytest.mark.clause("S3.2")
def test_the_week_shows_its_days_and_its_verdict(cast, she):
    write(cast.cm)
    text = she.get(reverse("worklogs:week")).content.decode()
    assert "1 of 100 points so far" in text
    assert "Meeting every minimum is not a pass." in text
    assert she.get(reverse("worklogs:week") + "?week=2026-W99").status_code == 404
    assert she.get(reverse("worklogs:week") + "?week=2026-W20").status_code == 200


def test_an_address_without_a_day_does_not_exist(cast, she):
    assert she.get("/logs/day/2026-02-30/").status_code == 404


def test_a_log_is_nobody_elses_to_write(cast, signed_in):
    entry = write(cast.cm)
    remove = reverse("worklogs:remove_entry", args=[entry.public_id])
    for user, status in ((cast.am, 403), (cast.cm2, 404), (cast.outsider_manager, 404), (cast.clerk, 404)):
        assert signed_in(user).post(remove).status_code == status
    for user in (cast.am, cast.clerk, cast.auditor):
        assert signed_in(user).get(reverse("worklogs:today")).status_code == 403
        assert signed_in(user).post(SAVE, {"kind": "prospect", "phone": "13900000009"}).status_code == 403
    assert LogEntry.objects.count() == 1


@pytest.mark.budget(1)
def test_the_page_costs_the_same_with_many_entries(cast, she, django_assert_max_num_queries):
    counts = []
    for n in (2, 25):
        for i in range(n):
            write(cast.cm, phone=f"139{n:04}{i:04}")
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            she.get(DAY)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_what_people_type_is_shown_as_text(cast, she):
    she.post(SAVE, {"kind": "prospect", "phone": "13900000001", "name": "<script>alert(1)</script>"})
    text = she.get(DAY).content.decode()
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text


@pytest.mark.clause("S3.a")
def test_an_emptied_number_is_no_zero_and_a_step_counts_from_what_is_there_when_it_arrives(cast, she):
    url = reverse("worklogs:set_brochures", args=[TODAY])
    she.post(url, {"quantity": "45"})
    assert she.post(url, {"quantity": ""}).status_code == 422
    assert WorkLog.objects.get().brochures == 45
    form = she.get(DAY).content.decode().split('name="quantity"')[0].rsplit("<form", 1)[1]
    assert "<button" not in form, "Enter in the number's field presses the first button of its form"


@pytest.mark.clause("S3.2")
def test_a_note_that_is_typed_but_not_saved_is_handed_in_with_the_log(cast, she):
    submit = reverse("worklogs:submit", args=[TODAY])
    assert f'form="note-form" formaction="{submit}"' in she.get(DAY).content.decode()
    assert she.post(submit, {"note": "长" * 2001}).status_code == 422
    assert she.post(submit, {"note": "雨天，客流少"}).status_code == 302
    log = WorkLog.objects.get()
    assert log.is_submitted and log.note == "雨天，客流少"


@pytest.mark.parametrize(
    ("verb", "sent"),
    [
        ("save_entry", {"kind": "prospect", "phone": "13900000001", "name": "雨天记下"}),
        ("write_note", {"note": "雨天记下"}),
        ("submit", {"note": "雨天记下"}),
    ],
)
def test_a_day_that_closed_meanwhile_says_so_and_shows_what_was_typed(cast, she, verb, sent):
    answer = she.post(reverse(f"worklogs:{verb}", args=[date(2026, 11, 10)]), sent, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 422 and "This log is closed" in text and "雨天记下" in text


@pytest.mark.clause("S3.2")
def test_a_week_and_a_day_that_ask_for_nothing_show_no_mark(cast, she):
    page = she.get(reverse("worklogs:day", args=[date(2026, 2, 18)])).context["page"]
    assert page.week_mark == 0, "Spring Festival takes the whole week"
    page = she.get(reverse("worklogs:day", args=[date(2026, 2, 13)])).context["page"]
    assert page.week_mark == 100, "with its make-up Saturday the week before has six days"
    week = she.get(DAY).context["page"]
    assert [bar["mark"] for bar in week.bars][2:] == [20, 0, 0, 0, 0]


@pytest.mark.clause("S3.2", "S3.g")
def test_where_minima_are_part_of_the_pass_the_score_alone_is_not_called_one(cast, she):
    ParameterValue.objects.create(
        code="worklogs.pass_rule", unit=cast.unit["B1M1"], value="both", from_on=TODAY, source="市场部", set_by=cast.mm
    )
    for n in range(20):
        write(cast.cm, phone=f"139000000{n:02}")
    for address in (DAY, "/"):
        page = she.get(address).content.decode()
        assert "The score is reached; the minima are still open." in page, address
        assert "The day is passed" not in page and "Today is passed." not in page, address


def of_note(answer) -> str:
    """What the form of the note was opened with: the last of the page."""
    return unescape(OPENED.findall(answer.content.decode())[-1])


def test_a_later_save_of_an_older_page_of_the_note_shows_both_side_by_side(cast, she):
    url = reverse("worklogs:write_note", args=[TODAY])
    older = of_note(she.get(DAY))
    assert she.post(url, {"note": "上午跑了两个网点", "opened": older}).status_code == 302
    clash = she.post(url, {"note": "下午下雨", "opened": older}, headers=HTMX)
    text = clash.content.decode()
    assert clash.status_code == 409 and "上午跑了两个网点" in text and ">下午下雨</textarea>" in text
    assert WorkLog.objects.get().note == "上午跑了两个网点"
    assert she.post(reverse("worklogs:submit", args=[TODAY]), {"note": "下午下雨", "opened": older}).status_code == 409
    assert she.post(url, {"note": "上午跑了两个网点，下午下雨", "opened": of_note(clash)}).status_code == 302
    assert WorkLog.objects.get().note == "上午跑了两个网点，下午下雨"


def test_a_saved_note_is_swapped_with_what_it_was_opened_with_and_a_typed_one_stays(cast, she):
    note = reverse("worklogs:write_note", args=[TODAY])
    saved = she.post(note, {"note": "好", "opened": of_note(she.get(DAY))}, headers=HTMX).content.decode()
    other = she.post(SAVE, {"kind": "prospect", "phone": "13900000001", "name": "王"}, headers=HTMX).content.decode()
    kept = '<div id="note-kept" data-kept hx-preserve="true">'
    assert kept not in saved and kept in other


@pytest.mark.clause("S3.a")
def test_an_older_page_does_not_overwrite_the_number_of_brochures(cast, she):
    url, older = reverse("worklogs:set_brochures", args=[TODAY]), opened(she.get(DAY))
    she.post(url, {"quantity": "30", "opened": older})
    clash = she.post(url, {"quantity": "45", "opened": older})
    assert clash.status_code == 409 and 'value="45"' in clash.content.decode()
    assert WorkLog.objects.get().brochures == 30
    step = she.post(url, {"more": "10"}, headers=HTMX)
    assert she.post(url, {"quantity": "60", "opened": opened(step)}).status_code == 302, "a step shows the new number"


def test_save_and_next_keeps_the_form_of_the_kind_open(cast, she):
    sent = {"kind": "prospect", "phone": "13900000001", "name": "王女士", "next": "1"}
    text = she.post(SAVE, sent, headers=HTMX).content.decode()
    assert 'name="next"' in text and "王女士 is on the log." in text
    form = text.split('id="entry-form"')[1].split("</form>")[0]
    assert "13900000001" not in form
    again = she.post(SAVE, {**sent, "phone": "13900000002"})
    assert again.url == reverse("worklogs:new_entry", args=[TODAY, "prospect"])


def test_whom_one_spoke_to_lately_is_one_tap_away(cast, she):
    entry = write(cast.cm, on=date(2026, 11, 17), now=at(11), name="李先生")
    theirs = write(cast.cm2, phone="13900000002", name="她的客户")
    new = reverse("worklogs:new_entry", args=[TODAY, "prospect_call"])
    text = she.get(new).content.decode()
    assert f"?again={entry.public_id}" in text and "她的客户" not in text
    filled = she.get(f"{new}?again={entry.public_id}").content.decode()
    assert 'value="13900000001"' in filled and 'value="李先生"' in filled
    assert 'value="13900000002"' not in she.get(f"{new}?again={theirs.public_id}").content.decode()
    assert she.get(f"{new}?again=nonsense").status_code == 200


def test_what_was_taken_off_is_put_back_as_it_was(cast, she):
    entry = write(cast.cm, note="柜台", now=at(9))
    write(cast.cm2, phone="13900000001", name="王姐", now=at(10))
    taken = she.post(reverse("worklogs:remove_entry", args=[entry.public_id]), headers=HTMX).content.decode()
    back = reverse("worklogs:put_back", args=[TODAY])
    assert f'action="{back}"' in taken
    she.post(back)
    put = LogEntry.objects.get(log__person=cast.person("cm"))
    assert (put.name, put.note, put.at, put.known_as) == ("王女士", "柜台", at(9), "")
    assert Contact.objects.get().owner == cast.person("cm"), "with its first moment"
    she.post(back)
    assert LogEntry.objects.count() == 2


def test_an_entry_is_edited_on_its_page_and_an_older_page_overwrites_nothing(cast, she):
    entry = write(cast.cm)
    page = she.get(reverse("worklogs:entry", args=[entry.public_id]))
    url, sent = reverse("worklogs:edit_entry", args=[entry.public_id]), {"phone": "13900000001", "name": "王总"}
    sent["opened"] = opened(page)
    assert she.post(url, {**sent, "next_on": "2026-11-25"}).status_code == 302
    clash = she.post(url, {**sent, "name": "王太太"})
    assert clash.status_code == 409 and "王总" in clash.content.decode() and 'value="王太太"' in clash.content.decode()
    entry.refresh_from_db()
    assert (entry.name, entry.next_on) == ("王总", date(2026, 11, 25))
    assert she.post(url, {**sent, "phone": "12"}).status_code == 422


def test_ones_prospects_stand_with_last_contact_and_next_date(cast, she, signed_in):
    write(cast.cm, name="远期", on=date(2026, 11, 16), now=at(11))
    write(cast.cm, phone="13900000002", name="到期", on=date(2026, 11, 17), now=at(11), next_on=TODAY)
    write(cast.cm2, phone="13900000003", name="别人的")
    page = she.get(reverse("worklogs:prospects"))
    names = [one.entry.name for one in page.context["page"]]
    assert names == ["到期", "远期"] and "别人的" not in page.content.decode()
    assert [one.is_due for one in page.context["page"]] == [True, False]
    assert [one.entry.name for one in she.get("/logs/prospects/?q=0001").context["page"]] == ["远期"]
    assert signed_in(cast.am).get("/logs/prospects/").status_code == 403


def test_today_is_no_alarm_before_its_cut_off(cast, she, signed_in, time_machine):
    write(cast.cm)
    assert she.get(DAY).context["page"].state == ""
    time_machine.move_to(at(22, 30), tick=False)
    assert signed_in(cast.cm).get(DAY).context["page"].state == "warn"


@pytest.mark.clause("S3.2")
def test_the_running_week_is_measured_against_the_days_that_are_over(cast, she):
    write(cast.cm)
    judge(period=Week(TODAY), until=TODAY)
    page = she.get(reverse("worklogs:week")).context["page"]
    assert (page.mark_so_far, page.score.pass_mark) == (40, 100)
    assert [bar["state"] for bar in page.bars] == ["bad", "bad", "running", "", "", "", ""]


def test_a_week_that_is_running_misses_nothing_yet(cast, she, signed_in, time_machine):
    she.post(SAVE, {"kind": "prospect", "phone": "13900000077", "name": "张三"})
    page = she.get("/logs/week/").content.decode()
    still_open = re.compile(r"</svg>\s*still open")
    assert still_open.search(page) and "not fulfilled" not in page
    time_machine.move_to(at(12) + timedelta(days=7), tick=False)
    page = signed_in(cast.cm).get(f"/logs/week/?week={Week(TODAY).code}").content.decode()
    assert "not fulfilled" in page and not still_open.search(page)
