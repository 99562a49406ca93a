"""Which verb is whose, when, and what becomes of the assignment: the whole life of a request in one table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from approvals.rules.names import Ending, RequestState


class Verb(StrEnum):
    SUBMIT = "submit"
    AGREE = "agree"
    REFUSE = "refuse"
    GIVE_BACK = "give_back"  # to the author, or one stage back
    WITHDRAW = "withdraw"
    RECALL = "recall"
    TRANSFER = "transfer"
    ADD = "add"
    REMOVE = "remove"
    ASK = "ask"
    ANSWER = "answer"
    REMIND = "remind"
    ESCALATE = "escalate"


class By(StrEnum):
    """Whose verb it is."""

    AUTHOR = "author"
    ASKED = "asked"  # whose turn it is
    SPOKEN = "spoken"  # who decided
    ADDER = "adder"
    READER = "reader"  # whoever sees the request
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Transition:
    """`ends`: how the assignment it is done with ends. `fixed`: also where signers must be people in given posts."""

    by: By
    states: frozenset[RequestState] = frozenset({RequestState.OPEN})
    ends: Ending | None = None
    says_why: bool = False
    fixed: bool = True


TRANSITIONS: dict[Verb, Transition] = {
    Verb.SUBMIT: Transition(By.AUTHOR, frozenset({RequestState.WITH_AUTHOR})),
    Verb.AGREE: Transition(By.ASKED, ends=Ending.AGREED),
    Verb.REFUSE: Transition(By.ASKED, ends=Ending.REFUSED, says_why=True),
    Verb.GIVE_BACK: Transition(By.ASKED, ends=Ending.RETURNED, says_why=True),
    Verb.WITHDRAW: Transition(
        By.AUTHOR, frozenset({RequestState.OPEN, RequestState.WITH_AUTHOR}), ends=Ending.WITHDRAWN, fixed=False
    ),
    Verb.RECALL: Transition(By.SPOKEN, ends=Ending.WITHDRAWN, fixed=False),
    Verb.TRANSFER: Transition(By.ASKED, ends=Ending.TRANSFERRED, fixed=False),
    Verb.ADD: Transition(By.ASKED, fixed=False),
    Verb.REMOVE: Transition(By.ADDER, ends=Ending.NOT_NEEDED, fixed=False),
    Verb.ASK: Transition(By.ASKED, says_why=True),
    Verb.ANSWER: Transition(By.AUTHOR, says_why=True),
    Verb.REMIND: Transition(By.READER),
    Verb.ESCALATE: Transition(By.CLOCK, ends=Ending.ESCALATED, fixed=False),
}


def is_open_to(verb: Verb, state: RequestState, *, fixed: bool, without: Collection[str] = ()) -> bool:
    """Whether the verb exists for a request in that state, on such a route, whoever asks."""
    row = TRANSITIONS[verb]
    return state in row.states and (row.fixed or not fixed) and verb not in without
