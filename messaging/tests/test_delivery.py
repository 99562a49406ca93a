from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db.models import Value

from accounts.models import User
from messaging import gateways, registry, services, tasks
from messaging.models import Attempt, Channel, Message, State
from messaging.services import Draft
from messaging.tests import texts
from tests.cast import TODAY

NOON = datetime(2026, 11, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
MINUTE = timedelta(minutes=1)


@dataclass
class Vendor:
    """A gateway that answers as told."""

    answer: Exception | str = "ok"
    deduplicates: bool = False
    got: list[gateways.Parcel] = field(default_factory=list)

    def carry(self, parcel):
        self.got.append(parcel)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def vendor(monkeypatch):
    vendor = Vendor()
    monkeypatch.setattr(services, "carrier_of", lambda channel: vendor)
    return vendor


def posted(cast, key="am", channel=Channel.SMS, now=NOON):
    values = {"unit": "人民路", "rank": 1, "of": 2, "on": TODAY}
    services.post([Draft("S8.1", TODAY, cast.user[key].pk, channel, texts.PLAIN.code, values)], now=now)
    return Message.objects.get(rule="S8.1", recipient=cast.user[key], channel=channel)


def outcomes(message):
    return list(message.attempts.values_list("outcome", flat=True))


def test_it_is_carried_once_to_the_address_of_the_moment(cast, vendor):
    message = posted(cast)
    cast.am.phone = "13911112222"
    cast.am.save()
    assert services.deliver(message_id=message.pk, now=NOON) == State.SENT
    assert services.deliver(message_id=message.pk, now=NOON + MINUTE) == ""
    assert [(parcel.to, parcel.id) for parcel in vendor.got] == [("13911112222", message.public_id)]
    message.refresh_from_db()
    assert (message.sent_at, outcomes(message)) == (NOON, ["accepted"])


def test_what_somebody_else_has_claimed_is_left_alone(cast, vendor):
    message = posted(cast)
    assert services.claim(message_id=message.pk, now=NOON)
    assert services.claim(message_id=message.pk, now=NOON) is None
    assert services.deliver(message_id=message.pk, now=NOON) == ""
    assert vendor.got == []


def test_nothing_goes_to_somebody_who_left_between_posting_and_sending(cast, vendor):
    for key in ("am", "mm"):
        posted(cast, key)
    cast.am.is_active = False
    cast.am.save()
    person = cast.person("mm")
    person.left_on = TODAY
    person.save()
    assert {services.deliver(message_id=m.pk, now=NOON) for m in Message.objects.all()} == {State.CANCELLED}
    assert vendor.got == []


@pytest.mark.parametrize("phone", ["", "02188886666"])
def test_an_sms_that_can_go_nowhere_is_not_possible_and_does_not_wait(cast, vendor, phone):
    cast.am.phone = phone
    cast.am.save()
    message = posted(cast)
    assert (message.state, outcomes(message)) == (State.IMPOSSIBLE, ["impossible"])
    assert services.deliver(message_id=message.pk, now=NOON) == ""
    cast.am.phone = "13911112222"
    cast.am.save()
    services.resend(message=message, actor=cast.mm, now=NOON)
    assert services.deliver(message_id=message.pk, now=NOON) == State.SENT
    assert [parcel.to for parcel in vendor.got] == ["13911112222"]


def test_an_sms_whose_number_is_taken_away_meanwhile_is_not_possible(cast, vendor):
    message = posted(cast)
    cast.am.phone = ""
    cast.am.save()
    assert services.deliver(message_id=message.pk, now=NOON) == State.IMPOSSIBLE
    assert vendor.got == []


def test_an_sms_goes_to_the_number_in_its_one_form(cast, vendor):
    message = posted(cast)
    User.objects.filter(pk=cast.am.pk).update(phone=Value("+86 139-0001 0045"))
    assert services.deliver(message_id=message.pk, now=NOON) == State.SENT
    assert [parcel.to for parcel in vendor.got] == ["13900010045"]


def test_an_sms_that_became_due_in_the_quiet_hours_waits(cast, vendor):
    message = posted(cast)
    night = NOON.replace(hour=22)
    assert services.deliver(message_id=message.pk, now=night) == ""
    message.refresh_from_db()
    assert message.not_before == night.replace(day=19, hour=7, minute=30)
    assert vendor.got == []


def test_a_clear_refusal_is_tried_again_with_longer_and_longer_pauses_and_then_given_up(cast, vendor):
    message, now = posted(cast), NOON
    vendor.answer = gateways.NotNow("busy")
    pauses = []
    while services.deliver(message_id=message.pk, now=now) == State.WAITING:
        message.refresh_from_db()
        pauses.append((message.not_before - now) / MINUTE)
        now = message.not_before
    assert all(
        0.75 <= pause / expected <= 1.25 for pause, expected in zip(pauses, [1, 2, 4, 8, 16, 32, 60], strict=True)
    )
    message.refresh_from_db()
    assert message.state == State.FAILED


@pytest.mark.parametrize(
    ("answer", "deduplicates", "state"),
    [
        (gateways.Never("no such number"), False, State.FAILED),
        (TimeoutError("no answer"), False, State.UNKNOWN),
        (TimeoutError("no answer"), True, State.WAITING),
        (ConnectionResetError(), False, State.UNKNOWN),
    ],
)
def test_an_unclear_end_is_tried_again_only_where_an_id_is_taken_once(cast, vendor, answer, deduplicates, state):
    vendor.answer, vendor.deduplicates = answer, deduplicates
    assert services.deliver(message_id=posted(cast).pk, now=NOON) == state


@pytest.mark.parametrize(("deduplicates", "state"), [(True, State.WAITING), (False, State.UNKNOWN)])
def test_a_claim_that_ran_out_is_sent_again_only_where_an_id_is_taken_once(cast, vendor, deduplicates, state):
    vendor.deduplicates = deduplicates
    message = posted(cast)
    services.claim(message_id=message.pk, now=NOON)
    assert services.settle_abandoned(now=NOON + MINUTE) == 0
    assert services.settle_abandoned(now=NOON + 3 * MINUTE) == 1
    message.refresh_from_db()
    assert message.state == state
    assert services.settle_abandoned(now=NOON + 9 * MINUTE) == 0


def test_a_late_answer_clears_up_what_had_become_unknown(cast, vendor):
    message = posted(cast)
    token = services.claim(message_id=message.pk, now=NOON)
    assert token
    services.settle_abandoned(now=NOON + 3 * MINUTE)
    services.settle(message=message, token=token, outcome=Attempt.Outcome.ACCEPTED, note="", now=NOON + 4 * MINUTE)
    message.refresh_from_db()
    assert (message.state, outcomes(message)) == (State.SENT, ["unknown", "accepted"])


def test_what_is_unknown_is_never_sent_again_by_itself(cast, vendor, time_machine, monkeypatch):
    vendor.answer = TimeoutError()
    message = posted(cast)
    services.deliver(message_id=message.pk, now=NOON)
    offered = []
    monkeypatch.setattr(tasks.deliver_message, "apply_async", lambda args, **_: offered.append(args))
    time_machine.move_to(NOON + timedelta(days=30))
    tasks.offer_messages()
    assert (offered, len(vendor.got)) == ([], 1)


def test_the_schedule_offers_what_is_due_and_nothing_else(cast, time_machine, monkeypatch):
    due = posted(cast)
    posted(cast, "mm", now=NOON.replace(hour=23))
    posted(cast, "manager", Channel.IN_APP)
    offered = []
    monkeypatch.setattr(tasks.deliver_message, "apply_async", lambda args, **_: offered.append(args))
    time_machine.move_to(NOON)
    tasks.offer_messages()
    assert offered == [(due.pk,)]


def test_a_person_decides_what_nobody_knows_once(cast, vendor):
    vendor.answer = TimeoutError()
    message = posted(cast)
    services.deliver(message_id=message.pk, now=NOON)
    services.take_as_sent(message=message, actor=cast.manager, now=NOON)
    with pytest.raises(services.NothingToDecide):
        services.resend(message=message, actor=cast.manager, now=NOON)
    message.refresh_from_db()
    assert (message.state, outcomes(message)) == (State.SENT, ["unknown", "taken_as_sent"])
    assert message.attempts.last().actor == cast.manager


def test_a_person_has_it_sent_again(cast, vendor):
    vendor.answer = TimeoutError()
    message = posted(cast)
    services.deliver(message_id=message.pk, now=NOON)
    services.resend(message=message, actor=cast.manager, now=NOON)
    vendor.answer = "ok"
    assert services.deliver(message_id=message.pk, now=NOON) == State.SENT
    assert len({parcel.id for parcel in vendor.got}) == 1


def test_what_must_not_go_by_sms_is_not_sent_by_a_person_either(cast, vendor):
    services.post(
        [Draft("pay", TODAY, cast.cm.pk, Channel.SMS, texts.ANYTHING.code, {"words": "提成 500元"})], now=NOON
    )
    with pytest.raises(services.NothingToDecide):
        services.resend(message=Message.objects.get(), actor=cast.manager, now=NOON)


def test_an_e_mail_is_one_letter_whose_subject_stays_one_line(cast):
    values = {"words": "one\r\nBcc: everybody@example.com"}
    services.post([Draft("r", TODAY, cast.cm.pk, Channel.EMAIL, texts.ANYTHING.code, values)], now=NOON)
    message = Message.objects.get()
    assert services.deliver(message_id=message.pk, now=NOON) == State.SENT
    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == ([cast.cm.email], "one Bcc: everybody@example.com")
    assert str(message.public_id) in letter.extra_headers["Message-ID"]


def test_the_unit_of_the_recipient_is_kept_with_the_message(cast):
    assert posted(cast).place == cast.unit["B1M1A1"].path


def test_messages_know_who_has_left_from_the_directory(cast):
    assert not isinstance(registry.directory(), registry.NoDirectory)
