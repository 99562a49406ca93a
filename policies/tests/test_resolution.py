from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.explain import RuleValue
from core.periods import Period
from policies.models import ParameterValue
from policies.rules import Direction, Layer, Parameter, default_of, is_stricter, lowered, read, resolve, written
from policies.selectors import value_for, values_on, values_over
from policies.tests.probes import GRACE, MARK
from teams.models import Unit, UnitKind
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.usefixtures("probed")


def put(cast: Cast, code: str, value: Any, since: date, parameter: Parameter = MARK) -> None:
    ParameterValue.objects.create(
        code=parameter.code, unit=cast.unit[code], value=value, from_on=since, source="minutes", set_by=cast.market
    )


layers = st.lists(
    st.none() | st.builds(Layer, st.just("x"), st.none() | st.integers(0, 40), st.just(TODAY)), min_size=1, max_size=6
)


@pytest.mark.clause("S3.g")
@given(layers, st.sampled_from([MARK, GRACE]))
def test_a_layered_policy_never_gets_looser_downwards(line: list[Layer | None], parameter: Parameter) -> None:
    held = list(accumulate(line, lambda above, layer: lowered(parameter, above, layer), initial=default_of(parameter)))
    assert not any(is_stricter(parameter, above.value, below.value) for above, below in pairwise(held))
    assert resolve(parameter, line) == held[-1]


@given(layers)
def test_raising_an_upper_layer_never_lowers_what_holds_below(line: list[Layer | None]) -> None:
    raised: list[Layer | None] = [Layer("top", 30, TODAY), *line]
    assert resolve(MARK, raised).value >= 30
    assert resolve(MARK, raised).value >= resolve(MARK, line).value


@pytest.mark.parametrize(
    ("kind", "value", "choices"),
    [
        ("int", 20, ()),
        ("decimal", Decimal("0.30"), ()),
        ("bool", True, ()),
        ("choice", "both", ("score", "both")),
        ("text", "默认", ()),
    ],
)
def test_values_come_back_typed(kind: str, value: Any, choices: tuple[str, ...]) -> None:
    parameter = Parameter("probe.any", "", "", "", kind, Direction.FREE, value, choices)
    assert read(parameter, written(parameter, value)) == value


@pytest.mark.clause("S3.g")
def test_the_line_of_units_decides_and_names_the_layer(cast: Cast) -> None:
    put(cast, "HX", 22, date(2026, 1, 1))
    put(cast, "B1", 25, date(2026, 11, 16))
    put(cast, "B1M1", 24, date(2026, 1, 1))
    found = values_on(["probe.mark"], unit_ids=[cast.unit[code].pk for code in ("B1M1A1", "B2M1A1")], on=TODAY)
    assert found[cast.unit["B1M1A1"].pk]["probe.mark"] == RuleValue(
        "probe.mark", 25, "人民路营业部", date(2026, 11, 16)
    )
    assert found[cast.unit["B2M1A1"].pk]["probe.mark"] == RuleValue("probe.mark", 22, "和信证券", date(2026, 1, 1))


def test_without_any_row_the_declared_default_holds(cast: Cast) -> None:
    assert value_for("probe.mark", unit=cast.unit["B1M1A1"], on=TODAY) == RuleValue("probe.mark", 20)


def test_an_empty_value_follows_the_layer_above_again(cast: Cast) -> None:
    put(cast, "B1", 25, date(2026, 1, 1))
    put(cast, "B1", None, TODAY)
    over = values_over(
        ["probe.mark"], unit_ids=[cast.unit["B1M1"].pk], period=Period(date(2026, 11, 16), date(2026, 11, 20))
    )
    assert [values["probe.mark"].value for values in over.values()] == [25, 25, 20, 20]


@pytest.mark.parametrize("areas", [5, 50])
def test_thousands_of_units_cost_two_queries(cast: Cast, areas: int, django_assert_num_queries) -> None:
    put(cast, "B1", 25, date(2026, 1, 1))
    top = cast.unit["B1M1"]
    made = Unit.objects.bulk_create(
        Unit(code=f"N{n}", name=f"N{n}", kind=UnitKind.AREA, parent=top, path=f"{top.path}{90000 + n}/", pk=90000 + n)
        for n in range(areas)
    )
    with django_assert_num_queries(2):
        found = values_on(["probe.mark", "probe.grace"], unit_ids=[unit.pk for unit in made], on=TODAY)
    assert {values["probe.mark"].value for values in found.values()} == {25}
