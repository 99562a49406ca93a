from __future__ import annotations

import socket
from dataclasses import replace
from datetime import datetime, time
from time import monotonic
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from messaging import bell, rules, services
from messaging.models import Channel, Message, PhoneTask, State
from messaging.selectors import unread_count
from messaging.services import Draft
from messaging.tests import texts
from tests.cast import TODAY

NOON = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
VALUES = {"unit": "人民路营业部", "rank": 2, "of": 4, "on": TODAY}


def draft(cast, key="am", channel=Channel.IN_APP, **changes):
    plain = Draft("S8.1/2026-11-18", TODAY, cast.user[key].pk, channel, texts.PLAIN.code, VALUES)
    return replace(plain, **changes)


@pytest.fixture
def rings(monkeypatch):
    rung = []
    monkeypatch.setattr(services, "ring", lambda: rung.append(1))
    return rung


def test_the_same_message_posted_twice_is_one(cast):
    drafts = [draft(cast), draft(cast, "mm"), draft(cast, channel=Channel.SMS)]
    assert services.post(drafts, now=NOON) == 3
    assert services.post(drafts, now=NOON) == 0
    assert services.post([*drafts, draft(cast, "manager")], now=NOON) == 1
    assert Message.objects.count() == 4


def test_a_message_in_the_application_is_there_at_once_and_unread(cast):
    services.post([draft(cast)], now=NOON)
    message = Message.objects.get()
    assert (message.state, message.sent_at, unread_count(cast.am)) == (State.SENT, NOON, 1)
    assert message.body == "人民路营业部 is number 2 of 4 on 2026年11月18日."


def test_a_phone_call_is_a_task_without_a_result(cast):
    services.post([draft(cast, channel=Channel.PHONE_TASK)], now=NOON)
    assert PhoneTask.objects.get().result == ""
    assert unread_count(cast.am) == 1


@pytest.mark.parametrize("words", ["{{7*7}}", "{0.__class__}", "%(words)s", "%(x)s", "%s %d", "{% now %}", "\\1"])
def test_what_a_value_contains_comes_out_literally(cast, words):
    services.post([draft(cast, text=texts.ANYTHING.code, values={"words": words})], now=NOON)
    assert Message.objects.get().body == words


def test_a_message_of_a_transaction_that_fails_was_never_there(cast, rings):
    with transaction.atomic():
        services.post([draft(cast, channel=Channel.EMAIL)], now=NOON)
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert not rings


@pytest.mark.parametrize(
    ("channels", "rung"), [([Channel.EMAIL, Channel.SMS], 1), ([Channel.IN_APP, Channel.PHONE_TASK], 0)]
)
def test_the_bell_rings_once_after_the_commit_when_something_is_to_be_carried(
    cast, rings, django_capture_on_commit_callbacks, channels, rung
):
    with django_capture_on_commit_callbacks(execute=True):
        services.post([draft(cast, channel=channel) for channel in channels], now=NOON)
        assert rings == []
    assert len(rings) == rung


@pytest.fixture(params=["refuses", "never answers"])
def broken_broker(request):
    """The address of a broker that is down, or that takes connections and says nothing."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        if request.param == "never answers":
            door.listen()
        yield f"redis://127.0.0.1:{door.getsockname()[1]}/0"


def test_a_broker_that_is_away_neither_breaks_nor_slows_a_post(
    cast, monkeypatch, broken_broker, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(bell, "current_app", Celery(broker=broken_broker))
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    started = monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        assert services.post([draft(cast, channel=Channel.EMAIL)], now=NOON) == 1
        assert services.post([draft(cast, "mm", channel=Channel.EMAIL)], now=NOON) == 1
    assert monotonic() - started < 4
    assert bell._silent_until > started


@pytest.mark.parametrize(
    ("posted", "not_before"),
    [
        (time(12), time(12)),
        (time(20, 59), time(20, 59)),
        (time(6), time(7, 30)),
        (time(7, 30), time(7, 30)),
        (time(21), time(7, 30)),
        (time(23, 59), time(7, 30)),
    ],
)
def test_an_sms_waits_for_the_end_of_the_quiet_hours(cast, posted, not_before):
    now = datetime.combine(TODAY, posted, NOON.tzinfo)
    services.post([draft(cast, channel=Channel.SMS)], now=now)
    moment = Message.objects.get().not_before.astimezone(NOON.tzinfo)
    assert moment.time() == not_before
    assert (moment.date() - TODAY).days == (1 if posted >= time(21) else 0)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("本月提成 3,250.00", State.FAILED),
        ("奖金500元", State.FAILED),
        ("¥ 12", State.FAILED),
        ("310101199001011234", State.FAILED),
        ("31010119900101123x", State.FAILED),
        ("6222021001112223334", State.FAILED),
        ("人民路营业部开户 12 户，第 3 名（共 30 名）", State.WAITING),
        ("完成率 45.50%，电话 13900001001", State.WAITING),
        ("2026-11-18 12:00", State.WAITING),
    ],
)
def test_amounts_and_identity_numbers_never_go_by_sms(cast, words, state):
    services.post([draft(cast, channel=Channel.SMS, text=texts.ANYTHING.code, values={"words": words})], now=NOON)
    assert Message.objects.get().state == state


def test_a_text_nobody_declared_and_a_value_nobody_gave_are_errors(cast):
    for wrong in (draft(cast, text="tests.nowhere"), draft(cast, values={})):
        with pytest.raises(KeyError):
            services.post([wrong], now=NOON)


def test_an_sms_is_cut_to_what_it_may_hold_and_stands_whole_in_the_inbox(cast):
    words = "第一家营业部开户 0 户，\n第二家营业部开户 1 户；" * 30
    services.post([draft(cast, channel=Channel.SMS, text=texts.ANYTHING.code, values={"words": words})], now=NOON)
    sms, whole = Message.objects.order_by("-channel")
    assert (sms.channel, whole.channel, whole.body) == (Channel.SMS, Channel.IN_APP, words)
    assert rules.sms_segments(sms.body) == 3 and "\n" not in sms.body and sms.body.endswith("…")


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("字" * 70, 1, "字" * 70),
        ("字" * 71, 1, "字" * 69 + "…"),
        ("字" * 134, 2, "字" * 134),
        ("字" * 135, 2, "字" * 133 + "…"),
        ("😀" * 35, 1, "😀" * 35),
        ("😀" * 36, 1, "😀" * 34 + "…"),
        ("一\n二\r\n 三", 1, "一 二 三"),
        ("字" * 60 + "，13900010045 12345", 1, "字" * 60 + "…"),
    ],
)
def test_a_text_is_counted_as_the_gateway_does(text, most, cut):
    assert rules.as_sms(text, most) == cut
    assert rules.sms_segments(cut) <= most


@given(st.text(max_size=400), st.integers(1, 4))
def test_an_sms_never_has_more_segments_than_it_may(text, most):
    cut = rules.as_sms(text, most)
    assert rules.sms_segments(cut) <= most
    assert cut == " ".join(text.split()) or cut.endswith("…")
