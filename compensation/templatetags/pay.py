"""Words for the codes on a pay slip."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext

from compensation.rules.names import COMPONENT_NAMES, GRADE_NAMES, WORDS
from compensation.rules.wording import Value
from compensation.selectors.overview import warning_in_words
from core.templatetags.components import money, plainly

register = template.Library()
register.filter(money)
register.filter(plainly)


@register.filter
def component(code: str) -> str:
    """What a line of a slip is called."""
    return gettext(COMPONENT_NAMES.get(code, code))


@register.filter
def worded(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines whose codes (relations, measures, components, grades) have become words."""
    return [
        {**line, "inputs": [(name, _in_words(name, value)) for name, value in line.get("inputs", [])]} for line in lines
    ]


def _in_words(name: str, value: Any) -> Any:
    """A grade is one letter and so could be anything; only beside its name does it become a word."""
    words = GRADE_NAMES if name == "grade" else WORDS | COMPONENT_NAMES
    return words.get(value, value) if isinstance(value, str) else value


@register.filter
def signed(amount: Decimal | None) -> str:
    """As `money`, with its sign."""
    return "–" if amount is None else f"{'+' if amount > 0 else ''}{money(amount)}"


@register.filter
def grade(code: str) -> str:
    """The grade in words where the firm uses the usual codes."""
    return gettext(GRADE_NAMES.get(code, code)) if code else "–"


@register.filter
def warned(warning: Mapping[str, Any]) -> str:
    """A warning of a run in the reader's language."""
    return warning_in_words(warning)


@register.filter
def in_plan(one: Value) -> str:
    """A number of a plan: a share in per cent, an amount with separators, yes for what is switched on."""
    if isinstance(one.value, bool):
        return gettext("yes") if one.value else gettext("no")
    if isinstance(one.value, str):
        return gettext(one.value)
    value = Decimal(one.value)
    return f"{plainly(value * 100)} %" if one.is_share else plainly(value)


@register.filter
def under(one: Value) -> str:
    """For whom a number of a plan holds: a grade, a post, a relation, a measure."""
    return gettext((GRADE_NAMES | WORDS).get(one.under, one.under))
