"""Every order of verbs on every kind of route: never stuck, never a silent yes, nothing open in what is finished.

`APPROVAL_STEPS=10000 pytest approvals/tests/test_walks.py` walks as many steps as one likes; the suite some hundred.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from approvals.models import Assignment, Request
from approvals.routes import Route, RouteStage, Whom
from approvals.rules.names import YES, Placing, Quorum
from approvals.rules.seats import verdict
from approvals.rules.verbs import Verb
from approvals.selectors.inbox import as_read
from approvals.selectors.offered import offered
from approvals.selectors.signers import signers_of
from approvals.services import deciding, looking_after, questions, requests, seating
from approvals.services.guards import is_author
from approvals.tests.toys import COUNTERSIGN, LINE, NAME, NOW, SIGNED, Toys, toys_of, with_head_office
from core.refusals import NotDone
from teams.models import Posting
from tests.cast import SINCE, Cast, build_cast

STEPS = int(os.environ.get("APPROVAL_STEPS", "160"))
A_WALK = 40
ANY = [verb for verb in Verb if verb != Verb.ESCALATE]
LAST = {Verb.WITHDRAW, Verb.REFUSE, Verb.GIVE_BACK}
FEW = 3000  # with more than these every verb must have been done and refused, and every end reached
COUNTERS = ("counter1", "counter2", "counter3")
ACTORS = ("clerk", "accountant", "deputy", "manager", "market", "office", "vice", "mm", "mm2", *COUNTERS)
WALKED: Counter[tuple[str, bool]] = Counter()
ENDED: Counter[tuple[str, str]] = Counter()


def routes_of(cast: Cast) -> dict[str, Route]:
    people = Whom(people=tuple(cast.user[key].pk for key in COUNTERS))
    stages = (
        RouteStage("order", "order", people, Quorum.IN_ORDER), RouteStage("share", "share", people, Quorum.SHARE, "2/3"),
        RouteStage("any", "any", people, Quorum.ANY), RouteStage("all", "all", people, Quorum.ALL, hours=None),
    )  # fmt: skip
    mixed = Route("toy.mixed", "Mixed", stages)
    return {"countersign": COUNTERSIGN, "line": LINE, "signed": SIGNED, "mixed": mixed}


class Walk(RuleBasedStateMachine):
    toys: Toys  # one cast for all walks; what a walk wrote is undone
    routes: dict[str, Route]

    def __init__(self) -> None:
        super().__init__()
        self.walk = transaction.atomic()
        self.walk.__enter__()
        self.steps, self.on = 0, timedelta(0)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.walk.__exit__(None, None, None)
        self.toys.thing.name = "人民路营业部"

    @initialize(route=st.sampled_from(["countersign", "line", "signed", "mixed"]))
    def bring(self, route: str) -> None:
        self.route = self.routes[route]
        named = ["HX-LAW", "HX-FIN", "HX-HR"] if route == "countersign" else []
        self.request = self.toys.brought(self.route, named=named)

    # --- the steps ---------------------------------------------------------------------------------------------------
    @rule(data=st.data(), aimed=st.sampled_from([True, True, True, False]), sure=st.integers(0, 5))
    def somebody_does(self, data: st.DataObject, aimed: bool, sure: int) -> None:
        """Mostly somebody what the page offers her, else anybody anything; what ends it only when `sure`."""
        if self.now_request.is_finished:
            self.bring(data.draw(st.sampled_from(sorted(self.routes))))
        request, user = self.read(), self.toys.cast.user
        offers: dict[Verb, list[str]] = {}
        for key in ACTORS:
            for verb in self.offer(request, key):
                if sure == 0 or verb not in LAST:
                    offers.setdefault(verb, []).append(key)
        verbs = sorted(offers) + [Verb.AGREE] * (4 * (Verb.AGREE in offers)) if aimed else ANY
        verb = data.draw(st.sampled_from(verbs or ANY))
        key = data.draw(st.sampled_from(offers.get(verb, ACTORS) if aimed else ACTORS))
        actor = user[key]
        whom = user[data.draw(st.sampled_from(ACTORS))]
        if verb == Verb.REMOVE and aimed:
            added = [
                one.user
                for each in request.rounds.all()
                for one in each.assignments.all()
                if one.added_by_id == actor.pk
            ]
            whom = added[-1] if added else whom
        seen, why, named = request.digest, "x", list(request.named.all())
        steps: dict[Verb, Callable[..., object]] = {
            Verb.AGREE: lambda **by: deciding.decide(verb=verb, seen=seen, **by),
            Verb.REFUSE: lambda **by: deciding.decide(verb=verb, seen=seen, remark=why, **by),
            Verb.GIVE_BACK: lambda **by: deciding.give_back(remark=why, to_author=data.draw(st.booleans()), **by),
            Verb.RECALL: deciding.recall,
            Verb.TRANSFER: lambda **by: seating.transfer(whom=whom, **by),
            Verb.ADD: lambda **by: seating.add_signer(whom=whom, place=data.draw(st.sampled_from(list(Placing))), **by),
            Verb.REMOVE: lambda **by: seating.remove_signer(whom=whom, **by),
            Verb.ASK: lambda **by: questions.ask_author(remark=why, **by),
            Verb.ANSWER: lambda **by: questions.answer(remark=why, **by),
            Verb.REMIND: questions.remind,
            Verb.WITHDRAW: requests.withdraw,
            Verb.SUBMIT: lambda request, **by: requests.submit(name=NAME, thing=self.toys.thing, named=named, **by),
        }
        self.do(verb, actor, steps[verb])

    @rule()
    def the_content_changes(self) -> None:
        self.toys.changed(f"人民路{self.steps}")

    @rule(giver=st.sampled_from(ACTORS), taker=st.sampled_from(ACTORS))
    def delegate(self, giver: str, taker: str) -> None:
        user = self.toys.cast.user
        self.refusable(lambda: seating.delegate(
            giver=user[giver], taker=user[taker], from_on=self.now.date(), to_on=None, actor=user[giver], now=self.now
        ))  # fmt: skip

    @rule(key=st.sampled_from(["accountant", "mm", "counter1", "market", "vice"]), back=st.booleans())
    def a_post_is_left_or_taken(self, key: str, back: bool) -> None:
        posts = Posting.objects.filter(person=self.toys.cast.person(key))
        posts.update(to_on=None if back else max(self.now.date(), SINCE + timedelta(days=1)))

    @rule(days=st.integers(0, 4))
    def time_passes(self, days: int) -> None:
        self.on += timedelta(days=days)
        looking_after.look_after_requests(now=self.now)

    # --- what always holds -------------------------------------------------------------------------------------------
    @invariant()
    def it_is_never_stuck_and_nothing_is_open_in_what_is_finished(self) -> None:
        request = self.now_request
        there = list(Assignment.objects.filter(round__request=request).select_related("round"))
        assert request.is_finished == (request.finished_at is not None)
        unfinished = [one for one in there if not one.outcome]
        rounds = request.rounds.filter(closed_at=None)
        if request.state != "open":
            assert not unfinished and not rounds.exists()
            return
        one = rounds.get()
        assert {each.round_id for each in unfinished} <= {one.pk}
        turns = [each for each in unfinished if each.turn]
        assert turns or not unfinished, "it is somebody's turn"
        if not unfinished:  # the post is empty: the author may withdraw, and whoever takes the post is asked
            assert request.route.fixed or not signers_of(request, request.stage, self.now.date())
        assert request.author_id not in {each.user_id for each in unfinished}
        assert not verdict(request.stage.how, [e.task for e in there if e.round_id == one.pk], request.stage.part)

    @invariant()
    def what_is_agreed_was_agreed_by_people_at_each_stage(self) -> None:
        request = self.now_request
        if request.state in ("agreed", "refused", "withdrawn"):
            ENDED[self.route.key, request.state] += 1
        if request.state != "agreed":
            return
        for number, stage in enumerate(request.route.stages):
            last = request.rounds.filter(stage=number).order_by("number").last()
            assert last is not None and last.result == "agreed"
            words = list(last.assignments.all())
            assert any(one.outcome in YES and one.digest == request.digest for one in words)
            assert verdict(stage.how, [one.task for one in words], stage.part) == "agreed"
            if request.route.different:
                assert len({one.user_id for one in words if one.outcome in YES}) == 1

    @property
    def now(self) -> datetime:
        return NOW + self.on + timedelta(seconds=self.steps)

    @property
    def now_request(self) -> Request:
        return Request.objects.get(pk=self.request.pk)

    def refusable(self, step: Callable[[], object]) -> bool:
        try:
            step()
        except NotDone:
            return False
        return True

    def read(self) -> Request:
        return as_read(Request.objects.all()).get(pk=self.request.pk)

    def offer(self, request: Request, key: str) -> set[Verb]:
        everybody = [each for each_round in request.rounds.all() for each in each_round.assignments.all()]
        user = self.toys.cast.user[key]
        return offered(request, user, everybody, is_author=is_author(request, user, self.now.date()))

    def do(self, verb: Verb, actor: User, step: Callable[..., object]) -> None:
        """What the page does not offer is refused, unless posts or the content have moved since, or it is said twice."""
        self.steps += 1
        looking_after.look_after_requests(now=self.now)
        key = next(key for key, user in self.toys.cast.user.items() if user.pk == actor.pk)
        offer = self.offer(self.read(), key)
        done = self.refusable(lambda: step(request=self.request, actor=actor, now=self.now))
        WALKED[verb, done] += 1
        if done and verb not in offer:
            assert verb in (Verb.AGREE, Verb.REFUSE), verb


@pytest.mark.story
@pytest.mark.budget(max(20, STEPS / 10))
@pytest.mark.clause("D4.c")
@pytest.mark.django_db
def test_no_order_of_verbs_leads_anywhere_it_should_not() -> None:
    with ExitStack() as stack:
        cast = with_head_office(build_cast())
        Walk.toys = stack.enter_context(toys_of(cast))
        Walk.routes = routes_of(cast)
        WALKED.clear()
        ENDED.clear()
        run_state_machine_as_test(
            Walk,
            settings=settings(
                max_examples=max(2 * STEPS // A_WALK, 1),
                stateful_step_count=A_WALK,
                deadline=None,
                database=None,
                derandomize="APPROVAL_STEPS" not in os.environ,
                suppress_health_check=list(HealthCheck),
            ),
        )
    sys.stdout.write(
        f"{sum(WALKED.values())} verbs: {dict(sorted(WALKED.items()))}; ended: {dict(sorted(ENDED.items()))}\n"
    )
    if STEPS > FEW:
        verbs = set(Verb) - {Verb.ESCALATE}
        assert {(verb, done) for verb in verbs for done in (True, False)} <= set(WALKED)
        assert {(key, end) for key in ("toy.line", "toy.mixed") for end in ("agreed", "refused", "withdrawn")} <= set(
            ENDED
        )
