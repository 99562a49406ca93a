"""A week of activity is paid once, also over the change from its Monday's to its Thursday's month (reading 37)."""

from __future__ import annotations

from datetime import date

import pytest

from compensation.models import PayMonth
from compensation.parameters import LOGS_KEPT
from compensation.selectors.weeks import weeks_counted
from compensation.tests.month import NOW, OCTOBER, PayOf, imported
from core.periods import Month, Week
from policies.models import ParameterValue
from teams.models import Target
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


@pytest.mark.clause("D16.a")
def test_a_month_in_which_nobody_kept_logs_is_not_known_and_its_weight_goes_to_the_others(judged: PayOf) -> None:
    """Openings 30, activity 20: without logs the openings decide alone; half of the target done is 0.5, not 0.7."""
    Target.objects.create(person=judged.cast.person("cm"), month=OCTOBER.first, measure="openings", value=2)
    judged.opening("cm", "88000001")
    assert coefficient(judged) == "0.7000"
    no_logs_until(judged, OCTOBER.end)
    assert coefficient(judged) == "0.5000"
    lines = judged.drafted().slips.get(person=judged.cast.person("cm")).inputs["assessment"]["lines"]
    assert any(line.get("note", "").startswith("Not known") for line in lines)


@pytest.mark.clause("D16.a")
def test_a_week_without_logs_on_one_of_its_days_is_left_out_and_the_others_count(judged: PayOf) -> None:
    no_logs_until(judged, date(2026, 10, 7))  # a Wednesday
    assert counted(judged, OCTOBER) == MONDAYS[3:4]
    judged.filed()
    no_logs_until(judged, OCTOBER.end)
    assert counted(judged, OCTOBER) == MONDAYS[1:4], "a closed month keeps its weeks"


def no_logs_until(pay_of: PayOf, on: date) -> None:
    ParameterValue.objects.filter(code=LOGS_KEPT).delete()
    common = {"code": LOGS_KEPT, "unit": pay_of.branch, "source": "x", "set_by": pay_of.cast.manager}
    ParameterValue.objects.create(value="no", from_on=date(2020, 1, 1), **common)
    ParameterValue.objects.create(value="yes", from_on=on, **common)


def coefficient(pay_of: PayOf) -> str:
    slip = pay_of.drafted().slips.get(person=pay_of.cast.person("cm"))
    return str(slip.figures["assessment_coefficient"])
