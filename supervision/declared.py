"""The reminders a new house starts with. They become rows after `migrate`; from then on the rows decide."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps as global_apps
from django.apps.registry import Apps

from supervision.models import Addressee, How, PeriodKind, RankedKind
from supervision.parameters import COMPANY_LAST, REGIONAL_SHARE, WATCH_DAYS
from teams.models import UnitKind

SINCE = date(2010, 1, 1)
SMS_AND_INBOX = ["sms", "in_app"]

RULES: tuple[dict[str, Any], ...] = (
    {
        "code": "S7.1",
        "period": PeriodKind.DAY,
        "scope": UnitKind.COMPANY,
        "ranked": RankedKind.BRANCH,
        "how": How.ZERO_OR_LAST,
        "parameter": COMPANY_LAST,
        "addressees": [{"who": Addressee.MARKET_MANAGERS, "channels": SMS_AND_INBOX, "text": "supervision.day_list"}],
    },
    {
        "code": "S7.2",
        "period": PeriodKind.WEEK,
        "scope": UnitKind.COMPANY,
        "ranked": RankedKind.BRANCH,
        "how": How.ZERO_OR_LAST,
        "parameter": COMPANY_LAST,
        "addressees": [
            {"who": Addressee.IN_CHARGE, "channels": ["phone_task"], "text": "supervision.call"},
            {"who": Addressee.BRANCH_HEADS, "channels": ["email"], "text": "supervision.week_list"},
            {"who": Addressee.REGIONAL_HEADS, "channels": ["email"], "text": "supervision.week_list"},
        ],
    },
    {
        "code": "S8.1",
        "period": PeriodKind.DAY,
        "scope": UnitKind.REGIONAL_DEPARTMENT,
        "ranked": RankedKind.MARKET_DEPARTMENT,
        "how": How.ZERO_OR_LAST_SHARE,
        "parameter": REGIONAL_SHARE,
        "addressees": [{"who": Addressee.MARKET_MANAGERS, "channels": SMS_AND_INBOX, "text": "supervision.day_list"}],
    },
    {
        "code": "S8.2",
        "period": PeriodKind.WEEK,
        "scope": UnitKind.REGIONAL_DEPARTMENT,
        "ranked": RankedKind.MARKET_DEPARTMENT,
        "how": How.ZERO_OR_LAST_SHARE,
        "parameter": REGIONAL_SHARE,
        "addressees": [{"who": Addressee.IN_CHARGE, "channels": ["phone_task"], "text": "supervision.call"}],
    },
    {
        "code": "S10.1",
        "period": PeriodKind.DAY,
        "scope": UnitKind.MARKET_DEPARTMENT,
        "ranked": RankedKind.PERSON,
        "how": How.ZERO_FOR_DAYS,
        "parameter": WATCH_DAYS,
        "addressees": [{"who": Addressee.TEAM_LEADERS, "channels": ["in_app"], "text": "supervision.watch_list"}],
    },
    {
        "code": "S10.2",
        "period": PeriodKind.WEEK,
        "scope": UnitKind.MARKET_DEPARTMENT,
        "ranked": RankedKind.PERSON,
        "how": How.ZERO,
        "parameter": "",
        "addressees": [
            {"who": Addressee.MEMBER, "channels": ["in_app"], "text": "supervision.member_at_zero"},
            {"who": Addressee.TEAM_LEADERS, "channels": ["in_app"], "text": "supervision.week_members"},
        ],
    },
)


CODES = tuple(rule["code"] for rule in RULES)


def plant_rules(apps: Apps = global_apps, **_: object) -> None:
    """Write the rows that are not there yet; what somebody changed stays as it is."""
    try:
        model = apps.get_model("supervision", "ReminderRule")
    except LookupError:  # the schema was taken back to before there were reminders
        return
    model._default_manager.bulk_create(
        (
            model(clause=rule["code"], from_on=SINCE, position=place, **rule)
            for place, rule in enumerate(RULES, start=1)
        ),
        ignore_conflicts=True,
    )
