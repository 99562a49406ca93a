"""Parameters, their values, and which of the layers' values holds.

The company's value (or, without one, the declared default) applies to everybody. A unit below it can only be stricter:
going down the line of units a value replaces the one above only where the parameter's direction says so. A layered
value therefore never gets looser downwards, whatever was entered first and whatever is raised above it later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from core.explain import RuleValue

Value = str | int | Decimal | bool | time


class Direction(StrEnum):
    """Which way is stricter, and therefore allowed to a lower layer."""

    UP = "up"
    DOWN = "down"
    FIXED = "fixed"  # the company alone sets it
    FREE = "free"  # each layer as it likes


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number (or yes/no, time, choice, text) of a clause. `label` and `unit` are message ids.

    `choices` go from the loosest to the strictest; a number is at least `least` and at most `most`.
    """

    code: str
    label: str
    clause: str
    unit: str
    kind: str
    direction: Direction
    default: Value
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.code}: no kind of value is called {self.kind!r}")
        if self.kind == "text" and self.direction in (Direction.UP, Direction.DOWN):
            raise ValueError(f"{self.code}: of two texts none is stricter")
        if written(self, read(self, written(self, self.default))) != written(self, self.default):
            raise ValueError(f"{self.code}: the default {self.default!r} is not of kind {self.kind}")


class NotAValue(ValueError):
    """The text is no value of the parameter's kind."""


def _read_bool(text: str) -> bool:
    return {"yes": True, "no": False}[text]


def _read_decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise InvalidOperation(text)
    return number


def _read_int(text: str) -> int:
    if len(text) > 12 or not text.lstrip("-").isascii():
        raise ValueError(text)
    return int(text)


KINDS: dict[str, Callable[[str], Value]] = {
    "int": _read_int,
    "decimal": _read_decimal,
    "bool": _read_bool,
    "time": time.fromisoformat,
    "choice": str,
    "text": str,
}


def read(parameter: Parameter, text: str) -> Value:
    """The typed value of a stored or entered text. Raises `NotAValue`."""
    try:
        value = KINDS[parameter.kind](text.strip())
    except (KeyError, ValueError, InvalidOperation):
        raise NotAValue(text) from None
    if parameter.kind == "choice" and value not in parameter.choices:
        raise NotAValue(text)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and not _within(parameter, value):
        raise NotAValue(text)
    return value


def _within(parameter: Parameter, number: int | Decimal) -> bool:
    return parameter.least <= number and (parameter.most is None or number <= parameter.most)


def written(parameter: Parameter, value: Value) -> str:
    """The one text a value is stored as."""
    if parameter.kind == "bool":
        return "yes" if value else "no"
    if isinstance(value, time):
        return value.isoformat("minutes")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _strictness(parameter: Parameter, value: Value) -> Value:
    return parameter.choices.index(str(value)) if parameter.kind == "choice" else value


def is_stricter(parameter: Parameter, value: Value, than: Value) -> bool:
    """Whether `value` is stricter than the other by the parameter's direction; never for FIXED and FREE."""
    left, right = _strictness(parameter, value), _strictness(parameter, than)
    if parameter.direction == Direction.UP:
        return left > right  # type: ignore[operator]
    return parameter.direction == Direction.DOWN and left < right  # type: ignore[operator]


def is_allowed_below(parameter: Parameter, value: Value, above: Value) -> bool:
    """Whether a lower layer may set `value` where `above` holds: equal or stricter, or anything where it is free."""
    if parameter.direction == Direction.FIXED:
        return False
    return parameter.direction == Direction.FREE or not is_stricter(parameter, above, value)


@dataclass(frozen=True, slots=True)
class Layer:
    """What one unit of the line has set, and since when; `value` None where it follows the layer above again."""

    name: str
    value: Value | None
    since: date
    is_company: bool = False


def default_of(parameter: Parameter) -> RuleValue:
    return RuleValue(parameter.code, parameter.default)


def lowered(parameter: Parameter, above: RuleValue, layer: Layer | None) -> RuleValue:
    """What holds one layer further down than `above`."""
    if layer is None or layer.value is None:
        return above
    own = RuleValue(parameter.code, layer.value, layer.name, layer.since)
    if layer.is_company or parameter.direction == Direction.FREE:
        return own
    return own if is_stricter(parameter, layer.value, above.value) else above


def resolve(parameter: Parameter, layers: Sequence[Layer | None]) -> RuleValue:
    """What holds at the end of a line of layers, given from the company down. An equal value keeps the upper layer."""
    held = default_of(parameter)
    for layer in layers:
        held = lowered(parameter, held, layer)
    return held
