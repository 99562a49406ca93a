"""Every order of steps against a small model: three levels, three people, in order, on the exact content (D15.b).

`PAY_STEPS=20000 pytest compensation/tests/test_signing_order.py` walks as many steps as one likes; the suite some hundred.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from compensation.models import BusinessDetail, PayLine, PayMonth, PayRun, Signature, Stage
from compensation.selectors.content import content_digest
from compensation.services.drafting import draft_pay_run
from compensation.services.entries import record_person_month
from compensation.services.signing import close_month, reject_pay_run, review_pay_run, sign_pay_run
from compensation.tests.month import NOW, OCTOBER, PayOf, october
from core.refusals import NotDone
from teams.models import Posting, Role
from tests.cast import SINCE, build_cast

STEPS = int(os.environ.get("PAY_STEPS", "200"))
FEW = 2000  # with more than these every step must have been done and refused
A_WALK = 40  # at most, steps before it begins anew
# 冯丽 is chief accountant and deputy as well, 许静 chief accountant beside her own post: both may try more than one step.
ACTORS = ("clerk", "accountant", "deputy", "manager", "tradeadmin", "auditor", "cm")
MAY_SIGN = {1: {"accountant", "tradeadmin", "clerk"}, 2: {"deputy", "tradeadmin"}, 3: {"manager"}}
MORE_POSTS = (
    ("tradeadmin", Role.CHIEF_ACCOUNTANT),
    ("tradeadmin", Role.DEPUTY_BRANCH_MANAGER),
    ("clerk", Role.CHIEF_ACCOUNTANT),
)
SIGNERS = set().union(*MAY_SIGN.values())
DUE = {1: "accountant", 2: "deputy", 3: "manager"}
BEFORE = {1: "reviewed", 2: "signed_1", 3: "signed_2"}
WALKED: Counter[tuple[str, bool]] = Counter()


class MonthOfPay(RuleBasedStateMachine):
    """What the run must be, in a few attributes, beside what it is."""

    pay_of: PayOf  # one October for all walks; what a walk wrote is undone

    def __init__(self) -> None:
        super().__init__()
        self.walk = transaction.atomic()
        self.walk.__enter__()
        self.state, self.signers = "none", []  # type: tuple[str, list[str]]
        self.accepted = self.changed = self.accounts_changed = False
        self.rejected = ("", "")
        self.steps = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.walk.__exit__(None, None, None)

    @initialize()
    def first_draft(self) -> None:
        self.draft("clerk")

    # --- the steps ---------------------------------------------------------------------------------------------------
    @rule(actor=st.sampled_from(ACTORS))
    def draft(self, actor: str) -> None:
        may = actor == "clerk" and self.state != "filed"
        assert self.done("draft", may, lambda: draft_pay_run(
            branch=self.pay_of.branch, month=OCTOBER, actor=self.pay_of.user(actor), now=self.now
        ))  # fmt: skip
        if may and (self.changed or self.state in {"none", "rejected"}):
            self.falls_back()

    @rule(times=st.integers(1, 3))
    def goes_on(self, times: int) -> None:
        """What is due, by whoever is due: so that walks come far, and not only to the first refusal."""
        for _ in range(times):
            if self.state in {"none", "rejected"} or self.changed:
                self.draft("clerk")
            elif self.state == "draft":
                self.accept()
                self.review("clerk", False)
            elif self.state in BEFORE.values():
                stage = next(stage for stage in Stage if BEFORE[stage] == self.state)
                self.sign(DUE[stage], stage, False)

    @rule()
    def accept(self) -> None:
        if self.state == "filed":
            return
        BusinessDetail.objects.update(state="accepted", reviewed_by=self.pay_of.cast.clerk, reviewed_at=self.now)
        self.accepted = True

    @rule(actor=st.sampled_from(ACTORS), blind=st.sampled_from([False, False, True]))
    def review(self, actor: str, blind: bool) -> None:
        may = actor == "clerk" and self.state == "draft" and self.accepted and not self.changed and not blind
        if self.state == "none":
            return
        again = actor == "clerk" and not blind and self.state not in {"draft", "rejected"}  # shown what she did
        done = self.done("review", may or again, lambda: review_pay_run(
            run=self.run, actor=self.pay_of.user(actor), seen_digest="0" * 64 if blind else self.run.digest, now=self.now
        ))  # fmt: skip
        assert done
        if may:
            self.state = "reviewed"
        elif actor == "clerk" and not again:
            self.notices_the_change()

    @rule(actor=st.sampled_from(ACTORS), stage=st.sampled_from(Stage), blind=st.sampled_from([False, False, True]))
    def sign(self, actor: str, stage: Stage, blind: bool) -> None:
        has_power = actor in MAY_SIGN[stage]
        may = (
            has_power
            and self.state == BEFORE[stage]
            and actor not in {"clerk", *self.signers}  # she drafted and reviewed
            and not self.changed
            and not blind
        )
        again = not blind and self.signers[stage - 1 : stage] == [actor]  # shown what she did
        assert self.done(f"sign {stage.value}", may or again, lambda: sign_pay_run(
            run=self.run, stage=stage, actor=self.pay_of.user(actor),
            seen_digest="0" * 64 if blind else self.run.digest, now=self.now,
        ))  # fmt: skip
        if may:
            self.state, self.signers = f"signed_{stage.value}", [*self.signers, actor]
        elif has_power and not again:
            self.notices_the_change()

    @rule(actor=st.sampled_from(ACTORS), reason=st.sampled_from(["扣款漏了", "扣款漏了", "  "]))
    def reject(self, actor: str, reason: str) -> None:
        may = actor in SIGNERS and self.state in BEFORE.values() and bool(reason.strip())
        again = self.state == "rejected" and (actor, reason) == self.rejected
        assert self.done("reject", may or again, lambda: reject_pay_run(
            run=self.run, reason=reason, actor=self.pay_of.user(actor), now=self.now
        ))  # fmt: skip
        if may:
            self.state, self.signers, self.rejected = "rejected", [], (actor, reason)

    @rule(what=st.sampled_from(["account", "entry"]))
    def change(self, what: str) -> None:
        """The facts behind the run move on: an entry voids at once what was signed, the CRM's when somebody looks."""
        may = self.state != "filed" or what == "account"  # the CRM goes on, finance's entries of a closed month do not
        assert self.done("change", may, self.account_arrives if what == "account" else self.clerk_enters)
        if may and self.state != "filed":
            self.changed = True
            self.accounts_changed |= what == "account"
            if what == "entry" and self.state not in {"none", "draft", "rejected"}:
                self.falls_back()

    def account_arrives(self) -> None:
        self.pay_of.account("cm", f"{self.steps}.5", no=f"99{self.steps:06}")

    def clerk_enters(self) -> None:
        record_person_month(
            branch=self.pay_of.branch, month=OCTOBER, person=self.pay_of.cast.person("cm2"),
            actor=self.pay_of.user("clerk"), now=self.now, social_insurance=Decimal(self.steps),
        )  # fmt: skip

    @rule()
    def file(self) -> None:
        may = self.state == "signed_3"
        assert self.done("file", may, lambda: close_month(run=self.run, now=self.now))
        if may:
            self.state = "filed"

    # --- what must hold ----------------------------------------------------------------------------------------------
    @invariant()
    def it_is_where_the_model_says(self) -> None:
        if self.state == "none":
            return
        run = self.run
        standing = list(Signature.objects.standing().filter(run=run).order_by("stage").select_related("signer"))
        keys = {self.pay_of.cast.user[key].pk: key for key in ACTORS}
        assert (run.state, [keys[s.signer_id] for s in standing]) == (self.state, self.signers)
        assert [s.stage for s in standing] == list(range(1, len(standing) + 1))
        assert all(s.digest == run.digest for s in standing) and len({s.signer_id for s in standing}) == len(standing)
        assert content_digest(run) == run.digest
        assert sum(PayLine.objects.filter(run=run).values_list("amount", flat=True)) == run.total
        assert PayMonth.objects.filter(closed_at__isnull=False).exists() == (self.state == "filed")

    @property
    def run(self) -> PayRun:
        return PayRun.objects.select_related("branch", "plan__plan").get()

    @property
    def now(self) -> datetime:
        return NOW + timedelta(minutes=self.steps)

    def done(self, name: str, may: bool, step: Callable[[], object]) -> bool:
        """Whether the step was done exactly if it may be."""
        self.steps += 1
        WALKED[name, may] += 1
        try:
            step()
        except NotDone:
            return not may
        return may

    def notices_the_change(self) -> None:
        """Whoever holds the power and acts lets the figures be worked out again; what changed voids what was signed."""
        if self.changed and self.state != "filed":
            self.falls_back()

    def falls_back(self) -> None:
        self.accepted = self.accepted and not self.accounts_changed  # changed details wait for another review
        self.state, self.signers = "draft", []
        self.changed = self.accounts_changed = False


@pytest.mark.story
@pytest.mark.budget(15)
@pytest.mark.clause("D15.b")
@pytest.mark.django_db
def test_no_order_of_steps_leads_anywhere_it_should_not() -> None:
    cast = build_cast()
    for key, role in MORE_POSTS:
        Posting.objects.create(person=cast.person(key), unit=cast.unit["B1"], role=role, from_on=SINCE)
    MonthOfPay.pay_of = october(cast)
    WALKED.clear()
    run_state_machine_as_test(
        MonthOfPay,
        settings=settings(
            max_examples=max(2 * STEPS // A_WALK, 1),
            stateful_step_count=A_WALK,
            deadline=None,
            database=None,
            derandomize="PAY_STEPS" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
    sys.stdout.write(f"{sum(WALKED.values())} steps: {dict(sorted(WALKED.items()))}\n")
    steps = {"draft", "review", "sign 1", "sign 2", "sign 3", "reject", "change", "file"}
    assert {name for name, _ in WALKED} == steps
    if STEPS > FEW:
        assert {(name, may) for name in steps for may in (True, False)} == set(WALKED)
