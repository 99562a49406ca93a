"""The golden calculations of the pay page, to the cent, as a person from finance would write them down."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from compensation.rules import Assessment, Counted, Inputs, Plan, compute
from compensation.rules.bands import banded
from compensation.rules.facts import Leadership
from compensation.rules.probation import is_confirmed
from compensation.rules.validity import AccountAtMonthEnd, OpenedAccount, Validity
from compensation.tests.schemes import C1, C2, C5, C7, DEFAULT, DEFAULT_WHOLE_BAND
from core.periods import Month

D = Decimal
pytestmark = pytest.mark.clause("D15.b")


def of(gross: str = "0", **others) -> Inputs:
    """A month with that commission of accounts she developed herself; numbers may be written as text."""
    facts: dict[str, Any] = {
        name: D(value) if isinstance(value, str) and name != "grade" else value for name, value in others.items()
    }
    if "coefficient" in facts:
        facts["assessment"] = Assessment(facts.pop("coefficient"))
    return Inputs("1001", commissions=(Counted("developed", D(1), D(gross)),), **facts)


def leading(
    role: str, *, days: int = 30, base: str = "24229.06", commission: str = "4527.70", then: str = "", **others
) -> Inputs:
    """April of a leader of a team of two; `then` what she led on its remaining days."""
    of_april = [(role, days), *([(then, 30 - days)] if then else [])]
    leads = tuple(Leadership(post, "东区", n, n, 2, D(base), D(commission)) for post, n in of_april)
    return Inputs("1010", draws_base=False, days_of_month=30, leads=leads, **others)


@pytest.mark.parametrize(
    ("plan", "inputs", "expected"),
    [
        # 1. C2: 30 % of net commission less tax and fund, times the coefficient
        (C2, of("10000", booked_tax="550", booked_fund="50"), {"commission": "2820.00", "total": "2820.00"}),
        (C2, of("10000", booked_tax="550", booked_fund="50", coefficient="1.2"), {"total": "3384.00"}),
        # 2. C1: (post wage + 15 % of net commission) × P × compliance
        (C1, of("12000", grade="S"), {"base_pay": "3000.00", "commission": "1800.00", "total": "4800.00"}),
        (C1, of("12000", grade="S", coefficient="0.9"), {"assessment": "-480.00", "total": "4320.00"}),
        (C1, of("12000", grade="S", coefficient="0.9", complaints=6), {"compliance": "-4320.00", "total": "0.00"}),
        # 3. C5: (commission − base − cost) × rate, a missed duty, the asset bonus
        (
            C5,
            of("8000", grade="J", client_cost="1600", new_assets="80000"),
            {"commission": "3600.00", "minimum_duty": "-720.00", "asset_bonus": "16.00", "total": "3296.00"},
        ),
        (C5, of("300", grade="J", client_cost="100"), {"commission": "0.00", "minimum_duty": "0.00"}),
        # 4. C7: a fifth is assessment pay, released half by valid accounts, half by assets
        (
            C7,
            of("5000", valid_openings="5", new_assets="300000"),
            {"held_back": "-1000.00", "released": "657.14", "total": "4657.14"},
        ),
        # 5. The default plan, each slice at its own rate
        (
            DEFAULT,
            of("20000"),
            {"commission": "3659.43", "held_back": "-731.89", "released": "0.00", "total": "2927.54"},
        ),
        (DEFAULT_WHOLE_BAND, of("20000"), {"commission": "4659.43"}),
        # 7. Leaders: base of the post, and 3 % (area) or 2 % (department) of what the team left to the firm:
        #    24,229.06 base less 4,527.70 commission = 19,701.36
        (DEFAULT, leading("area_manager"), {"leader_base": "4500.00", "team_share": "591.04", "total": "5091.04"}),
        (DEFAULT, leading("market_manager"), {"leader_base": "6000.00", "team_share": "394.03", "total": "6394.03"}),
        #    half of April: half the base, half the share; and conduct counts as it does for everybody
        (DEFAULT, leading("area_manager", days=15), {"leader_base": "2250.00", "team_share": "295.52"}),
        (DEFAULT, leading("area_manager", complaints=6), {"compliance": "-591.04", "total": "4500.00"}),
        #    a team that cost more than it brought gives nothing and takes nothing
        (DEFAULT, leading("area_manager", base="100", commission="300"), {"team_share": "0.00", "total": "4500.00"}),
        #    an area and, for the rest of the month, the department above it: each day has one base
        (
            DEFAULT,
            leading("area_manager", days=10, then="market_manager"),
            {"leader_base": "5500.00", "team_share": "459.69", "total": "5959.69"},
        ),
    ],
)
def test_it_pays_to_the_cent(plan: Plan, inputs: Inputs, expected: dict[str, str]) -> None:
    slip = compute(plan, inputs)
    amounts = {name: slip.total if name == "total" else slip.amount(name) for name in expected}
    assert amounts == {name: D(amount) for name, amount in expected.items()}
    assert slip.total == sum(line.amount for line in slip.lines)


def test_it_shows_every_step_of_the_default_base() -> None:
    """Gross 20,000 → 18,867.92 without VAT → less 135.85 and 94.34 → 18,637.73; slices of 750, 2,000 and 909.43."""
    slip = compute(DEFAULT, of("20000"))
    assert slip.figures["commission_base"] == D("18637.73")
    assert slip.figures["tax_and_surcharges"] == D("1132.08") + D("135.85")
    assert slip.figures["protection_fund"] == D("94.34")
    commission = next(line for line in slip.lines if line.component == "commission")
    steps = [(line.label, line.result) for line in commission.explained]
    assert ("Less VAT", D("-1132.08")) in steps
    assert [result for label, result in steps if label == "Slice of the base"] == [D("750"), D("2000"), D("909.43")]


def test_it_counts_a_negative_month_and_carries_a_duty_nothing_could_be_withheld_for() -> None:
    slip = compute(C5, of("300", grade="J", client_cost="100"))
    assert slip.figures["commission_base"] * D("0.6") == D("-120")
    assert (slip.carry.negative_months, slip.carry.duties_missed) == (1, 1)
    third = compute(C5, of("300", grade="J", client_cost="100", negative_months=2, duties_missed=1))
    assert third.carry.negative_months == 3 and third.remarks[0].met is False
    later = compute(C5, of("8000", grade="J", client_cost="1600", new_assets="100000", duties_missed=2))
    assert later.amount("minimum_duty") == D("-1440.00") and later.carry.duties_missed == 0


def test_it_lets_assets_stand_in_for_openings() -> None:
    duty = C7.component("opening_duty")
    assert duty.counted(D(6), D("1200000")) == 9
    slip = compute(C7, of("0", openings="6", new_assets="1200000"))
    assert (slip.remarks[0].counted, slip.remarks[0].met) == (D(9), False)


@pytest.mark.parametrize(
    ("accounts", "assets", "revenue", "confirmed"),
    [(24, "3900000", "6000", True), (24, "3900000", "5999.99", False), (25, "0", "0", True), (0, "4000000", "0", True)],
)
def test_it_confirms_after_probation_by_any_of_three(accounts, assets, revenue, confirmed) -> None:
    required = {"valid_openings": D(25), "net_assets": D(4_000_000), "revenue": D(6_000)}
    reached = {"valid_openings": D(accounts), "net_assets": D(assets), "revenue": D(revenue)}
    assert is_confirmed(reached, required) is confirmed


OCT, NOV, DEC = (Month(date(2026, month, 1)) for month in (10, 11, 12))


@pytest.mark.clause("D15.a")
@pytest.mark.parametrize(
    ("rule", "opened", "at_opening", "october", "november", "counts_in"),
    [
        # rule: assets from, trades from, of these "any" or "all", within days (0: at the end of the month of opening)
        # then: opened on, assets on that day, assets and trades of October and of November; the month it counts in
        (("5000", 0, "all", 0), "10-12", "100", ("8000", 0), ("9000", 3), OCT),
        (("5000", 0, "all", 0), "10-12", "9000", ("4999.99", 0), ("9000", 3), None),
        (("5000", 2, "all", 0), "10-12", "100", ("8000", 1), ("8000", 2), None),
        (("5000", 2, "any", 0), "10-12", "100", ("8000", 1), ("8000", 2), OCT),
        (("5000", 2, "any", 0), "10-12", "100", ("10", 2), ("8000", 2), OCT),
        (("5000", 0, "all", 60), "10-12", "100", ("200", 0), ("6000", 1), NOV),  # 30 November is its 49th day
        (("5000", 0, "all", 60), "10-12", "6000", ("200", 0), ("6000", 1), OCT),  # what was there once counts, and once
        (("5000", 0, "all", 30), "10-12", "100", ("200", 0), ("6000", 1), None),  # … and its 49th is not within 30
        (("5000", 0, "all", 30), "10-31", "100", ("200", 0), ("6000", 1), NOV),  # the 30th day is
        (("5000", 0, "all", 29), "10-31", "100", ("200", 0), ("6000", 1), None),
        (("5000", 4, "all", 60), "10-12", "6000", ("200", 2), ("300", 2), NOV),  # trades of both months together
        (("5000", 4, "any", 60), "10-12", "6000", ("200", 2), ("300", 2), OCT),
        (("5000", 0, "all", 60), "10-12", None, None, None, None),  # nothing is known of it
    ],
)
def test_it_counts_a_new_account_once_when_the_rule_is_met(rule, opened, at_opening, october, november, counts_in):
    least, trades, how, days = rule
    known = [(OCT, october), (NOV, november)]
    account = OpenedAccount(
        date.fromisoformat(f"2026-{opened}"),
        None if at_opening is None else D(at_opening),
        [AccountAtMonthEnd(month.last, D(of[0]), of[1]) for month, of in known if of],
    )
    valid = Validity(D(least), trades, how == "all", days)
    counted = [month for month in (OCT, NOV, DEC) if valid.becomes_valid_in(account, month)]
    assert counted == ([] if counts_in is None else [counts_in])


@pytest.mark.parametrize(
    ("base", "pay"),
    [("0", "0"), ("5000", "750"), ("5000.01", "750.00"), ("15000", "2750"), ("30000", "6500"), ("30100", "6530")],
)
def test_it_has_no_cliff_at_a_threshold(base: str, pay: str) -> None:
    assert banded(D(base), DEFAULT.component("banded_rate").bands) == D(pay)


def test_it_caps_the_bonus_that_hangs_on_counts() -> None:
    """Commission 4,000 less deductions … 566.98; 20 valid accounts ask for 2,000 and get 30 % of the other variable pay."""
    slip = compute(DEFAULT, of("4000", valid_openings="20"))
    assert slip.amount("account_bonus") == (slip.amount("commission") * D("0.3")).quantize(D("0.01"))


def test_it_pays_the_base_by_days_and_only_to_those_who_draw_it() -> None:
    half = compute(DEFAULT, of("0", grade="J", days=15, days_of_month=30))
    leader = compute(DEFAULT, of("0", grade="J", draws_base=False))
    assert (half.amount("base_pay"), leader.amount("base_pay")) == (D("1250.00"), D("0"))


def test_it_takes_off_what_finance_entered_and_adds_what_closed_months_owe() -> None:
    from compensation.rules import Adjustment

    late = (Adjustment(date(2026, 9, 1), D("-3.25")), Adjustment(date(2026, 8, 1), D("7")))
    slip = compute(
        DEFAULT, of(grade="J", social_insurance="210.5", attendance_deduction="50", income_tax="0", adjustments=late)
    )
    assert slip.amount("social_insurance", "attendance_deduction") == D("-260.50")
    assert [(line.for_month, line.amount) for line in slip.lines if line.for_month] == [
        ("2026-08", D("7.00")),
        ("2026-09", D("-3.25")),
    ]
    assert slip.total == D("2500") - D("260.5") + D("3.75")
