"""In a provisional year those in charge of the calendar are asked to settle it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from attendance import services
from attendance.rules import published_years
from attendance.selectors import years_to_settle
from messaging.models import Message

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_UNKNOWN = max(published_years()) + 1
BEFORE = datetime(FIRST_UNKNOWN - 1, 12, 1, 9, tzinfo=SHANGHAI)


def test_the_next_years_calendar_is_asked_for_in_december_and_each_month_until_it_is_settled(cast):
    assert services.ask_to_settle(now=BEFORE.replace(month=11)) == 0
    assert services.ask_to_settle(now=BEFORE) == 1, "the market department's officer, who may edit the calendar"
    assert services.ask_to_settle(now=BEFORE.replace(day=20)) == 0
    asked = Message.objects.get()
    assert asked.recipient == cast.market and str(FIRST_UNKNOWN) in asked.subject and "calendar" in asked.link
    services.settle_year(year=FIRST_UNKNOWN, source="国务院办公厅通知")
    assert services.ask_to_settle(now=BEFORE.replace(year=FIRST_UNKNOWN, month=1)) == 0
    assert years_to_settle(BEFORE.date()) == []


def test_the_notice_stands_on_the_first_screen_of_those_in_charge_only(cast, signed_in, time_machine):
    time_machine.move_to(BEFORE)
    assert f"year={FIRST_UNKNOWN}" in signed_in(cast.market).get("/").content.decode()
    assert f"year={FIRST_UNKNOWN}" not in signed_in(cast.cm).get("/").content.decode()
