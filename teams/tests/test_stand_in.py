from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.clock import at
from core.refusals import NotYours
from messaging.models import Message
from teams.authority import Power, authority_of
from teams.models import Posting, Role
from teams.selectors import posts
from teams.services import stand_in
from teams.services.stand_in import appoint_stand_in, end_stand_in
from tests.cast import TODAY, Cast

FRIDAY = date(2026, 11, 20)


def post_of(cast: Cast, key: str) -> Posting:
    return Posting.objects.get(person=cast.person(key), acting_for=None)


def appoint(cast: Cast, actor: str = "mm", absent: str = "am", number: str = "1002", **dates: date) -> Posting:
    return appoint_stand_in(
        absent=post_of(cast, absent),
        employee_no=number,
        from_on=dates.get("from_on", TODAY),
        last_on=dates.get("last_on", FRIDAY),
        actor=cast.user[actor],
        today=TODAY,
        now=at(TODAY, time(12)),
    )


@pytest.mark.clause("D7")
def test_the_stand_in_has_the_powers_of_the_post_for_these_days_only(cast: Cast) -> None:
    appoint(cast)
    area = cast.unit["B1M1A1"]
    may = {day: authority_of(cast.cm2, day).may(Power.REPLY_TO_LOGS, area.path) for day in (TODAY, FRIDAY)}
    assert may == {TODAY: True, FRIDAY: True}
    assert not authority_of(cast.cm2, FRIDAY + timedelta(days=1)).may(Power.REPLY_TO_LOGS, area.path)
    assert authority_of(cast.cm2, TODAY).may(Power.WRITE_LOG, area.path), "her own post goes on"
    assert posts.leaders_of(area, TODAY) == [cast.am, cast.cm2]


def test_the_stand_in_is_told(cast: Cast) -> None:
    appoint(cast)
    message = Message.objects.get(recipient=cast.cm2)
    assert "何雅琴" in message.subject and "人民路一部东区" in message.body


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"actor": "am_west"}, NotYours),
        ({"actor": "sibling_mm"}, NotYours),
        ({"actor": "mm", "absent": "mm"}, stand_in.OwnPost),
        ({"actor": "mm", "number": "1020"}, stand_in.OwnPost),
        ({"absent": "cm"}, stand_in.NotALeader),
        ({"number": "2001"}, stand_in.NoSuchPerson),
        ({"number": "0000"}, stand_in.NoSuchPerson),
        ({"number": "1010"}, stand_in.AlreadyThere),
        ({"from_on": TODAY - timedelta(days=1)}, stand_in.WrongDates),
        ({"last_on": TODAY - timedelta(days=1)}, stand_in.WrongDates),
        ({"last_on": date(2028, 1, 1)}, stand_in.WrongDates),
    ],
)
def test_it_is_refused_and_nobody_is_appointed(cast: Cast, change: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        appoint(cast, **change)
    assert not Posting.objects.exclude(acting_for=None).exists()


def test_two_do_not_stand_in_at_once(cast: Cast) -> None:
    appoint(cast)
    with pytest.raises(stand_in.Taken):
        appoint(cast, number="1001", from_on=FRIDAY, last_on=FRIDAY)
    appoint(cast, number="1001", from_on=FRIDAY + timedelta(days=1), last_on=FRIDAY + timedelta(days=2))


def test_who_has_left_by_then_cannot_stand_in(cast: Cast) -> None:
    cast.person("cm2").left_on = FRIDAY
    cast.person("cm2").save()
    with pytest.raises(stand_in.NoSuchPerson):
        appoint(cast)


def test_it_ends_at_the_next_request(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    posting = appoint_stand_in(
        absent=post_of(cast, "am"),
        employee_no="1002",
        from_on=TODAY - timedelta(days=2),
        last_on=FRIDAY,
        actor=cast.mm,
        today=TODAY - timedelta(days=2),
        now=at(TODAY - timedelta(days=2), time(12)),
    )
    page = reverse("teams:person", args=[cast.person("cm").public_id])
    browser = signed_in(cast.cm2)
    assert browser.get(page).status_code == 200
    end_stand_in(stand_in=posting, actor=cast.mm, today=TODAY)
    assert browser.get(page).status_code == 404
    posting.refresh_from_db()
    assert posting.to_on == TODAY


def test_the_leader_appoints_on_the_page(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(cast.mm)
    url = reverse("teams:appoint", args=[cast.unit["B1M1A1"].pk])
    form = {"absent": str(post_of(cast, "am").public_id), "employee_no": "2001", "from_on": TODAY, "last_on": FRIDAY}
    refused = browser.post(url, form)
    assert refused.status_code == 422
    assert "2001" in refused.content.decode()
    assert browser.post(url, form | {"employee_no": "1002"}).status_code == 302
    posting = Posting.objects.get(acting_for__isnull=False)
    assert (posting.person, posting.role, posting.to_on) == (cast.person("cm2"), Role.AREA_MANAGER, date(2026, 11, 21))
    assert browser.post(reverse("teams:end_stand_in", args=[posting.public_id])).status_code == 302
    assert not Posting.objects.exclude(acting_for=None).exists()
