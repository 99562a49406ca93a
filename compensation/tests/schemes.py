"""The documented schemes of other houses (C1, C2, C5, C7) as plans, and the plan the product is delivered with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from compensation.rules import Plan, plan_from_data

DEFAULT_DATA: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "plans" / "CN-BRANCH-DEFAULT.json").read_text()
)
EVERYTHING = ["base", "commission", "bonus"]
COMPLAINTS = [["0", "1"], ["1", "0.95"], ["2", "0.9"], ["3", "0.8"], ["5", "0.5"], ["6", "0"]]

DEFAULT = plan_from_data("CN-BRANCH-DEFAULT", DEFAULT_DATA)
DEFAULT_WHOLE_BAND = plan_from_data(
    "CN-BRANCH-DEFAULT",
    [part | ({"whole_band": True} if part["kind"] == "banded_rate" else {}) for part in DEFAULT_DATA],
)
C1: Plan = plan_from_data(
    "C1",
    [
        {"kind": "base_pay", "amounts": {"J": "2500", "S": "3000", "P": "4000"}},
        {"kind": "net_commission_base"},
        {"kind": "fixed_rate", "rate": "0.15"},
        {"kind": "assessment", "on": EVERYTHING},
        {"kind": "compliance", "on": EVERYTHING, "steps": COMPLAINTS},
    ],
)
C2 = plan_from_data(
    "C2",
    [
        {"kind": "net_commission_base", "less_booked": True},
        {"kind": "fixed_rate", "rate": "0.30", "times_assessment": True},
    ],
)
C5 = plan_from_data(
    "C5",
    [
        {"kind": "base_pay", "amounts": {"T": "200", "J": "400", "S": "800", "P": "2000"}},
        {"kind": "commission_after_costs"},
        {"kind": "fixed_rate", "by_grade": {"T": "0.5", "J": "0.6", "S": "0.7", "P": "0.8"}, "rate": "0.4"},
        {"kind": "negative_months", "limit": 3},
        {"kind": "minimum_duty", "new_assets": "100000", "share": "0.2"},
        {"kind": "asset_bonus", "rate": "0.0002"},
    ],
)
C7 = plan_from_data(
    "C7",
    [
        {"kind": "net_commission_base"},
        {"kind": "fixed_rate", "rate": "1"},
        {"kind": "hold_back", "share": "0.2", "valid_target": "7", "assets_target": "500000"},
        {
            "kind": "opening_duty",
            "openings": "10",
            "stand_ins": [["500000", "1"], ["1000000", "3"], ["3000000", "6"], ["5000000", "10"]],
        },
    ],
)
SCHEMES = {plan.code: plan for plan in (C1, C2, C5, C7, DEFAULT)}
