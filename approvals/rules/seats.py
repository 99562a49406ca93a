"""Who is asked now in a round, and when arithmetic has decided it (D4.c; rules 1, 2 and 5 of the engine).

A round has seats, one a vote. A seat is a chain of assignments, usually of one: a signer added before or after lengthens
the chain, one added beside takes a seat of her own. A chain says yes when all of it has, and no at its first no.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from approvals.rules.names import DECIDED, YES, Ending, Quorum, Verdict


@dataclass(frozen=True, slots=True)
class Task:
    """An assignment, as far as votes care. Seats and places count upwards; gaps do not matter."""

    key: int
    seat: int
    place: int
    outcome: Ending = Ending.OPEN

    @property
    def counts(self) -> bool:
        """Open or decided; moved on, withdrawn or not needed it is nobody's vote."""
        return self.outcome == Ending.OPEN or self.outcome in DECIDED


def _chains(tasks: Iterable[Task]) -> dict[int, list[Task]]:
    chains: dict[int, list[Task]] = defaultdict(list)
    for task in sorted(tasks, key=lambda task: (task.seat, task.place, task.key)):
        if task.counts:
            chains[task.seat].append(task)
    return chains


def _vote(chain: Iterable[Task]) -> Verdict:
    outcomes = {task.outcome for task in chain}
    if Ending.REFUSED in outcomes:
        return Verdict.REFUSED
    return Verdict.AGREED if outcomes <= YES else Verdict.OPEN


def verdict(how: Quorum, tasks: Iterable[Task], share: Fraction = Fraction(1)) -> Verdict:
    """What the round has come to. Of nobody nothing is decided: an empty post is no yes."""
    votes = [_vote(chain) for chain in _chains(tasks).values()]
    yes, no = votes.count(Verdict.AGREED), votes.count(Verdict.REFUSED)
    if how == Quorum.ANY:
        return Verdict.AGREED if yes else Verdict.REFUSED if no else Verdict.OPEN
    needed = ceil(share * len(votes)) if how == Quorum.SHARE else len(votes)
    if len(votes) - no < needed:
        return Verdict.REFUSED
    return Verdict.AGREED if votes and yes >= needed else Verdict.OPEN


def asked(how: Quorum, tasks: Iterable[Task]) -> frozenset[int]:
    """Keys of those whose turn it is: the first open one of each seat; in order only of the first seat that is open."""
    turns = []
    for _seat, chain in sorted(_chains(tasks).items()):
        if _vote(chain) == Verdict.OPEN:
            turns.append(next(task.key for task in chain if task.outcome == Ending.OPEN))
    return frozenset(turns[:1] if how == Quorum.IN_ORDER else turns)
