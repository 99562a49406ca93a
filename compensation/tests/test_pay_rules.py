"""Properties of the pay rules, and the plan as data."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compensation.rules import (
    Assessment,
    Counted,
    Inputs,
    Plan,
    PlanUnreadable,
    compute,
    lint,
    plan_as_data,
    plan_from_data,
)
from compensation.rules.appraisal import Measured, appraise, overridden
from compensation.rules.bands import Band, banded, slices_of
from compensation.rules.facts import AccountGroup, Leadership, counted_by_person
from compensation.tests.schemes import C1, DEFAULT, DEFAULT_DATA, SCHEMES
from core.explain import adds_up

D = Decimal
money = st.decimals(min_value=0, max_value=10_000_000, places=2)
rates = st.decimals(min_value=0, max_value=1, places=4)


@st.composite
def bands(draw) -> list[Band]:
    thresholds = sorted(draw(st.sets(st.integers(1, 100_000), max_size=5)))
    return [Band(D(low), draw(rates)) for low in [0, *thresholds]]


@given(base=money, bands=bands())
@pytest.mark.clause("D15.b")
def test_bands_cut_a_base_without_gap_or_overlap(base, bands) -> None:
    assert sum((cut.part for cut in slices_of(base, bands)), D(0)) == base


@given(base=money, bands=bands())
def test_bands_have_no_cliff(base, bands) -> None:
    """A cent more of base never pays less, and never more than that cent."""
    step = banded(base + D("0.01"), bands) - banded(base, bands)
    assert D(0) <= step <= D("0.01")


inputs = st.builds(
    Inputs,
    employee_no=st.just("1001"),
    grade=st.sampled_from(["T", "J", "I", "S", "P", ""]),
    commissions=st.lists(
        st.builds(
            Counted,
            relation=st.sampled_from(["developed", "serviced", "maintained"]),
            share=st.sampled_from([D(1), D("0.5"), D("0.333333")]),
            gross=st.decimals(min_value=-5_000, max_value=200_000, places=2),
            pass_through=st.decimals(min_value=0, max_value=500, places=2),
        ),
        max_size=4,
    ).map(tuple),
    valid_openings=st.integers(0, 40).map(D),
    new_assets=st.decimals(min_value=-1_000_000, max_value=9_000_000, places=2),
    client_cost=st.decimals(min_value=0, max_value=3_000, places=2),
    complaints=st.integers(0, 9),
    assessment=st.builds(Assessment, coefficient=st.decimals(min_value=0, max_value=2, places=4)),
    social_insurance=st.decimals(min_value=0, max_value=900, places=2),
)


@given(inputs=inputs, code=st.sampled_from(sorted(SCHEMES)))
@settings(max_examples=300)
@pytest.mark.clause("D15.b")
def test_lines_are_whole_cents_and_sum_to_the_total(inputs, code) -> None:
    slip = compute(SCHEMES[code], inputs)
    assert slip.total == sum((line.amount for line in slip.lines), D(0))
    assert all(line.amount == line.amount.quantize(D("0.01")) for line in slip.lines)


@given(inputs=inputs, code=st.sampled_from(sorted(SCHEMES)), random=st.randoms(use_true_random=False))
def test_any_order_of_rows_gives_the_same_bytes(inputs, code, random) -> None:
    from dataclasses import replace

    shuffled = list(inputs.commissions)
    random.shuffle(shuffled)
    plan = SCHEMES[code]
    assert compute(plan, inputs).digest == compute(plan, replace(inputs, commissions=tuple(shuffled))).digest


@given(inputs=inputs)
def test_six_complaints_leave_nothing_variable(inputs) -> None:
    from dataclasses import replace

    slip = compute(DEFAULT, replace(inputs, complaints=6))
    assert slip.total == slip.amount("base_pay", "social_insurance")


Row = tuple[str, str, int]  # an account, the relation, the person who has it by that relation


def counted(rows: list[Row], shares: dict[str, Decimal]) -> dict[int, list[Counted]]:
    """What of these accounts, each of 100 gross, counts for whom."""
    groups = []
    for account, relation, person in rows:
        held = Counter(of for one, of, _ in rows if one == account)
        groups.append(AccountGroup(person, relation, tuple(sorted(held.items())), 1, D(100), D(1), D(99)))
    return {person: list(parts) for person, parts in counted_by_person(groups, shares).items()}


@given(
    rows=st.lists(
        st.tuples(
            st.just("A"), st.sampled_from(["developed", "serviced", "maintained", "introduced"]), st.integers(1, 4)
        ),
        max_size=12,
    )
)
def test_the_shares_of_one_account_never_exceed_the_whole(rows) -> None:
    parts = counted(rows, dict(DEFAULT.component("relation_shares").shares))
    assert sum((p.share * p.accounts for of_one in parts.values() for p in of_one), D(0)) <= 1
    assert sum((p.gross for of_one in parts.values() for p in of_one), D(0)) == 100 * len(rows)


def test_who_developed_an_account_comes_before_those_who_only_service_it() -> None:
    shares = {"developed": D(1), "serviced": D("0.5")}
    parts = counted(
        [
            ("A", "serviced", 2), ("A", "developed", 1),
            ("B", "serviced", 2),
            ("C", "developed", 3), ("C", "developed", 4),
        ],
        shares,
    )  # fmt: skip
    assert [(p.share, p.gross) for p in parts[1]] == [(D(1), D(100))]
    assert [(p.share, p.gross) for p in parts[2]] == [(D(0), D(100)), (D("0.5"), D(100))]
    assert parts[3][0].share == parts[4][0].share == D("0.5")


# --- the plan as data --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", sorted(SCHEMES))
def test_a_plan_survives_being_written_down(code: str) -> None:
    plan = SCHEMES[code]
    assert plan_from_data(code, plan_as_data(plan)) == plan


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([{"kind": "lottery"}], "lottery"),
        ([{"kind": "asset_bonus", "rate": 0.0002}], "asset_bonus.rate"),
        ([{"kind": "asset_bonus", "rate": "NaN"}], "asset_bonus.rate"),
        ([{"kind": "asset_bonus"}], "asset_bonus"),
        ([{"kind": "asset_bonus", "rate": "0.1", "formula": "x"}], "formula"),
        ([{"kind": "banded_rate", "bands": [["5", "0.1"]]}], "banded_rate.bands"),
        ([{"kind": "banded_rate", "bands": [["0", "0.1"], ["0", "0.2"]]}], "banded_rate.bands"),
        ([{"kind": "compliance", "steps": []}], "compliance.steps"),
        ([{"kind": "assessment", "on": ["__class__"]}], "assessment.on"),
        ({"kind": "base_pay"}, "list"),
    ],
)
def test_a_plan_that_says_nonsense_is_refused_by_component_and_field(data, said) -> None:
    with pytest.raises(PlanUnreadable, match=said):
        plan_from_data("X", data)


@pytest.mark.clause("D2")
def test_a_plan_that_pays_by_counts_alone_or_knows_no_complaints_is_refused() -> None:
    assert lint(DEFAULT) == [] and lint(C1) == []
    assert {f.code for f in lint(SCHEMES["C5"])} == {"compliance_missing", "only_counts"}
    without = [part for part in DEFAULT_DATA if part["kind"] != "compliance"]
    assert [f.code for f in lint(plan_from_data("X", without))] == ["compliance_missing"]
    counts = [part for part in DEFAULT_DATA if part["kind"] in {"banded_rate", "account_bonus", "asset_bonus"}]
    assert "only_counts" in {f.code for f in lint(plan_from_data("X", counts))}


def test_a_plan_that_counts_more_than_the_whole_of_an_account_is_refused() -> None:
    more = [
        part | ({"shares": {"developed": "1.2"}} if part["kind"] == "relation_shares" else {}) for part in DEFAULT_DATA
    ]
    assert [f.code for f in lint(plan_from_data("X", more))] == ["share_above_whole"]


# --- the appraisal -----------------------------------------------------------------------------------------------------
WEIGHTS = {"openings": D(30), "net_commission": D(20), "activity": D(50)}


def appraised(**reached: tuple[str, str | None]) -> Assessment:
    measured = [
        Measured(name, D(done), None if target is None else D(target)) for name, (done, target) in reached.items()
    ]
    return appraise(measured, WEIGHTS, minimum=D("0.5"), maximum=D("1.2"))


@pytest.mark.clause("D16.a", "D17.a")
def test_the_appraisal_weighs_completion_of_what_has_a_target() -> None:
    assert appraised(openings=("10", "10"), net_commission=("5", "5"), activity=("1", "1")).coefficient == 1
    assert appraised(openings=("5", "10"), net_commission=("5", "5"), activity=("9", None)).coefficient == D("0.7")
    assert appraised(openings=("0", "10")).coefficient == D("0.5")
    assert appraised(openings=("99", "10")).coefficient == D("1.2")
    assert appraised(openings=("99", "10"), net_commission=("0", "5")).coefficient == D("0.72")
    assert appraised(openings=("3", None)).coefficient == 1


@pytest.mark.clause("D17.a")
def test_a_coefficient_set_by_hand_keeps_the_appraisal_and_names_the_reason() -> None:
    by_hand = overridden(appraised(openings=("5", "10")), D("0.9"), by="许静", reason="带教新人")
    assert by_hand.coefficient == D("0.9")
    assert by_hand.lines[0].label == "Completion" and dict(by_hand.lines[-1].values)["reason"] == "带教新人"


@pytest.mark.clause("D15.b")
@pytest.mark.parametrize("plan", SCHEMES.values(), ids=SCHEMES.keys())
def test_what_explains_an_amount_adds_up_to_it(plan: Plan) -> None:
    """Half a share of odd cents, and openings: what is counted and what it brings are two columns."""
    inputs = Inputs(
        "1", "J", commissions=(Counted("developed", D(1), D("20000.01"), D("3.33")), Counted("serviced", D("0.5"), D("33.33"))),
        openings=D(3), valid_openings=D(2), new_assets=D(70000), complaints=1, client_cost=D("12.34"),
        leads=(Leadership("area_manager", "东区", 1, 1, 3, D("100.01"), D("30.30")),),
    )  # fmt: skip
    for line in compute(plan, inputs).lines:
        assert adds_up(line.explained), line.component
        sums = [step.result for step in line.explained if step.result is not None]
        assert not sums or sums[-1] == line.amount, line.component
