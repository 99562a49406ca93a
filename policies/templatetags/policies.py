"""How templates write parameters and their values."""

from __future__ import annotations

from django import template

from core.explain import type_of_value
from policies.models import ParameterValue
from policies.registry import parameter as declared
from policies.rules import NotAValue, Parameter, read
from policies.wording import direction_worded, worded

register = template.Library()


@register.filter
def as_value_of(value: type_of_value, parameter: Parameter) -> str:
    return worded(parameter, value)


@register.filter
def worded_value(row: ParameterValue) -> str:
    """What a stored value says; as it was written where its parameter no longer takes it."""
    try:
        parameter = declared(row.code)
        return worded(parameter, None if row.value is None else read(parameter, row.value))
    except (KeyError, NotAValue):
        return row.value or ""


@register.filter
def direction(parameter: Parameter) -> str:
    return direction_worded(parameter)
