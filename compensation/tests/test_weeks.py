"""A week of activity is paid once, also over the change from its Monday's to its Thursday's month (reading 37)."""

from __future__ import annotations

from datetime import date

import pytest

from compensation.models import PayMonth
from compensation.selectors.weeks import weeks_counted
from compensation.tests.month import NOW, OCTOBER, PayOf, imported
from core.periods import Month, Week
from worklogs.models import WeekScore

SEPTEMBER = OCTOBER.previous()
MONDAYS = [date(2026, 9, 21), date(2026, 9, 28), date(2026, 10, 5), date(2026, 10, 26), date(2026, 11, 2)]


@pytest.fixture
def judged(pay_of: PayOf) -> PayOf:
    """Weeks of 林小雨 from September to November, each with 100 points of 100."""
    given = {"unit": pay_of.cast.unit["B1M1A1"], "digest": "0" * 64, "due_days": 5, "points": 100, "pass_mark": 100}
    passed = {"score_pass": True, "quota_met": True, "passed": True}
    person = pay_of.cast.person("cm")
    WeekScore.objects.bulk_create(WeekScore(person=person, week=monday, **given, **passed) for monday in MONDAYS)
    return pay_of


def counted(pay_of: PayOf, month: Month) -> list[date]:
    weeks = weeks_counted(pay_of.branch, month, [pay_of.cast.person("cm").pk])
    return sorted(weeks.values_list("week", flat=True))


@pytest.mark.clause("D17.a")
def test_a_month_counts_the_weeks_whose_thursday_lies_in_it(judged: PayOf) -> None:
    assert counted(judged, SEPTEMBER) == MONDAYS[:1]
    assert counted(judged, OCTOBER) == MONDAYS[1:4]
    assert counted(judged, OCTOBER.next()) == MONDAYS[4:]
    slip = judged.drafted().slips.get(person=judged.cast.person("cm"))
    (activity,) = [line for line in slip.inputs["assessment"]["lines"] if ["measure", "activity"] in line["inputs"]]
    assert dict(activity["inputs"])["achieved"] == "300"


@pytest.mark.clause("D17.a")
def test_a_month_closed_by_the_earlier_rule_keeps_its_weeks_and_none_is_counted_twice(
    judged: PayOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    september = PayOf(judged.cast, imported(judged.cast, NOW, SEPTEMBER), SEPTEMBER)
    september.account("cm", "1000")
    by_monday = [Week(on) for on in SEPTEMBER.days() if on.weekday() == 0]
    with monkeypatch.context() as earlier:
        earlier.setattr(Month, "weeks", lambda _month: iter(by_monday))
        september.filed()
    assert PayMonth.objects.get(month=SEPTEMBER.first).weeks[-1] == "2026-09-28"
    assert counted(judged, SEPTEMBER) == MONDAYS[:2]
    assert counted(judged, OCTOBER) == MONDAYS[2:4]
