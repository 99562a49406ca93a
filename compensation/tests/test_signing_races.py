"""Several people at once, and every order of steps: one signature a stage, three people, nothing on changed content."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections

from compensation.models import BusinessDetail, PayRun, Signature, Stage
from compensation.services import PayRefused, reject_pay_run, review_pay_run, sign_pay_run
from compensation.tests.month import NOW, PayOf, october
from teams.models import Posting, Role
from tests.cast import SINCE, build_cast

TWO = ("accountant", "tradeadmin")


def at_once(*steps: Callable[[threading.Barrier], None]) -> list[str]:
    """Run the steps in threads with connections of their own, released by one barrier; what came of each."""
    barrier, came = threading.Barrier(len(steps)), []

    def run(step: Callable[[threading.Barrier], None]) -> None:
        try:
            step(barrier)
            came.append("signed")
        except PayRefused as refusal:
            came.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(came)


@pytest.fixture
def reviewed(transactional_db: None) -> tuple[PayOf, PayRun]:
    """A reviewed run, and a second chief accountant beside the first."""
    cast = build_cast()
    Posting.objects.create(
        person=cast.person("tradeadmin"), unit=cast.unit["B1"], role=Role.CHIEF_ACCOUNTANT, from_on=SINCE
    )
    pay_of = october(cast)
    return pay_of, pay_of.reviewed()


@pytest.mark.processes
@pytest.mark.clause("D15.b")
def test_of_two_signers_at_one_barrier_one_wins(reviewed) -> None:
    pay_of, run = reviewed

    def signing(key: str) -> Callable[[threading.Barrier], None]:
        def step(barrier: threading.Barrier) -> None:
            own, actor = PayRun.objects.select_related("branch").get(pk=run.pk), pay_of.user(key)
            barrier.wait()
            sign_pay_run(run=own, stage=Stage.CHIEF_ACCOUNTANT, actor=actor, seen_digest=run.digest, now=NOW)

        return step

    assert at_once(*(signing(key) for key in TWO)) == ["OutOfOrder", "signed"]
    assert Signature.objects.filter(run=run).count() == 1


@pytest.mark.processes
def test_without_the_guard_both_would_have_signed(reviewed) -> None:
    """The twin: looking first and writing afterwards, as one writes it when one has not thought of two."""
    pay_of, run = reviewed
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_signature_a_stage")
    try:

        def signing(key: str) -> Callable[[threading.Barrier], None]:
            def step(barrier: threading.Barrier) -> None:
                own, actor = PayRun.objects.get(pk=run.pk), pay_of.user(key)
                assert own.state == PayRun.State.REVIEWED
                barrier.wait()
                own.state = PayRun.State.SIGNED_1
                own.save(update_fields=["state"])
                Signature.objects.create(
                    run=own, stage=1, signer=actor, signer_name=actor.name, version=1, digest=own.digest, signed_at=NOW
                )

            return step

        assert at_once(*(signing(key) for key in TWO)) == ["signed", "signed"]
        assert Signature.objects.filter(run=run, stage=1).count() == 2
    finally:
        Signature.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE UNIQUE INDEX one_signature_a_stage ON compensation_signature (run_id, stage)"
                " WHERE voided_at IS NULL"
            )


# --- every order of steps against a small model --------------------------------------------------------------------
ACTORS = ("clerk", "accountant", "deputy", "manager", "both")
STEPS = ("review", "sign 1", "sign 2", "sign 3", "reject", "draft", "change")


@dataclass
class Expected:
    """What the run must be, in a few lines."""

    state: str = "draft"
    signers: list[str] = field(default_factory=list)
    stale: bool = False

    def step(self, actor: str, step: str) -> bool:
        """Whether it is done."""
        if step == "change":
            self.stale = True
            return True
        if step == "draft":
            return self._draft(actor)
        if step == "reject":
            return self._reject(actor)
        if not self._may(actor, step):
            return False
        if self.stale:
            self.state, self.signers, self.stale = "draft", [], False
            return False
        if step == "review":
            if self.state != "draft":
                return False
            self.state = "reviewed"
            return True
        stage = int(step[-1])
        if self.state != ("reviewed", "signed_1", "signed_2")[stage - 1] or actor in self.signers:
            return False
        self.state, self.signers = f"signed_{stage}", [*self.signers, actor]
        return True

    def _may(self, actor: str, step: str) -> bool:
        return (
            actor
            in {
                "review": ("clerk",),
                "sign 1": ("accountant", "both"),
                "sign 2": ("deputy", "both"),
                "sign 3": ("manager",),
            }[step]
        )

    def _draft(self, actor: str) -> bool:
        if actor != "clerk":
            return False
        if self.stale or self.state == "rejected":
            self.state, self.signers, self.stale = "draft", [], False
        return True

    def _reject(self, actor: str) -> bool:
        if actor == "clerk" or self.state not in ("reviewed", "signed_1", "signed_2"):
            return False
        self.state, self.signers = "rejected", []
        return True


def take(pay_of: PayOf, key: str, step: str) -> bool:
    run = PayRun.objects.select_related("branch").get()
    actor = pay_of.user("tradeadmin" if key == "both" else key)
    try:
        if step == "change":
            pay_of.account("cm", "1")
        elif step == "draft":
            if key != "clerk":
                return False
            pay_of.drafted()
            BusinessDetail.objects.update(state="accepted", reviewed_by=pay_of.cast.clerk, reviewed_at=NOW)
        elif step == "reject":
            reject_pay_run(run=run, reason="不对", actor=actor, now=NOW)
        elif step == "review":
            BusinessDetail.objects.update(state="accepted", reviewed_by=pay_of.cast.clerk, reviewed_at=NOW)
            review_pay_run(run=run, actor=actor, seen_digest=run.digest, now=NOW)
        else:
            sign_pay_run(run=run, stage=Stage(int(step[-1])), actor=actor, seen_digest=run.digest, now=NOW)
    except (PayRefused, PermissionDenied):
        return False
    return True


@pytest.mark.clause("D15.b")
@pytest.mark.parametrize("seed", range(3))
def test_no_order_of_steps_leads_anywhere_it_should_not(pay_of: PayOf, seed: int) -> None:
    for role in (Role.CHIEF_ACCOUNTANT, Role.DEPUTY_BRANCH_MANAGER):
        Posting.objects.create(person=pay_of.cast.person("tradeadmin"), unit=pay_of.branch, role=role, from_on=SINCE)
    pay_of.drafted()
    expected, chance = Expected(), random.Random(seed)
    likely = {"draft": "review", "reviewed": "sign 1", "signed_1": "sign 2", "signed_2": "sign 3", "rejected": "draft"}
    for _ in range(60):
        step = likely.get(expected.state, "change") if chance.random() < 0.5 else chance.choice(STEPS)
        actor = chance.choice(ACTORS)
        assert take(pay_of, actor, step) == expected.step(actor, step), (actor, step)
        run = PayRun.objects.get()
        standing = Signature.objects.standing().filter(run=run).order_by("stage")
        names = ["both" if s.signer == pay_of.cast.tradeadmin else s.signer.employee_no for s in standing]
        keys = {"1031": "accountant", "1032": "deputy", "1033": "manager", "both": "both"}
        assert (run.state, [keys[name] for name in names]) == (expected.state, expected.signers), (actor, step)
        assert all(s.digest == run.digest for s in standing)
