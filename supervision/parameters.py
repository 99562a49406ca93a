from __future__ import annotations

from datetime import time
from decimal import Decimal

from core.explain import N_
from policies.registry import Direction, Parameter, declare
from supervision.rules import LEAVE, TAKE

COMPANY_LAST = "supervision.company_last"
REGIONAL_SHARE = "supervision.regional_share"
AT_MOST_HALF = "supervision.at_most_half"
TIE_PAST_HALF = "supervision.tie_past_half"
WATCH_DAYS = "supervision.watch_days"
DAY_SEND_ON = "supervision.day_send_on"
DAY_SEND_AT = "supervision.day_send_at"
DAY_LATE_AFTER = "supervision.day_late_after"
WEEK_SEND_AT = "supervision.week_send_at"
CATCH_UP_DAYS = "supervision.catch_up_days"
SMS_SEGMENTS = "supervision.sms_segments"
SAME_DAY, NEXT_DAY = N_("same_day"), N_("next_workday")

declare(
    Parameter(
        COMPANY_LAST,
        N_("Places from the end of the company's ranking that are reminded"),
        "S7.1",
        N_("places"),
        "int",
        Direction.FIXED,
        5,
    ),
    Parameter(
        REGIONAL_SHARE,
        N_("Share of a regional department's teams that is reminded"),
        "S8.1",
        N_("of the teams"),
        "decimal",
        Direction.UP,
        Decimal("0.30"),
    ),
    Parameter(
        AT_MOST_HALF,
        N_("Never more than half of those ranked count as the last"),
        "S7.1",
        "",
        "bool",
        Direction.FIXED,
        True,
    ),
    Parameter(
        TIE_PAST_HALF,
        N_("Equals at the cut who would carry the list past half of those ranked"),
        "S8.1",
        "",
        "choice",
        Direction.FIXED,
        LEAVE,
        choices=(LEAVE, TAKE),
    ),
    Parameter(
        WATCH_DAYS,
        N_("Trading days without an opening after which a member is watched"),
        "S10.1",
        N_("trading days"),
        "int",
        Direction.DOWN,
        5,
    ),
    Parameter(
        DAY_SEND_ON,
        N_("Daily reminders go out on"),
        "S7.1",
        "",
        "choice",
        Direction.FIXED,
        SAME_DAY,
        choices=(NEXT_DAY, SAME_DAY),
    ),
    Parameter(
        DAY_SEND_AT,
        N_("Daily reminders go out from"),
        "S7.1",
        N_("time of day"),
        "time",
        Direction.FIXED,
        time(18),
    ),
    Parameter(
        DAY_LATE_AFTER,
        N_("On the next workday, a daily list is late from"),
        "S7.1",
        N_("time of day"),
        "time",
        Direction.FIXED,
        time(10),
    ),
    Parameter(
        WEEK_SEND_AT,
        N_("On Monday, weekly reminders go out from"),
        "S7.2",
        N_("time of day"),
        "time",
        Direction.FIXED,
        time(9),
    ),
    Parameter(
        CATCH_UP_DAYS,
        N_("Days for which reminders are still made up after an interruption or late data"),
        "S7.1",
        N_("days"),
        "int",
        Direction.FIXED,
        14,
    ),
    Parameter(
        SMS_SEGMENTS,
        N_("The most an SMS may be long, in segments as the gateway counts them; the whole text stands in the inbox"),
        "S7.1",
        N_("segments"),
        "int",
        Direction.FIXED,
        3,
    ),
)
