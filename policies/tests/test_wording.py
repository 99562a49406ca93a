"""A value of a rule as people read it."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from policies.registry import parameter, parameters
from policies.wording import worded


@pytest.mark.parametrize(
    ("language", "code", "value", "text"),
    [
        ("zh-hans", "worklogs.day_brochures", 60, "60/日"),
        ("zh-hans", "supervision.company_last", 5, "5 名"),
        ("zh-hans", "supervision.regional_share", Decimal("0.30"), "0.30（占团队总数）"),
        ("en", "supervision.regional_share", Decimal("0.30"), "0.30 of the teams"),
        ("en", "worklogs.day_brochures", 60, "60 a day"),
    ],
)
def test_a_value_reads_like_a_sentence(language: str, code: str, value: Any, text: str) -> None:
    with translation.override(language):
        assert worded(parameter(code), value) == text


def test_a_choice_is_no_code_in_any_language() -> None:
    for one in parameters():
        for language, choice in itertools.product(("zh-hans", "zh-hant", "en"), one.choices):
            with translation.override(language):
                assert "_" not in worded(one, choice)
