from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from core.clock import at
from core.refusals import NotYours
from policies import services
from policies.models import ParameterValue
from policies.selectors import value_for
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.usefixtures("probed")
MONDAY = date(2026, 11, 23)


def put(
    cast: Cast, actor: str, unit: str, value: Any, from_on: date = MONDAY, code: str = "probe.mark"
) -> ParameterValue:
    return services.set_value(
        code=code,
        unit=cast.unit[unit],
        value=value,
        from_on=from_on,
        source="minutes",
        actor=cast.user[actor],
        today=TODAY,
    )


def held(cast: Cast, unit: str, on: date) -> Any:
    return value_for("probe.mark", unit=cast.unit[unit], on=on).value


@pytest.mark.clause("S3.g")
def test_a_lower_unit_may_raise_what_is_asked_of_its_people(cast: Cast) -> None:
    put(cast, "manager", "B1", 25)
    put(cast, "mm", "B1M1", 30)
    assert [held(cast, "B1M1A1", TODAY), held(cast, "B1M1A1", MONDAY), held(cast, "B1M2", MONDAY)] == [20, 30, 25]


@pytest.mark.clause("S3.g")
def test_a_looser_value_is_refused_and_both_values_are_named(cast: Cast) -> None:
    put(cast, "market", "HX", 24)
    with pytest.raises(services.LooserThanAbove) as refused:
        put(cast, "mm", "B1M1", 22)
    assert (refused.value.value, refused.value.above.value, refused.value.above.layer) == (22, 24, "和信证券")
    assert "22" in str(refused.value) and "24" in str(refused.value) and "和信证券" in str(refused.value)
    assert ParameterValue.objects.count() == 1


def test_without_a_row_above_the_clause_is_named(cast: Cast) -> None:
    with pytest.raises(services.LooserThanAbove, match=r"S3\.2"):
        put(cast, "manager", "B1", 19)


@pytest.mark.clause("S3.g")
def test_raising_the_company_later_overtakes_a_lower_value(cast: Cast) -> None:
    put(cast, "manager", "B1", 25)
    put(cast, "market", "HX", 30, MONDAY + timedelta(days=7))
    assert [held(cast, "B1", MONDAY), held(cast, "B1", MONDAY + timedelta(days=7))] == [25, 30]


def test_downwards_for_some_parameters_less_is_stricter(cast: Cast) -> None:
    put(cast, "manager", "B1", time(21), code="probe.cut_off")
    with pytest.raises(services.LooserThanAbove):
        put(cast, "mm", "B1M1", time(21, 30), code="probe.cut_off")


@pytest.mark.parametrize(
    ("actor", "unit", "value", "from_on", "code", "refusal"),
    [
        ("mm", "B1", 25, MONDAY, "probe.mark", NotYours),
        ("mm", "B2M1", 25, MONDAY, "probe.mark", NotYours),
        ("am", "B1M1A1", 25, MONDAY, "probe.mark", NotYours),
        ("mm", "B1M1A1", 25, MONDAY, "probe.mark", services.NoLayer),
        ("manager", "B1", False, MONDAY, "probe.firm", services.NoLayer),
        ("manager", "B1", 25, date(2026, 11, 17), "probe.mark", services.StartsInThePast),
        ("manager", "B1", "many", MONDAY, "probe.mark", services.WrongValue),
    ],
)
def test_it_is_refused_and_nothing_is_written(
    cast: Cast, actor: str, unit: str, value: Any, from_on: date, code: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        put(cast, actor, unit, value, from_on, code)
    assert not ParameterValue.objects.exists()


def test_a_value_for_the_same_day_replaces_the_one_before_and_both_stay_on_record(cast: Cast) -> None:
    first = put(cast, "manager", "B1", 25)
    assert put(cast, "manager", "B1", 25).pk == first.pk
    put(cast, "manager", "B1", 26)
    first.refresh_from_db()
    assert first.withdrawn_by == cast.manager
    assert held(cast, "B1", MONDAY) == 26


def test_a_future_value_can_be_withdrawn_one_that_holds_cannot(cast: Cast) -> None:
    value = put(cast, "manager", "B1", 25)
    with pytest.raises(NotYours):
        services.withdraw_value(value=value, actor=cast.mm, today=TODAY, now=at(TODAY, time(12)))
    with pytest.raises(services.AlreadyBegun):
        services.withdraw_value(
            value=value, actor=cast.manager, today=MONDAY + timedelta(days=1), now=at(MONDAY, time(12))
        )
    services.withdraw_value(value=value, actor=cast.manager, today=TODAY, now=at(TODAY, time(12)))
    assert held(cast, "B1", MONDAY) == 20
