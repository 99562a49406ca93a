from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.rules import Calendar
from core.explain import Line, RuleValue
from core.periods import Day, Month, Period, Week
from crm.rules import ranked
from supervision.rules import (
    LEAVE,
    TAKE,
    AtZero,
    AtZeroForDays,
    Cut,
    Last,
    LastShare,
    Reason,
    Selection,
    Timing,
    are_all_at_zero,
    laggards,
)

HALF = RuleValue("supervision.at_most_half", True)
LAST_FIVE = Selection("S7.1", RuleValue("supervision.company_last", 5), at_most_half=HALF)
LAST_THIRD = Selection("S8.1", RuleValue("supervision.regional_share", Decimal("0.30")), True, HALF)
ZERO_ONLY = Selection("S10.2")


def openings(*counts: object) -> dict[str, Decimal]:
    """Branches A, B, C … with so many openings."""
    return {chr(ord("A") + place): Decimal(str(count)) for place, count in enumerate(counts)}


def listed(selection: Selection, *counts: object) -> dict[str, str]:
    """Who is on the list and why, as `zero;bottom`."""
    return {row.key: ";".join(row.reasons) for row in laggards(ranked(openings(*counts)), selection)}


@pytest.mark.clause("S7.1")
@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param(
            (9, 8, 7, 6, 5, 4, 3, 2, 1, 10), dict.fromkeys("EFGHI", "bottom"), id="ten branches: the last five"
        ),
        pytest.param((9, 8, 7, 6, 5), {"D": "bottom", "E": "bottom"}, id="five branches: no more than half of them"),
        pytest.param((9, 8, 7), {"C": "bottom"}, id="three branches: half of them, rounded down"),
        pytest.param((9, 8), {"B": "bottom"}, id="two branches: one"),
        pytest.param((9,), {}, id="one branch is its own best"),
        pytest.param((0,), {"A": "zero"}, id="one branch with nothing is listed"),
        pytest.param(
            (9, 8, 7, 5, 3, 3, 2), dict.fromkeys("EFG", "bottom"), id="who ties with the last one taken is taken too"
        ),
        pytest.param((9, 8, 3, 3, 3), {}, id="equals who would carry the list past half are left out"),
        pytest.param((3, 2, 2, 2, 2), {}, id="four of five are never the last"),
        pytest.param((9, 8, 3, 3, 1), {"E": "bottom"}, id="who is below the equals left out stays listed"),
        pytest.param((9, 9, 9, 2), {"D": "bottom"}, id="who ties with the best is not"),
        pytest.param((4, 4, 4, 4), {}, id="all equal and above zero: nobody lags"),
        pytest.param((9, 0, 0, 0), dict.fromkeys("BCD", "zero"), id="zero is listed however many places are taken"),
        pytest.param((9, 8, 1, 0), {"C": "bottom", "D": "zero;bottom"}, id="zero counts among the last"),
        pytest.param((0, 0, 0), dict.fromkeys("ABC", "zero"), id="all at zero: all, and none of them among the last"),
        pytest.param((), {}, id="nobody ranked"),
        pytest.param(("0.5", 1, 2, 3), {"A": "bottom", "B": "bottom"}, id="half an opening is not nothing"),
    ],
)
def test_lists_zero_and_the_last_five(counts, expected):
    assert listed(LAST_FIVE, *counts) == expected


@pytest.mark.clause("S8.1")
@pytest.mark.parametrize(
    ("teams", "places"), [(1, 1), (2, 1), (3, 1), (4, 2), (6, 2), (7, 3), (10, 3), (11, 4), (20, 6), (21, 7)]
)
def test_takes_thirty_per_cent_of_the_teams_rounded_up(teams, places):
    assert LAST_THIRD.places(teams) == places


@pytest.mark.clause("S8.1")
def test_lists_the_last_third_of_the_teams():
    assert listed(LAST_THIRD, 7, 6, 5, 4, 3, 2, 1) == {"E": "bottom", "F": "bottom", "G": "bottom"}


def test_takes_all_places_where_the_half_is_no_limit():
    no_limit = Selection("S7.1", LAST_FIVE.bottom, at_most_half=RuleValue("supervision.at_most_half", False))
    assert listed(no_limit, 9, 8, 7) == {"B": "bottom", "C": "bottom"}


@pytest.mark.clause("S10.2")
def test_lists_members_at_zero_only():
    assert listed(ZERO_ONLY, 3, 0, 1, 0) == {"B": "zero", "D": "zero"}


def test_says_why_and_of_how_many():
    last = laggards(ranked(openings(9, 8, 1, 0)), LAST_FIVE)[-1]
    shown = {line.label: (line.counted, dict(line.inputs)) for line in last.lines}
    assert (last.rank, last.of) == (4, 4)
    assert shown["Rank"] == (4, {"of how many": 4})
    assert shown["Among the last of the ranking"][1] == {
        "places taken from the end": 2,
        "openings of the last one taken": Decimal(1),
    }
    assert last.lines[-1].rule == LAST_FIVE.bottom


@pytest.mark.clause("S7.1")
@pytest.mark.parametrize(("counts", "expected"), [((0, 0), True), ((0,), False), ((0, 1), False), ((), False)])
def test_knows_when_all_are_at_zero(counts, expected):
    assert are_all_at_zero(ranked(openings(*counts))) is expected


counts = st.dictionaries(
    st.integers(1, 60), st.decimals(0, 20, places=2).map(lambda value: value.quantize(Decimal("0.5"))), max_size=40
)
selections = st.sampled_from([LAST_FIVE, LAST_THIRD, ZERO_ONLY])


@given(counts, selections, st.randoms())
def test_is_the_same_in_any_order_of_rows(values, selection, chance):
    shuffled = list(values.items())
    chance.shuffle(shuffled)
    assert laggards(ranked(dict(shuffled)), selection) == laggards(ranked(values), selection)


@given(counts, selections)
def test_whoever_is_listed_has_everybody_worse_listed_too(values, selection):
    found = {row.key for row in laggards(ranked(values), selection)}
    for key in found:
        assert {other for other, value in values.items() if value <= values[key]} <= found


@given(counts, selections)
def test_zero_is_always_listed_and_the_best_never_for_being_last(values, selection):
    found = {row.key: row.reasons for row in laggards(ranked(values), selection)}
    best = max(values.values(), default=None)
    assert {key for key, reasons in found.items() if Reason.ZERO in reasons} == {k for k, v in values.items() if v == 0}
    assert not [key for key, reasons in found.items() if Reason.BOTTOM in reasons and values[key] == best]


def test_equals_share_their_places_and_say_by_which_rule_they_are_listed():
    last_three = Selection("S8.1", RuleValue("n", 3), at_most_half=HALF)
    rows = laggards(ranked(openings(9, 8, 7, 6, 5, 2, 2, 2, 1, 0)), last_three)
    assert [(row.key, row.rank, row.tied, row.by_tie) for row in rows] == [
        ("F", 6, 3, True),
        ("G", 6, 3, True),
        ("H", 6, 3, True),
        ("I", 9, 1, False),
        ("J", 10, 1, False),
    ]


def test_a_house_may_take_equals_past_half_all_the_same():
    taking = replace(LAST_FIVE, tie_past_half=RuleValue("supervision.tie_past_half", TAKE))
    assert listed(taking, 9, 8, 3, 3, 3) == dict.fromkeys("CDE", "bottom")


@given(counts, st.sampled_from([LAST_FIVE, LAST_THIRD]))
def test_the_last_are_never_more_than_half_of_those_ranked(values, selection):
    last = [row for row in laggards(ranked(values), selection) if Reason.BOTTOM in row.reasons]
    assert len(last) * 2 <= max(len(values), 1)


@given(counts, selections)
def test_equals_are_listed_together_or_not_at_all(values, selection):
    found = {row.key: row for row in laggards(ranked(values), selection)}
    for row in found.values():
        assert {key for key, value in values.items() if value == row.value} <= found.keys()
        assert row.tied == sum(value == row.value for value in values.values())


@given(counts.filter(bool), selections, st.data())
def test_opening_more_never_puts_anybody_on_the_list(values, selection, data):
    key = data.draw(st.sampled_from(sorted(values)))
    before = {row.key for row in laggards(ranked(values), selection)}
    after = {row.key for row in laggards(ranked({**values, key: values[key] + 1}), selection)}
    assert not (key in after and key not in before)


@given(counts, st.integers(1, 30))
def test_more_places_never_list_fewer(values, places):
    fewer = Selection("S7.1", RuleValue("n", places), at_most_half=HALF)
    more = Selection("S7.1", RuleValue("n", places + 1), at_most_half=HALF)
    assert {row.key for row in laggards(ranked(values), fewer)} <= {row.key for row in laggards(ranked(values), more)}


SAME_DAY = Timing(same_day=True, day_at=time(18), late_after=time(10), week_at=time(9))
NEXT_DAY = Timing(same_day=False, day_at=time(8, 30), late_after=time(10), week_at=time(9))


@pytest.mark.clause("S7.1", "S7.2")
def test_knows_when_a_day_and_a_week_are_due():
    friday, week, monday = Day(date(2026, 11, 20)), Week(date(2026, 11, 20)), date(2026, 11, 23)
    assert SAME_DAY.due(friday, monday) == (date(2026, 11, 20), time(18))
    assert NEXT_DAY.due(friday, monday) == (monday, time(8, 30))
    assert SAME_DAY.late(friday, monday) == (monday, time(10))
    assert SAME_DAY.due(week, monday) == (monday, time(9))
    assert SAME_DAY.late(week, monday) == (date(2026, 11, 24), time.min)
    month, first = Month(date(2026, 11, 1)), date(2026, 12, 1)
    assert NEXT_DAY.due(month, first) == (first, time(9))


WEEK = Week(date(2026, 11, 20))
KNOWN = Calendar(Period.between(date(2026, 11, 12), date(2026, 11, 22)), {})
YES, NO, FIVE = RuleValue("half", True), RuleValue("ties", LEAVE), RuleValue("n", 5)


@pytest.mark.clause("S7.1", "S8.1", "S10.2")
def test_a_way_of_taking_says_where_the_list_ends():
    assert AtZero().selection("c", FIVE, YES, NO) == Selection("c")
    assert AtZeroForDays().selection("c", FIVE, YES, NO) == Selection("c")
    assert Last().selection("c", FIVE, YES, NO) == Selection("c", FIVE, False, YES, NO)
    assert LastShare().selection("c", FIVE, YES, NO) == Selection("c", FIVE, True, YES, NO)


@pytest.mark.clause("S7.1", "S10.2")
def test_only_where_the_last_are_listed_one_digest_may_stand_for_all():
    none = ranked(openings(0, 0))
    assert [way.is_one_digest(none) for way in (Last(), LastShare(), AtZero(), AtZeroForDays())] == [True, True, False, False]  # fmt: skip


@pytest.mark.clause("S10.1")
@pytest.mark.parametrize(
    ("value", "days"),
    [
        pytest.param(RuleValue("n", 3), [18, 19, 20], id="back from the last day"),
        pytest.param(RuleValue("n", 6), [13, 16, 17, 18, 19, 20], id="over the week-end"),
        pytest.param(RuleValue("n", 7), [12, 13, 16, 17, 18, 19, 20], id="to the first known day"),
        pytest.param(RuleValue("n", 99), [12, 13, 16, 17, 18, 19, 20], id="no further than the calendar is known"),
        pytest.param(None, [20], id="one where nothing is set"),
    ],
)
def test_looks_back_over_trading_days(value, days):
    way, friday = AtZeroForDays(), Day(date(2026, 11, 20))
    window = way.window(friday, KNOWN, value)
    assert [day.day for day in window] == days
    span = way.span(friday, window)
    assert (span.first, span.last, way.there_since(span)) == (window[0], friday.last, window[0])
    (line,) = way.context("S10.1", window, value)
    assert (line.result, line.clause, line.rule) == (len(days), "S10.1", value)
    assert [day for _label, day in line.inputs] == [window[0], window[-1]]


def test_any_other_way_looks_at_the_period_alone():
    way = AtZero()
    window = way.window(WEEK, KNOWN, None)
    assert [day.day for day in window] == [16, 17, 18, 19, 20]
    assert (way.span(WEEK, window), way.there_since(WEEK), way.context("c", window, None)) == (WEEK, None, ())


def test_the_explanation_of_equals_and_of_zero_is_told_in_full():
    last_three = Selection("S8.1", RuleValue("n", 3), at_most_half=HALF)
    ranking = ranked(openings(9, 8, 7, 6, 5, 2, 2, 2, 1, 0))
    equal, *_others, zero = laggards(ranking, last_three, context=(Line("before"),))

    def said(row) -> list[tuple[object, ...]]:
        return [(line.label, line.counted, line.clause, dict(line.inputs)) for line in row.lines]

    last = {"places taken from the end": 3, "openings of the last one taken": 2}
    assert said(equal) == [
        ("before", None, "", {}),
        ("Accounts opened", 2, "S8.1", {}),
        ("Rank", 6, "", {"of how many": 10, "equal, to place": 8}),
        ("Among the last of the ranking", None, "S8.1", last),
    ]
    assert said(zero) == [
        ("before", None, "", {}),
        ("Accounts opened", 0, "S8.1", {}),
        ("Rank", 10, "", {"of how many": 10}),
        ("Nothing opened", None, "S8.1", {}),
        ("Among the last of the ranking", None, "S8.1", last),
    ]


def test_a_cut_names_the_equals_it_spares():
    assert LAST_FIVE.cut(map(Decimal, (9, 8, 3, 3, 1))) == Cut(2, Decimal(1), 2, Decimal(3))
    assert LAST_FIVE.cut(()) == Cut(0, None)
