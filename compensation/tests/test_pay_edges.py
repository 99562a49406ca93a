"""The pay rules at their edges: exactly at a threshold, one below, one above, at nothing, and with nothing known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from compensation.rules import Adjustment, Assessment, Counted, Inputs, compute, plan_from_data
from compensation.rules.appraisal import Measured, appraise, overridden
from compensation.rules.bands import Band, Step, rate_for, slices_of, value_at
from compensation.rules.facts import (
    AccountGroup,
    counted_by_person,
    inputs_as_data,
    shares_of_account,
)
from compensation.rules.plan import commission_of
from compensation.rules.probation import is_confirmed
from compensation.rules.sheet import rounded
from compensation.rules.validity import AccountAtMonthEnd, OpenedAccount, Validity
from compensation.rules.withholding import completion_of
from compensation.selectors.causes import READ
from compensation.tests.schemes import C1, C2, C5, C7, DEFAULT
from compensation.tests.test_whole_slips import AFTER_FILING, BUSY, LEADER, MOVED, NEGATIVE
from compensation.tests.written import steps
from core.explain import Line
from core.periods import Month

D = Decimal
pytestmark = pytest.mark.clause("D15.a", "D15.b")
BANDS = (Band(D(0), D("0.15")), Band(D(5000), D("0.20")), Band(D(15000), D("0.25")))


# --- bands and steps ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("base", "rate", "slices"),
    [
        ("-0.01", "0.15", []),
        ("0", "0.15", []),
        ("0.01", "0.15", ["0.01"]),
        ("5000", "0.15", ["5000"]),  # exactly at a threshold the lower band holds
        ("5000.01", "0.20", ["5000", "0.01"]),
        ("15000", "0.20", ["5000", "10000"]),
        ("15000.01", "0.25", ["5000", "10000", "0.01"]),
    ],
)
def test_a_base_falls_in_bands(base: str, rate: str, slices: list[str]) -> None:
    assert rate_for(D(base), BANDS) == D(rate)
    assert [cut.part for cut in slices_of(D(base), BANDS)] == [D(part) for part in slices]


@pytest.mark.parametrize(("at", "value"), [("0.99", "0"), ("1", "3"), ("1.99", "3"), ("2", "5")])
def test_a_step_holds_from_its_threshold_on(at: str, value: str) -> None:
    assert value_at(D(at), (Step(D(1), D(3)), Step(D(2), D(5)))) == D(value)


@pytest.mark.parametrize(
    ("done", "target", "completion"),
    [
        ("-1", "4", "0"),
        ("0", "4", "0"),
        ("1", "4", "0.25"),
        ("4", "4", "1"),
        ("5", "4", "1"),
        ("0", "0", "1"),
        ("0", "1", "0"),
    ],
)
def test_completion_lies_between_nothing_and_the_whole(done: str, target: str, completion: str) -> None:
    assert completion_of(D(done), D(target)) == D(completion)


def test_a_figure_is_rounded_half_up() -> None:
    assert (rounded(D("0.125"), D("0.01")), rounded(None, D("0.01"))) == (D("0.13"), None)


# --- components --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cost", "before", "carried", "within"),
    [
        ("7599.99", 2, 0, None),
        ("7600", 2, 0, None),
        ("7600.01", 0, 1, True),
        ("7600.01", 1, 2, True),
        ("7600.01", 2, 3, False),
    ],
)
def test_a_month_counts_as_negative_below_nothing_and_is_pointed_out_at_the_limit(
    cost: str, before: int, carried: int, within: bool | None
) -> None:
    inputs = Inputs("1", "J", commissions=(Counted("developed", D(1), D(8000)),), client_cost=D(cost))
    slip = compute(C5, replace(inputs, negative_months=before, duties_missed=4))
    assert slip.carry.negative_months == carried
    assert [one.met for one in slip.remarks] == ([] if within is None else [within])
    assert slip.carry.duties_missed == (0 if slip.amount("commission") else 5)


@pytest.mark.parametrize(("assets", "missed"), [("99999.99", True), ("100000", False), ("100000.01", False)])
def test_the_minimum_duty_is_met_at_its_mark(assets: str, missed: bool) -> None:
    slip = compute(C5, replace(BUSY, new_assets=D(assets), duties_missed=0))
    assert slip.amount("minimum_duty") == (-slip.amount("commission") * D("0.2") if missed else 0)


def test_missed_duties_never_withhold_more_than_the_commission() -> None:
    slip = compute(C5, replace(BUSY, new_assets=D(0), duties_missed=7))
    assert slip.amount("minimum_duty") == -slip.amount("commission")


@pytest.mark.parametrize(("accounts", "met"), [("6.99", False), ("7", True)])
def test_assessment_pay_is_released_in_full_from_its_target_on(accounts: str, met: bool) -> None:
    slip = compute(C7, replace(BUSY, valid_openings=D(accounts), new_assets=D(500_000)))
    released = next(line for line in slip.lines if line.component == "released")
    assert [step.met for step in released.explained] == [met, True, None]
    assert (slip.amount("held_back", "released") == 0) is met


def test_negative_months_leave_alone_which_duties_were_missed() -> None:
    """… in whichever order the plan has them."""
    duty = {"kind": "minimum_duty", "new_assets": "1", "share": "0.2"}
    plan = plan_from_data("X", [duty, {"kind": "negative_months", "limit": 3}])
    assert compute(plan, Inputs("1", duties_missed=1)).carry.duties_missed == 2


def test_what_finance_booked_counts_only_where_the_plan_says_so() -> None:
    booked = replace(BUSY, booked_tax=D(550), booked_fund=D(50))
    assert [compute(plan, booked).figures["commission_base"] for plan in (C1, C2)] == [D("19912.47"), D("19312.47")]


def test_a_post_that_the_plan_does_not_know_pays_nothing() -> None:
    slip = compute(DEFAULT, replace(LEADER, leads=(replace(LEADER.leads[0], role="deputy"),)))
    assert (slip.amount("leader_base"), slip.amount("team_share")) == (D(0), D(0))


@pytest.mark.parametrize(("openings", "met"), [("9.99", False), ("10", True), ("10.01", True)])
def test_the_openings_due_are_met_at_their_number(openings: str, met: bool) -> None:
    slip = compute(C7, Inputs("1", openings=D(openings)))
    assert slip.remarks[0].met is met


@pytest.mark.parametrize(
    ("coefficient", "factor"), [("0.4999", "0.5"), ("0.5", "0.5"), ("1.2", "1.2"), ("1.2001", "1.2")]
)
def test_the_assessment_coefficient_keeps_within_its_limits(coefficient: str, factor: str) -> None:
    slip = compute(DEFAULT, replace(BUSY, assessment=Assessment(D(coefficient))))
    assert slip.figures["assessment_coefficient"] == D(factor)


def test_without_a_plan_s_limits_the_coefficient_lies_between_nothing_and_two() -> None:
    plan = plan_from_data("X", [{"kind": "assessment"}])
    factors = [compute(plan, Inputs("1", assessment=Assessment(D(n)))).figures for n in ("-1", "0.7", "2.01")]
    assert [one["assessment_coefficient"] for one in factors] == [0, D("0.7"), 2]


@pytest.mark.parametrize(("count", "amount", "note"), [("2", "200.00", ""), ("2.01", "200.00", "Held to its cap.")])
def test_the_account_bonus_is_held_to_its_cap_from_there_on(count: str, amount: str, note: str) -> None:
    plan = plan_from_data(
        "X", [{"kind": "product_bonus", "rate": "1"}, {"kind": "account_bonus", "amount": "100", "cap_share": "0.5"}]
    )
    slip = compute(plan, Inputs("1", product_sales=D(400), valid_openings=D(count)))
    assert (slip.amount("account_bonus"), slip.lines[-1].explained[-1].note) == (D(amount), note)


def test_an_account_bonus_without_a_cap_pays_for_each() -> None:
    plan = plan_from_data("X", [{"kind": "account_bonus", "amount": "100"}])
    assert [compute(plan, one).amount("account_bonus") for one in (Inputs("1", valid_openings=D(3)), MOVED)] == [
        300,
        2000,
    ]


# --- a mover's month ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("here", "there", "pays"),
    [("-1000", "2000", "0"), ("3000", "-1000", "whole"), ("-5", "-5", "0"), ("-5", "5", "0"), ("0.5", "0.5", "0.07")],
)
def test_a_branch_pays_between_nothing_and_the_commission_of_the_whole_month(here: str, there: str, pays: str) -> None:
    """… also where the other branch's part is negative."""
    earned = {name: (Counted("developed", D(1), D(gross)),) for name, gross in (("here", here), ("there", there))}
    moved = replace(MOVED.elsewhere[0], inputs=replace(MOVED.elsewhere[0].inputs, commissions=earned["there"]))
    slip = compute(DEFAULT, replace(MOVED, commissions=earned["here"], elsewhere=(moved,)))
    whole = compute(DEFAULT, replace(BUSY, commissions=earned["here"] + earned["there"]))
    assert slip.amount("commission") == (whole.amount("commission") if pays == "whole" else D(pays))


def test_the_rest_of_a_filed_branch_counts_no_adjustment_and_no_leading_of_this_one() -> None:
    """What this branch owes for closed months or pays for leading is settled here."""
    plain = compute(DEFAULT, AFTER_FILING).amount("other_branch")
    leads, late = LEADER.leads, (Adjustment(date(2026, 8, 1), D(7)),)
    assert compute(DEFAULT, replace(AFTER_FILING, leads=leads, adjustments=late)).amount("other_branch") == plain
    filed, *others = AFTER_FILING.elsewhere
    there = replace(filed, inputs=replace(filed.inputs, adjustments=late))
    assert compute(DEFAULT, replace(AFTER_FILING, elsewhere=(there, *others))).amount("other_branch") == plain


@pytest.mark.parametrize(("before_coefficients", "commission"), [(False, "2292.60"), (True, "3639.04")])
def test_a_leader_s_team_counts_as_coefficients_left_it_and_in_the_first_edition_before_them(
    before_coefficients: bool, commission: str
) -> None:
    """3,639.04 with 0.7 for the appraisal and 0.9 for two complaints."""
    of = commission_of(DEFAULT, replace(BUSY, leads=LEADER.leads), before_coefficients=before_coefficients)
    assert of == (D("18556.17"), D(commission))


def test_a_leader_s_team_counts_by_default_after_the_coefficients() -> None:
    assert commission_of(DEFAULT, BUSY) == (D("18556.17"), D("2292.60"))
    assert commission_of(C1, BUSY, before_coefficients=True) == (D("19912.47"), D("2986.87"))
    assert commission_of(C2, NEGATIVE) == (D("-500.00"), D("0.00"))


# --- the appraisal -----------------------------------------------------------------------------------------------------
WEIGHTS = {"openings": D(30), "net_commission": D(20), "activity": D(50)}
KEPT = {"minimum": D("0.5"), "maximum": D("1.2")}


def appraised_to(completion: str) -> Assessment:
    return appraise([Measured("openings", D(completion), D(1))], WEIGHTS, **KEPT)


def written(assessment: Assessment) -> list[str]:
    return [line.strip() for line in steps(assessment.lines)]


@pytest.mark.clause("D16.a")
def test_an_appraisal_says_what_was_reached_of_what() -> None:
    """Openings 2 of 3 weigh 30, commission at its target 20; nobody kept the activity, complaints weigh nothing."""
    measured = [
        Measured("openings", D(2), D(3), unknown=1),
        Measured("activity", D(0), None, unknown=4),
        Measured("complaints", D(0), None, unknown=4),
        Measured("net_commission", D(5), D(5)),
        Measured("net_assets", D(5), D(5)),
    ]
    found = appraise(measured, WEIGHTS, **KEPT)
    unknown = "Not known, because nobody kept it in this month: its weight goes to the other measures in proportion."
    assert found.coefficient == D("0.8000")
    assert written(found) == [
        f"Completion [D16.a] | measure activity | “{unknown}”",
        "Completion [D16.a] | measure net_commission | achieved 5 | target 5 | weight 20 | met | counted 1.0000",
        "Completion [D16.a] | measure openings | achieved 2 | target 3 | weight 30 | weeks without logs 1 | not met"
        " | counted 0.6667",
        "Results appraisal [D16.a] | weighted completion 0.8000 | counted 0.8000",
    ]


@pytest.mark.clause("D16.a")
@pytest.mark.parametrize("target", [None, D(3)])
def test_an_appraisal_without_any_target_that_weighs_is_one(target: Decimal | None) -> None:
    found = appraise([Measured("other" if target else "openings", D(0), target)], WEIGHTS, **KEPT)
    note = "No target was set for the month: the coefficient is 1."
    assert found.coefficient == 1 and written(found) == [f"Results appraisal [D16.a] | “{note}” | counted 1"]


@pytest.mark.clause("D16.a")
@pytest.mark.parametrize(
    ("reached", "target", "coefficient"),
    [
        ("0", "0", "1"), ("-5", "0", "1"), ("0", "-1", "1"), ("0.6", "1", "0.6"), ("-5", "1", "0.5"),
        ("1.2", "1", "1.2"), ("1.21", "1", "1.2"), ("6666.5", "10000", "0.6667"), ("6664.5", "10000", "0.6665"),
    ],
)  # fmt: skip
def test_completion_is_half_up_and_a_target_of_nothing_is_met(reached: str, target: str, coefficient: str) -> None:
    found = appraise([Measured("openings", D(reached), D(target))], WEIGHTS, **KEPT)
    assert found.coefficient == D(coefficient)
    assert found.lines[0].met is (D(reached) >= D(target))
    if D("0.5") < found.coefficient < 1:
        assert found.lines[0].counted == found.coefficient == dict(found.lines[-1].inputs)["weighted completion"]


@pytest.mark.clause("D17.a")
def test_a_coefficient_by_hand_says_who_set_it_and_why() -> None:
    found = overridden(Assessment(D("0.7"), (Line("before"),)), D("0.95"), by="许静", reason="带教新人")
    assert found.coefficient == D("0.95")
    assert written(found) == [
        "before []",
        "Set by hand [D17.a] | appraised 0.7 | “Set by 许静: 带教新人” | rows entries | counted 0.95",
    ]


@pytest.mark.parametrize("label", ["Set by hand", "Called otherwise"])
@pytest.mark.parametrize("figure", ["counted", "result"])  # steps of earlier months kept it as what they bring
def test_a_kept_coefficient_by_hand_is_read_whatever_its_step_is_called(label: str, figure: str) -> None:
    found = inputs_as_data(
        Inputs("1", "J", assessment=overridden(appraised_to("0.7"), D("0.95"), by="许静", reason="新"))
    )
    step = found["assessment"]["lines"][-1]
    step |= {"label": label, figure: step.pop("counted")}
    read = {what: read for what, _kind, read in READ}["assessment coefficient set by hand"]
    assert read(found) == "0.95"
    assert read(inputs_as_data(Inputs("1", "J", assessment=appraised_to("0.7")))) == ""


# --- shares of accounts ------------------------------------------------------------------------------------------------
SHARES = {"developed": D(1), "maintained": D("0.5"), "serviced": D("0.5"), "introduced": D(0)}
OF_ANOTHER_HOUSE = SHARES | {"won": D(1), "third": D("0.3"), "fifth": D("0.2")}


@pytest.mark.parametrize(
    ("held", "found"),
    [
        ({"developed": 1}, {"developed": "1"}),
        ({"developed": 3}, {"developed": "0.333333"}),  # rounded down: never more than the whole
        ({"serviced": 1, "maintained": 1}, {"maintained": "0.5", "serviced": "0.5"}),
        ({"serviced": 2, "maintained": 1}, {"maintained": "0.5", "serviced": "0.25"}),
        ({"serviced": 6, "introduced": 1}, {"serviced": "0.166666", "introduced": "0"}),
        ({"developed": 1, "serviced": 2}, {"developed": "1", "serviced": "0"}),  # nothing is left
        ({"unknown": 1, "serviced": 1}, {"serviced": "0.5", "unknown": "0"}),
        ({"serviced": 1, "won": 1}, {"won": "1", "serviced": "0"}),  # the greater share first, not the first name
        ({"third": 2, "fifth": 3}, {"third": "0.3", "fifth": "0.133333"}),
    ],
)
def test_an_account_is_shared_out_by_relation(held: Mapping[str, int], found: dict[str, str]) -> None:
    assert {name: str(share) for name, share in shares_of_account(held, OF_ANOTHER_HOUSE).items()} == found


def test_accounts_held_alike_are_one_part_of_what_counts() -> None:
    one = AccountGroup(7, "serviced", (("serviced", 1),), 2, D(100), D(3), D(97))
    other = AccountGroup(7, "serviced", (("maintained", 1), ("serviced", 1)), 1, D(10), D(1), D(9))
    shared = AccountGroup(7, "serviced", (("developed", 1), ("serviced", 1)), 4, D(50), D(5), D(45))
    assert counted_by_person([one, other, shared], SHARES) == {
        7: (
            Counted("serviced", D(0), D(50), D(5), D(45), 4),
            Counted("serviced", D("0.5"), D(110), D(4), D(106), 3),
        )
    }


# --- new accounts ------------------------------------------------------------------------------------------------------
OCTOBER = Month(date(2026, 10, 1))
AT_END, WITHIN = Validity(D(5000), 2, True), Validity(D(5000), 2, True, within_days=60)


@pytest.mark.parametrize(
    ("assets", "trades", "valid"),
    [("5000", 2, True), ("4999.99", 2, False), ("5000", 1, False), (None, 2, False), ("5000", None, False)],
)
def test_a_new_account_is_valid_exactly_at_its_marks(assets: str | None, trades: int | None, valid: bool) -> None:
    assert AT_END.meets(None if assets is None else D(assets), trades) is valid


@pytest.mark.parametrize("rule", [Validity(D(0), 0, True), Validity(D(5000), 1, False)])
def test_nothing_known_counts_as_nothing(rule: Validity) -> None:
    assert rule.meets(None, None) is (rule.min_assets == 0)


@pytest.mark.parametrize(
    ("rule", "open_assets", "at_end", "shown"),
    [
        (AT_END, "700", None, ("700", 0)),  # the month's figures have not come: what it was opened with
        (AT_END, "700", (None, None), ("700", 0)),
        (AT_END, "700", ("0", 3), ("0", 3)),
        (AT_END, None, None, ("0", 0)),
        (WITHIN, "700", ("900", None), ("900", 0)),
        (WITHIN, "700", ("200", 3), ("700", 3)),
        (WITHIN, None, (None, None), ("0", 0)),
    ],
)
def test_an_account_is_judged_by_what_is_known_of_it(
    rule: Validity, open_assets: str | None, at_end: tuple[Any, Any] | None, shown: tuple[str, int]
) -> None:
    known = [AccountAtMonthEnd(OCTOBER.last, None if at_end[0] is None else D(at_end[0]), at_end[1])] if at_end else []
    account = OpenedAccount(OCTOBER.first, None if open_assets is None else D(open_assets), known)
    assert rule.shown_by(account, OCTOBER.last) == (D(shown[0]), shown[1])


@pytest.mark.parametrize(("opened", "counts_in"), [(0, 10), (-1, 10), (1, 11)])
def test_an_account_opened_on_the_last_day_counts_in_that_month(opened: int, counts_in: int) -> None:
    account = OpenedAccount(OCTOBER.last + timedelta(days=opened), D(9000))
    months = [Month(date(2026, n, 1)) for n in (9, 10, 11, 12)]
    rule = Validity(D(5000), 0, True, within_days=60)
    assert [month.first.month for month in months if rule.becomes_valid_in(account, month)] == [counts_in]


def test_probation_is_not_confirmed_by_what_nobody_measured() -> None:
    assert not is_confirmed({}, {"revenue": D("0.01")})
    assert is_confirmed({}, {"revenue": D(0)})
