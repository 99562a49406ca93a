"""What one person may do with a request now: the page's buttons, from the one table of verbs."""

from __future__ import annotations

from accounts.models import User
from approvals.models import Assignment, Request
from approvals.rules.names import DECIDED, RequestState
from approvals.rules.verbs import TRANSITIONS, By, Verb, is_open_to


def offered(request: Request, user: User, assignments: list[Assignment], *, is_author: bool) -> set[Verb]:
    """`assignments` are all of the request, with their rounds."""
    mine = [one for one in assignments if one.user_id == user.pk]
    is_asked = any(one.turn for one in mine)
    question = any(one.left_seconds is not None for one in request.rounds.all() if one.closed_at is None)
    last_word = max(
        (one.ended_at for one in assignments if one.outcome in (*DECIDED, "returned") and one.ended_at), default=None
    )
    spoke_last = any(one.outcome in DECIDED and one.ended_at == last_word for one in mine)
    has_added = any(one.added_by_id == user.pk and not one.outcome for one in assignments)
    holds = {
        By.AUTHOR: is_author, By.ASKED: is_asked and request.author_id != user.pk, By.SPOKEN: spoke_last,
        By.ADDER: has_added, By.READER: True, By.CLOCK: False,
    }  # fmt: skip
    state, route = RequestState(request.state), request.route
    found = {
        verb for verb, row in TRANSITIONS.items()
        if holds[row.by] and is_open_to(verb, state, fixed=route.fixed, without=route.without)
    }  # fmt: skip
    return found - ({Verb.ASK} if question else {Verb.ANSWER})
