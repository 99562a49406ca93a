"""Whole pay slips as finance would read them, kept beside this file in `slips/`: every line with its basis, rate and
clause, every step that led to it, the figures of the report, and what the next month must know.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from compensation.rules import Adjustment, Counted, Inputs, Plan, compute, plan_from_data
from compensation.rules.appraisal import Measured, appraise, overridden
from compensation.rules.facts import Elsewhere, GradeDays, Leadership
from compensation.tests.schemes import C1, C2, C5, C7, DEFAULT, DEFAULT_DATA
from compensation.tests.written import as_text
from core.explain import Line, RuleValue

D = Decimal
FOLDER = Path(__file__).parent / "slips"
pytestmark = pytest.mark.clause("D15.a", "D15.b")


RULE = Line("Valid account", clause="D15.a", rule=RuleValue("compensation.valid_min_assets", D(5000)))
APPRAISED = appraise(
    [
        Measured("openings", D(6), D(10)),
        Measured("net_commission", D("21000"), D("15000")),
        Measured("net_assets", D("-100"), D("100000")),
        Measured("valid_openings", D(4), None),
        Measured("activity", D(0), None, unknown=4),
    ],
    dict(DEFAULT.component("assessment").weights),
    minimum=D("0.5"),
    maximum=D("1.2"),
)
OWN = Counted("developed", D(1), D("20000"), D("120.50"), None, 12)
SHARED = Counted("serviced", D("0.333333"), D("100.01"), D("1.11"), D("98.90"), 2)
BUSY = Inputs(
    "1001", "J", days=30, days_of_month=30, commissions=(SHARED, OWN), new_commission=D("321.00"), openings=D(5),
    valid_openings=D("4.5"), new_assets=D("350000"), product_sales=D("8000"), complaints=2, assessment=APPRAISED,
    attendance_deduction=D("80"), social_insurance=D("410.55"), income_tax=D("33.10"), valid_by=(RULE,),
    adjustments=(
        Adjustment(date(2026, 9, 1), D("-3.25"), (Line("Difference", D("-3.25"), "D15.b"),)),
        Adjustment(date(2026, 8, 1), D("7")),
    ),
)  # fmt: skip
QUIET = Inputs("1002", "T", days=10, days_of_month=31)
PROMOTED = replace(QUIET, grades=(GradeDays("T", 4), GradeDays("J", 6)))
NEGATIVE = replace(QUIET, commissions=(replace(OWN, gross=D("-500"), pass_through=D(0)),))
LEADER = Inputs(
    "1010", draws_base=False, days_of_month=30,
    leads=(
        Leadership("area_manager", "东区", 10, 10, 2, D("24229.06"), D("4527.70")),
        Leadership("market_manager", "市场部", 20, 20, 5, D("100.00"), D("300.00")),
    ),
)  # fmt: skip
WITH_PRODUCTS = plan_from_data("PRODUCTS", [*DEFAULT_DATA[:-1], {"kind": "product_bonus", "rate": "0.005"}])
HERE = replace(BUSY, days=12, adjustments=(), grades=(GradeDays("J", 12),), valid_openings=D(20))
THERE = Inputs(
    "1001", "J", days=18, days_of_month=30, commissions=(replace(OWN, gross=D("8000")),), new_assets=D("-1000"),
    valid_openings=D(3), openings=D(3), complaints=1, client_cost=D(5),
)  # fmt: skip
MOVED = replace(HERE, elsewhere=(Elsewhere("B2", THERE),))
FILED = (("base_pay", D("1500.00")), ("commission", D("900.00")), ("leader_base", D(9)), ("account_bonus", D("200.00")))
AFTER_FILING = replace(HERE, elsewhere=(Elsewhere("B2", THERE, FILED), Elsewhere("B3", replace(QUIET, days=1))))
BY_HAND = replace(BUSY, assessment=overridden(APPRAISED, D("0.95"), by="许静", reason="带教新人"), adjustments=())

SLIPS: dict[str, tuple[Plan, Inputs]] = {
    "standard": (DEFAULT, BUSY),
    "standard, promoted, nothing brought": (DEFAULT, PROMOTED),
    "standard, negative commission": (DEFAULT, NEGATIVE),
    "standard, leader": (DEFAULT, LEADER),
    "standard, moved": (DEFAULT, MOVED),
    "standard, moved after the other branch filed": (DEFAULT, AFTER_FILING),
    "with products, coefficient by hand": (WITH_PRODUCTS, BY_HAND),
    "C1": (C1, replace(BUSY, grade="S")),
    "C2": (C2, replace(BUSY, booked_tax=D("550"), booked_fund=D("50.05"))),
    "C5": (C5, replace(BUSY, client_cost=D("1600"), new_assets=D("99999.99"), duties_missed=1)),
    "C5, moved": (C5, replace(MOVED, new_assets=D("100000"), duties_missed=3)),
    "C5, negative for the third month": (C5, replace(NEGATIVE, negative_months=2, client_cost=D("0.5"))),
    "C7": (C7, replace(BUSY, valid_target=D(9), assets_target=D(700000))),
    "C7, moved": (C7, MOVED),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_says_all_of_this(name: str) -> None:
    assert as_text(compute(*SLIPS[name])) == (FOLDER / f"{name}.txt").read_text()
