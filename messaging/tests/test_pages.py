from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging import services
from messaging.models import Channel, Message, State
from messaging.services import Draft
from messaging.tests import texts
from tests.cast import TODAY

pytestmark = pytest.mark.django_db
INBOX_QUERIES = 7


def post(user, channel=Channel.IN_APP, rule="S10.2", words="林小雨 has opened no account.", **changes):
    draft = Draft(rule, TODAY, user.pk, channel, texts.ANYTHING.code, {"words": words})
    services.post([replace(draft, **changes)], now=timezone.now())
    return Message.objects.filter(rule=rule, recipient=user, channel=channel).latest("pk")


@pytest.fixture
def browser(cast, signed_in):
    return signed_in(cast.am)


def test_the_inbox_shows_one_s_own_messages_and_how_many_are_unread(cast, browser):
    post(cast.am)
    post(cast.mm, words="not for her")
    post(cast.am, Channel.EMAIL, words="a letter")
    page = browser.get(reverse("messaging:inbox")).content.decode()
    assert "林小雨 has opened no account." in page
    assert "not for her" not in page
    assert "a letter" not in page
    assert page.count('class="count"') > 0


def test_opening_a_message_reads_it_and_leads_to_what_it_is_about(cast, browser):
    about = post(cast.am, link="/supervision/")
    plain = post(cast.am, rule="other")
    assert browser.get(reverse("messaging:message", args=[about.public_id])).url == "/supervision/"
    assert "no account" in browser.get(reverse("messaging:message", args=[plain.public_id])).content.decode()
    assert not Message.objects.unread().exists()


@pytest.mark.parametrize("link", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere", "javascript:1"])
def test_a_message_never_leads_elsewhere(cast, link):
    with pytest.raises(ValueError, match="links to pages of this application"):
        post(cast.am, link=link)


def test_the_inbox_can_be_narrowed_and_read_at_once(cast, browser):
    post(cast.am)
    post(cast.am, Channel.PHONE_TASK, rule="S7.2", words="call B1")
    assert "no account" not in browser.get(reverse("messaging:inbox"), {"show": "calls"}).content.decode()
    assert browser.post(reverse("messaging:read_all")).status_code == 302
    assert "no account" not in browser.get(reverse("messaging:inbox"), {"show": "unread"}).content.decode()


def test_a_message_of_somebody_else_does_not_exist(cast, browser):
    hers = post(cast.mm)
    assert browser.get(reverse("messaging:message", args=[hers.public_id])).status_code == 404
    hers.refresh_from_db()
    assert hers.read_at is None


def unknown(user, **changes):
    message = post(user, Channel.SMS, **changes)
    Message.objects.filter(pk=message.pk).update(state=State.UNKNOWN)
    return message


def test_the_sending_log_shows_its_units_and_first_what_waits_for_a_decision(cast, signed_in):
    unknown(cast.am, words="perhaps arrived")
    unknown(cast.sibling_am, words="of the sibling branch")
    post(cast.cm, words="arrived")
    page = signed_in(cast.manager).get(reverse("messaging:sending_log")).content.decode()
    assert "of the sibling branch" not in page
    assert page.index("perhaps arrived") < page.index("arrived</a>")
    assert reverse("messaging:take_as_sent", args=[Message.objects.get(recipient=cast.am).public_id]) in page


def test_the_sending_log_can_be_filtered(cast, signed_in):
    post(cast.am, Channel.EMAIL, words="a letter")
    post(cast.cm, words="a note")
    browser = signed_in(cast.manager)

    def found(**query):
        page = browser.get(reverse("messaging:sending_log"), query).content.decode()
        return {words for words in ("a letter", "a note") if words in page}

    assert found(channel="email") == {"a letter"}
    assert found(state="sent") == {"a note"}
    assert found(recipient="何雅琴") == {"a letter"}
    assert found(recipient="1001") == {"a note"}
    assert found(business_date="2026-11-17") == set()
    assert found(state="nonsense", channel="nonsense", business_date="nonsense") == {"a letter", "a note"}


def test_a_decision_is_asked_for_once_and_remembered_with_its_author(cast, signed_in):
    message = unknown(cast.am)
    browser = signed_in(cast.manager)
    for _ in range(2):
        page = browser.post(reverse("messaging:resend", args=[message.public_id]), follow=True)
    assert "唐建国" in page.content.decode()
    message.refresh_from_db()
    assert message.state == State.WAITING
    assert list(message.attempts.values_list("outcome", "actor")) == [("resent", cast.manager.pk)]


def test_who_may_only_look_decides_nothing(cast, signed_in):
    message = unknown(cast.am)
    auditor = signed_in(cast.auditor)
    assert auditor.get(reverse("messaging:sending", args=[message.public_id])).status_code == 200
    assert auditor.post(reverse("messaging:resend", args=[message.public_id])).status_code == 403
    message.refresh_from_db()
    assert message.state == State.UNKNOWN


def test_nobody_at_work_is_told_on_the_sending_log(cast, signed_in):
    browser = signed_in(cast.manager)
    post(cast.am, Channel.EMAIL)
    assert "alert-warning" not in browser.get(reverse("messaging:sending_log")).content.decode()
    Message.objects.update(not_before=timezone.now() - timedelta(minutes=6))
    assert "alert-warning" in browser.get(reverse("messaging:sending_log")).content.decode()


@pytest.mark.parametrize("name", ["messaging:inbox", "messaging:sending_log"])
def test_a_longer_list_costs_no_more_queries(cast, signed_in, name, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, counts = signed_in(cast.manager), []
    for size in (2, 25):
        for n in range(size):
            post(cast.manager, rule=f"{size}/{n}")
            unknown(cast.cm, rule=f"{size}/{n}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get(reverse(name))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_messages_on_one_subject_are_one_line_with_the_real_count_of_days(cast, browser):
    for day in range(4):
        post(cast.am, words=f"day {day}", business_date=TODAY - timedelta(days=day))
    post(cast.am, rule="other", words="another thing")
    newest = Message.objects.filter(rule="S10.2").latest("posted_at", "pk")
    page = browser.get(reverse("messaging:inbox"))
    assert [(line.body, line.days, line.unread) for line in page.context["page"]] == [
        ("another thing", 1, 1),
        (newest.body, 4, 4),
    ]
    assert (page.context["counts"].all, page.context["counts"].unread) == (2, 2)
    days = browser.get(reverse("messaging:subject", args=[newest.public_id]))
    assert [message.body for message in days.context["page"]] == ["day 3", "day 2", "day 1", "day 0"]
    browser.get(reverse("messaging:message", args=[newest.public_id]))
    assert list(Message.objects.unread().values_list("rule", flat=True)) == ["other"]
    assert Message.objects.filter(rule="S10.2").count() == 4, "the rows that were sent stay"


def test_what_has_a_deadline_comes_first_and_no_call_hides_another(cast, browser):
    post(cast.am, rule="plan", words="plan", due_on=timezone.localdate() + timedelta(days=2))
    post(cast.am, rule="past", words="past", due_on=timezone.localdate() - timedelta(days=1))
    for day in range(2):
        post(
            cast.am,
            Channel.PHONE_TASK,
            rule="S7.2/HX/B2",
            words=f"call {day}",
            business_date=TODAY - timedelta(days=day),
        )
    post(cast.am, rule="news", words="news")
    lines = [line.body for line in browser.get(reverse("messaging:inbox")).context["page"]]
    assert lines == ["plan", "call 1", "call 0", "news", "past"]


def test_the_days_of_somebody_else_s_subject_do_not_exist(cast, browser):
    hers = post(cast.mm)
    assert browser.get(reverse("messaging:subject", args=[hers.public_id])).status_code == 404


@pytest.mark.parametrize("subjects", [1, 20])
def test_the_inbox_asks_the_same_number_of_questions(cast, browser, django_assert_num_queries, subjects):
    for number in range(subjects):
        for day in range(2):
            post(cast.am, rule=f"S{number}", business_date=TODAY - timedelta(days=day))
    browser.get(reverse("messaging:inbox"))
    with django_assert_num_queries(INBOX_QUERIES):
        browser.get(reverse("messaging:inbox"))
