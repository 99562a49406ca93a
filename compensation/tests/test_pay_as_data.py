"""What is kept with a slip, what a signature covers, and plans: as data, with their faults, in words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from compensation.rules import Assessment, SlipLine, lint, plan_from_data
from compensation.rules.facts import (
    Leadership,
    inputs_as_data,
    inputs_from_data,
)
from compensation.rules.plan import PlanUnreadable, plan_as_data
from compensation.rules.wording import Value, described
from compensation.tests.schemes import DEFAULT_DATA
from compensation.tests.test_whole_slips import AFTER_FILING, BUSY
from core.explain import Line

D = Decimal
pytestmark = pytest.mark.clause("D15.a", "D15.b")


# --- what is kept ------------------------------------------------------------------------------------------------------
def test_inputs_are_kept_as_data_and_read_back() -> None:
    """All but the reasons of the assessment and the adjustments, which belong to that month alone."""
    inputs = replace(
        AFTER_FILING, valid_target=D(9), leads=(Leadership("area_manager", "东区", 10, 9, 2, D("1.5"), D("0.5")),),
        adjustments=BUSY.adjustments,
    )  # fmt: skip
    data = inputs_as_data(inputs)
    bare = Assessment(inputs.assessment.coefficient)
    read = inputs_from_data(data)
    first, second = read.elsewhere
    assert (first.filed, second.filed) == (AFTER_FILING.elsewhere[0].filed, None)
    assert read == replace(
        inputs, assessment=bare, adjustments=(), valid_by=(), commissions=tuple(inputs.sorted()),
        elsewhere=(first, second),
    )  # fmt: skip
    assert data["adjustments"] == [["2026-09-01", "-3.25"], ["2026-08-01", "7"]]
    assert data["leads"][0] == {
        "role": "area_manager", "unit": "东区", "days": 10, "base_days": 9, "people": 2, "base": "1.5", "commission": "0.5",
    }  # fmt: skip
    assert [(part["net"], part["accounts"]) for part in data["commissions"]] == [(None, 12), ("98.90", 2)]
    before_leaders_were_paid = {name: value for name, value in data.items() if name != "leads"}
    assert inputs_from_data(before_leaders_were_paid).leads == ()


def test_a_signature_covers_a_line_like_this() -> None:
    line = SlipLine("commission", D("1E+2"), D("2E+3"), D("0.05"), "D15.b", (Line("Step", D(3)),), "2026-08")
    assert line.content() == {
        "component": "commission", "basis": "2000", "rate": "0.05", "amount": "100", "clause": "D15.b",
        "for_month": "2026-08", "lines": [{"label": "Step", "result": "3"}],
    }  # fmt: skip
    bare = SlipLine("adjustment", D(1)).content()
    assert (bare["basis"], bare["rate"], bare["for_month"], bare["lines"]) == (None, None, "", [])


# --- plans -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"kind": "net_base", "vat_rate": True}, "net_base.vat_rate: a number is written as text"),
        ({"kind": "asset_bonus", "rate": "Infinity"}, "asset_bonus.rate: not a number"),
        ({"kind": "negative_months", "limit": "2.5"}, "negative_months.limit: a whole number is due"),
        ({"kind": "banded_rate", "whole_band": 1}, "banded_rate.whole_band: true or false is due"),
        ({"kind": "base_pay", "amounts": []}, "base_pay.amounts: a table is due"),
        ({"kind": "compliance", "steps": 5}, "compliance.steps: a list of thresholds is due"),
        ({"kind": "compliance", "steps": "51"}, "compliance.steps: a list of thresholds is due"),
        ({"kind": "compliance", "steps": []}, "compliance.steps: a list of thresholds is due"),
        ({"kind": "compliance", "steps": [["1", "1"], ["1", "2"]]}, "compliance.steps: thresholds rise"),
        ({"kind": "banded_rate", "bands": [["1", "1"]]}, "banded_rate.bands: the first threshold is 0"),
        ({"kind": "assessment", "on": 5}, "assessment.on: only base, commission and bonus can be multiplied"),
        ({"kind": "assessment", "on": []}, "assessment.on: only base, commission and bonus can be multiplied"),
        ({"kind": "assessment", "on": ["other"]}, "assessment.on: only base, commission and bonus can be multiplied"),
        ({"kind": "account_bonus", "amount": None}, "account_bonus.amount: a number is written as text"),
        ({"rate": "1"}, "None: ?"),
        ({"kind": "deductions", "b": 1, "a": 1}, "deductions: a, b?"),
        ("base_pay", "a list of components is due"),
    ],
)
def test_a_plan_says_what_is_wrong_with_it(part: Any, said: str) -> None:
    with pytest.raises(PlanUnreadable) as refused:
        plan_from_data("X", [part])
    assert str(refused.value) == said


@pytest.mark.parametrize("data", ["text", {"kind": "deductions"}, 5, ""])
def test_a_plan_is_a_list_of_components(data: Any) -> None:
    with pytest.raises(PlanUnreadable, match="a list of components is due"):
        plan_from_data("X", data)


def test_steps_may_begin_anywhere_and_what_is_not_said_stays_as_it_is_meant() -> None:
    data: list[dict[str, Any]] = [
        {"kind": "compliance", "steps": [["2", "0.5"], ["3", "0"]]},
        {"kind": "account_bonus", "amount": "5", "cap_share": None},
        {"kind": "banded_rate", "bands": [["0", "0.1"]], "whole_band": True},
        {"kind": "negative_months", "limit": 3},
    ]
    written = plan_as_data(plan_from_data("X", data))
    assert written == [
        {"kind": "compliance", "steps": [["2", "0.5"], ["3", "0"]], "on": ["commission", "bonus"]},
        {"kind": "account_bonus", "amount": "5", "cap_share": None},
        {"kind": "banded_rate", "bands": [["0", "0.1"]], "whole_band": True},
        {"kind": "negative_months", "limit": 3},
    ]
    assert written[2]["whole_band"] is True


SHARED = {"kind": "relation_shares", "shares": {"developed": "1", "introduced": "0"}}
CONDUCT = {"kind": "compliance", "steps": [["0", "1"]]}
BASE = {"kind": "base_pay", "amounts": {"J": "1"}}


@pytest.mark.clause("D2")
@pytest.mark.parametrize(
    ("parts", "faults"),
    [
        ([BASE, SHARED, CONDUCT], []),
        ([BASE], [("compliance_missing", "The plan has no compliance coefficient.")]),
        (
            [{"kind": "fixed_rate", "rate": "1"}],
            [
                ("compliance_missing", "The plan has no compliance coefficient."),
                ("only_counts", "The plan pays by counts, volume or commission alone."),
            ],
        ),
        ([CONDUCT], [("pays_nothing", "The plan has neither base pay nor commission.")]),
        ([BASE, BASE, CONDUCT], [("twice", "A component stands in the plan twice.")]),
        *(
            (
                [BASE, CONDUCT, {**SHARED, "shares": {"developed": share}}],
                [("share_above_whole", "A share of an account lies between nothing and the whole.")],
            )
            for share in ("1.01", "-0.01")
        ),
    ],
)
def test_a_plan_s_faults_forbid_its_use(parts: list[dict[str, Any]], faults: list[tuple[str, str]]) -> None:
    found = lint(plan_from_data("X", parts))
    assert [(one.code, one.message) for one in found] == faults
    assert all(one.is_error for one in found)


# --- a plan in words ---------------------------------------------------------------------------------------------------
OF_ITS_OWN = [
    *DEFAULT_DATA,
    {"kind": "fixed_rate", "by_grade": {"Z": "0.1", "P": "0.2", "B": "0.3", "T": "0"}, "times_assessment": True},
    {"kind": "opening_duty", "openings": "10", "stand_ins": [["500000", "1"], ["1000000", "3"]]},
]


def in_words(one: Value) -> str:
    parts = [str(one.value), "of the whole" if one.is_share else "", one.under]
    parts += [f"above {one.above}" if one.above is not None else "", f"to {one.to}" if one.to is not None else ""]
    return " ".join(part for part in parts if part)


def test_a_plan_is_described_part_by_part() -> None:
    told = []
    for part in described(plan_from_data("X", OF_ITS_OWN)):
        told.append(f"{part.kind} [{part.clause}] {part.label}: {part.does}")
        told += [f"    {of.label}: " + ", ".join(map(in_words, of.values)) for of in part.parameters]
    assert "\n".join(told) + "\n" == (Path(__file__).parent / "slips" / "the plan in words.txt").read_text()
