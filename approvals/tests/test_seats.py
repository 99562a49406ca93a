"""Arithmetic of votes and turns, without a database."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.rules.names import FINISHED, Ending, Quorum, RequestState, Verdict
from approvals.rules.seats import Task, asked, verdict
from approvals.rules.verbs import Verb, is_open_to

OPEN, YES, REMARKED, NO = Ending.OPEN, Ending.AGREED, Ending.REMARKED, Ending.REFUSED
WORDS = {"y": YES, "r": REMARKED, "n": NO, ".": OPEN, "x": Ending.NOT_NEEDED, "w": Ending.WITHDRAWN}


def tasks(votes: str) -> list[Task]:
    """`"y.n"`: three seats; `"y. n"` too, for seats of several are written `"(y.)n"`."""
    found: list[Task] = []
    seat, place, inside = 0, 0, False
    for letter in votes:
        if letter in "()":
            inside = letter == "("
            seat, place = (seat, 0) if inside else (seat + 1, 0)
            continue
        found.append(Task(len(found) + 1, seat, place, WORDS[letter]))
        seat, place = (seat, place + 1) if inside else (seat + 1, 0)
    return found


@pytest.mark.clause("D4.c")
@pytest.mark.parametrize(
    "how, share, votes, came_to",
    [
        (Quorum.ONE, 1, ".", ""), (Quorum.ONE, 1, "y", "agreed"), (Quorum.ONE, 1, "n", "refused"), (Quorum.ONE, 1, "", ""),
        (Quorum.ANY, 1, "..", ""), (Quorum.ANY, 1, "y.", "agreed"), (Quorum.ANY, 1, ".n", "refused"), (Quorum.ANY, 1, ".r", "agreed"),
        (Quorum.ALL, 1, "yy.", ""), (Quorum.ALL, 1, "yyr", "agreed"), (Quorum.ALL, 1, "y.n", "refused"), (Quorum.ALL, 1, "xy", "agreed"),
        (Quorum.ALL, 1, "x", ""), (Quorum.ALL, 1, "", ""),
        (Quorum.IN_ORDER, 1, "y.", ""), (Quorum.IN_ORDER, 1, "yy", "agreed"), (Quorum.IN_ORDER, 1, "n.", "refused"),
        # ceil(2/3 × 3) = 2 of three, ceil(2/3 × 4) = 3 of four: decided as soon as arithmetic decides, both ways
        (Quorum.SHARE, "2/3", "y..", ""), (Quorum.SHARE, "2/3", "yy.", "agreed"), (Quorum.SHARE, "2/3", "n..", ""),
        (Quorum.SHARE, "2/3", "nn.", "refused"), (Quorum.SHARE, "2/3", "yn.", ""), (Quorum.SHARE, "2/3", "yy..", ""),
        (Quorum.SHARE, "2/3", "yyy.", "agreed"), (Quorum.SHARE, "2/3", "nn..", "refused"), (Quorum.SHARE, "1/2", "yn", "agreed"),
        (Quorum.SHARE, "1/2", "", ""), (Quorum.SHARE, "1/2", "nn.", "refused"),
        # a chain says yes when all of it has, no at its first no
        (Quorum.ALL, 1, "(y.)", ""), (Quorum.ALL, 1, "(yy)y", "agreed"), (Quorum.ALL, 1, "(n.)y", "refused"), (Quorum.ALL, 1, "(wy)", "agreed"),
        (Quorum.SHARE, "1/2", "(y.)y", "agreed"), (Quorum.SHARE, "1/2", "(n.).", ""), (Quorum.ANY, 1, "(.n).", "refused"),
    ],
)  # fmt: skip
def test_a_round_comes_to_what_arithmetic_says(how: Quorum, share: str | int, votes: str, came_to: str) -> None:
    assert verdict(how, tasks(votes), Fraction(share)) == came_to


@pytest.mark.parametrize(
    "how, votes, turns",
    [
        (Quorum.ALL, "...", {1, 2, 3}), (Quorum.ALL, "y..", {2, 3}), (Quorum.IN_ORDER, "...", {1}), (Quorum.IN_ORDER, "y..", {2}),
        (Quorum.ALL, "(..).", {1, 3}), (Quorum.ALL, "(y.).", {2, 3}), (Quorum.ALL, "(n.).", {3}), (Quorum.ALL, "(x.)", {2}),
        (Quorum.IN_ORDER, "(y.).", {2}), (Quorum.ANY, "", set()), (Quorum.IN_ORDER, "w.", {2}),
    ],
)  # fmt: skip
def test_whose_turn_it_is(how: Quorum, votes: str, turns: set[int]) -> None:
    assert asked(how, tasks(votes)) == turns


def test_places_count_and_not_the_order_of_rows() -> None:
    assert asked(Quorum.ALL, [Task(1, 0, 1), Task(2, 0, 0)]) == {2}
    assert asked(Quorum.IN_ORDER, [Task(1, 1, 0), Task(2, 0, 0)]) == {2}


@given(st.text("yn.", max_size=7), st.fractions(Fraction(1, 9), 1))
def test_what_is_decided_no_later_vote_changes(votes: str, share: Fraction) -> None:
    came_to = verdict(Quorum.SHARE, tasks(votes), share)
    if came_to != Verdict.OPEN:
        assert {verdict(Quorum.SHARE, tasks(votes.replace(".", last)), share) for last in "yn"} == {came_to}
    else:
        assert {verdict(Quorum.SHARE, tasks(votes.replace(".", last)), share) for last in "yn"} != {
            Verdict.OPEN
        } or not votes


def test_which_verb_is_there_in_which_state() -> None:
    """The table of verbs, read once by somebody: open, with the author; on routes of given posts fewer."""

    def there(state: RequestState, *, fixed: bool) -> set[Verb]:
        return {verb for verb in Verb if is_open_to(verb, state, fixed=fixed)}

    everywhere = {Verb.AGREE, Verb.REFUSE, Verb.GIVE_BACK, Verb.ASK, Verb.ANSWER, Verb.REMIND}
    not_fixed = {Verb.WITHDRAW, Verb.RECALL, Verb.TRANSFER, Verb.ADD, Verb.REMOVE, Verb.ESCALATE}
    assert there(RequestState.OPEN, fixed=False) == everywhere | not_fixed
    assert there(RequestState.OPEN, fixed=True) == everywhere
    assert there(RequestState.WITH_AUTHOR, fixed=False) == {Verb.SUBMIT, Verb.WITHDRAW}
    assert there(RequestState.WITH_AUTHOR, fixed=True) == {Verb.SUBMIT}
    assert not is_open_to(Verb.REFUSE, RequestState.OPEN, fixed=True, without=("refuse",))
    assert not any(there(state, fixed=fixed) for state in FINISHED for fixed in (True, False))
