"""Values and layers without a database: at the bound, one beside it, and which of two holds."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from core.explain import RuleValue
from policies.rules import (
    Direction,
    Layer,
    NotAValue,
    Parameter,
    default_of,
    is_allowed_below,
    is_stricter,
    read,
    resolve,
    written,
)

UP, DOWN, FIXED, FREE = Direction.UP, Direction.DOWN, Direction.FIXED, Direction.FREE


def parameter(kind: str = "int", direction: Direction = UP, default=5, **more) -> Parameter:
    return Parameter("a.code", "A label", "S3.b", "", kind, direction, default, **more)


NUMBER = parameter(least=1, most=10)
SHARE = parameter("decimal", DOWN, Decimal("0.50"))
LEVELS = parameter("choice", UP, "warn", choices=("off", "warn", "refuse"))
CUT_OFF = parameter("time", DOWN, time(18, 0))
YES = parameter("bool", UP, False)
WORDS = parameter("text", FREE, "好")


@pytest.mark.parametrize(
    ("of", "text", "value"),
    [
        (NUMBER, "1", 1), (NUMBER, "10", 10), (NUMBER, " 7 ", 7),
        (parameter(), "0", 0), (parameter(least=-999_999_999_999), "-99999999999", -99_999_999_999),
        (parameter(), "999999999999", 999_999_999_999),
        (SHARE, "0.5", Decimal("0.5")), (SHARE, "0", Decimal(0)),
        (LEVELS, "refuse", "refuse"), (CUT_OFF, "09:30", time(9, 30)), (YES, "yes", True), (YES, "no", False), (WORDS, "x", "x"),
    ],
)  # fmt: skip
def test_a_text_is_read_as_what_it_means(of, text, value):
    assert read(of, text) == value and type(read(of, text)) is type(value)


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (NUMBER, "0"), (NUMBER, "11"), (parameter(), "-1"), (NUMBER, "x"), (NUMBER, ""), (NUMBER, "７"), (parameter(), "1234567890123"),
        (SHARE, "NaN"), (SHARE, "Infinity"), (SHARE, "-0.01"), (SHARE, "x"), (LEVELS, "never"), (CUT_OFF, "25:00"), (YES, "True"),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_by_its_text(of, text):
    with pytest.raises(NotAValue, match=f"^{text}$"):
        read(of, text)


@pytest.mark.parametrize(
    ("of", "value", "text"),
    [
        (NUMBER, 5, "5"), (SHARE, Decimal("0.50"), "0.50"), (SHARE, Decimal("1E+2"), "100"), (CUT_OFF, time(9, 5, 30), "09:05"),
        (YES, True, "yes"), (YES, False, "no"), (LEVELS, "off", "off"),
    ],
)  # fmt: skip
def test_a_value_is_kept_as_one_text(of, value, text):
    assert written(of, value) == text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "colour"}, "a.code: no kind of value is called 'colour'"),
        ({"kind": "text", "default": "x"}, "a.code: of two texts none is stricter"),
        ({"kind": "text", "default": "x", "direction": DOWN}, "a.code: of two texts none is stricter"),
        ({"kind": "decimal", "default": "0.10 "}, "a.code: the default '0.10 ' is not of kind decimal"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_when_it_is_declared(changes, said):
    with pytest.raises(ValueError, match=f"^{said}$"):
        parameter(**changes)


@pytest.mark.parametrize(
    ("of", "looser", "stricter"),
    [
        (NUMBER, 5, 6), (SHARE, Decimal("0.5"), Decimal("0.4")), (LEVELS, "off", "warn"), (LEVELS, "warn", "refuse"),
        (CUT_OFF, time(18), time(17)), (YES, False, True),
    ],
)  # fmt: skip
def test_stricter_is_said_by_the_direction_and_an_equal_value_is_not(of, looser, stricter):
    assert is_stricter(of, stricter, looser)
    assert not is_stricter(of, looser, stricter) and not is_stricter(of, looser, looser)
    assert is_allowed_below(of, stricter, looser) and is_allowed_below(of, looser, looser)
    assert not is_allowed_below(of, looser, stricter)


def test_what_is_fixed_is_nobodys_below_and_what_is_free_everybodys():
    fixed, free = parameter(direction=FIXED), parameter(direction=FREE)
    for value in (4, 5, 6):
        assert not is_stricter(fixed, value, 5) and not is_allowed_below(fixed, value, 5)
        assert not is_stricter(free, value, 5) and is_allowed_below(free, value, 5)


def layer(value, name="BR", **more) -> Layer:
    return Layer(name, value, date(2026, 1, 1), **more)


COMPANY = layer(3, "HX", is_company=True)


@pytest.mark.parametrize(
    ("direction", "layers", "value", "of"),
    [
        (UP, [], 5, ""), (UP, [None, None], 5, ""),
        (UP, [COMPANY], 3, "HX"),  # the company may be looser than the default
        (UP, [COMPANY, layer(4)], 4, "BR"), (UP, [COMPANY, layer(2)], 3, "HX"), (UP, [COMPANY, layer(3)], 3, "HX"),
        (UP, [COMPANY, layer(None)], 3, "HX"), (UP, [COMPANY, layer(6), layer(5, "MD")], 6, "BR"),
        (DOWN, [COMPANY, layer(2)], 2, "BR"), (DOWN, [COMPANY, layer(4)], 3, "HX"),
        (FIXED, [COMPANY, layer(9)], 3, "HX"), (FREE, [COMPANY, layer(9), layer(1, "MD")], 1, "MD"), (FREE, [layer(2)], 2, "BR"),
    ],
)  # fmt: skip
def test_a_layer_below_may_only_be_stricter(direction, layers, value, of):
    held = resolve(parameter(direction=direction), layers)
    assert held == (RuleValue("a.code", value, of, date(2026, 1, 1)) if of else default_of(parameter()))
    assert (held.code, held.value) == ("a.code", value)
