"""Several people at once: one signature a stage, whoever is quicker. Real processes on a real database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.conf import settings
from django.db import connection

from compensation.models import PayRun, Signature
from compensation.services.drafting import draft_pay_run
from compensation.services.signing import reject_pay_run, review_pay_run
from compensation.tests.month import NOW, PayOf, october
from teams.models import Posting, Role
from tests.cast import SINCE, build_cast

pytestmark = pytest.mark.processes
TWO = ("accountant", "tradeadmin")

# A signer of one's own: for every line with a digest it loads what a request would have loaded, says that it is ready,
# and signs at the next line (or does `how` else); then it says what came of it.
SIGNER = """
import sys
from datetime import datetime
import django
django.setup()
from accounts.models import User
from compensation.models import PayRun, Signature, Stage
from compensation.services.drafting import look_again
from compensation.services.signing import sign_pay_run
from core.refusals import NotDone
from teams.authority import authority_of

now = datetime.fromisoformat({now!r})
actor = User.objects.get(employee_no={number!r})
actor.authority = authority_of(actor, now.date())

def guarded(run, digest):
    sign_pay_run(run=run, stage=Stage.CHIEF_ACCOUNTANT, actor=actor, seen_digest=digest, now=now)

def looked(run, digest):
    look_again(branch=run.branch, month=run.period, now=now)

def unguarded(run, digest):
    # as one writes it who has not thought of two: looked before, written now
    run.state = PayRun.State.SIGNED_1
    run.save(update_fields=["state"])
    Signature.objects.create(
        run=run, stage=1, signer=actor, signer_name=actor.name, version=1, digest=digest, signed_at=now
    )

for line in sys.stdin:
    digest = line.strip()
    run = PayRun.objects.select_related("branch").get(digest=digest, state="reviewed")
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        {how}(run, digest)
        print("signed", flush=True)
    except NotDone as refusal:
        print(type(refusal).__name__, flush=True)
"""


def signer(environment: dict[str, str], number: str, how: str) -> subprocess.Popen[str]:
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment.pop("PYTEST_CURRENT_TEST", None)
    return subprocess.Popen(
        [sys.executable, "-c", SIGNER.format(now=NOW.isoformat(), number=number, how=how)],
        cwd=settings.BASE_DIR, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def say(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextmanager
def two_signers(
    environment: dict[str, str], pay_of: PayOf, how: str, other: str = ""
) -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes that do `how`, or the second one `other`."""
    with ExitStack() as stack:
        ways = zip(TWO, (how, other or how), strict=True)
        both = [signer(environment, pay_of.user(key).employee_no, way) for key, way in ways]
        for process in both:
            stack.callback(process.wait, 30)
            stack.callback(process.stdin.close)  # type: ignore[union-attr]
            stack.callback(process.terminate)
        yield both


def sign_at_once(run: PayRun, both: list[subprocess.Popen[str]]) -> list[str]:
    """Let both load the run, then both sign; what came of it."""
    for process in both:
        say(process, run.digest)
    assert [heard(process) for process in both] == ["ready", "ready"]
    for process in both:
        say(process, "go")
    return sorted(heard(process) for process in both)


def as_reviewed(pay_of: PayOf, run: PayRun) -> None:
    """Rejected, drafted and reviewed once more, for another round."""
    reject_pay_run(run=run, reason="再来一次", actor=pay_of.user("manager"), now=NOW)
    draft_pay_run(branch=run.branch, month=run.period, actor=pay_of.user("clerk"), now=NOW)
    review_pay_run(run=run, actor=pay_of.user("clerk"), seen_digest=run.digest, now=NOW)


@pytest.fixture
def reviewed(transactional_db: None) -> tuple[PayOf, PayRun]:
    """A reviewed run, and a second chief accountant beside the first."""
    cast = build_cast()
    Posting.objects.create(
        person=cast.person("tradeadmin"), unit=cast.unit["B1"], role=Role.CHIEF_ACCOUNTANT, from_on=SINCE
    )
    pay_of = october(cast)
    return pay_of, pay_of.reviewed()


@pytest.mark.clause("D15.b")
def test_of_two_signers_at_one_barrier_one_wins(reviewed, process_environment) -> None:
    pay_of, run = reviewed
    with two_signers(process_environment, pay_of, "guarded") as both:
        for _ in range(int(os.environ.get("SIGNING_ROUNDS", "10"))):
            assert sign_at_once(run, both) == ["OutOfOrder", "signed"]
            signature = Signature.objects.standing().get(run=run)
            assert (signature.stage, signature.digest) == (1, run.digest)
            as_reviewed(pay_of, run)


@pytest.mark.clause("D15.b")
def test_a_signature_and_the_schedule_that_finds_new_figures_void_the_report_once(
    reviewed, process_environment
) -> None:
    pay_of, run = reviewed
    with two_signers(process_environment, pay_of, "guarded", "looked") as both:
        for n in range(3):
            pay_of.account("cm2", "777", no=f"8800077{n}")
            assert sign_at_once(run, both) == ["ContentChanged", "signed"]  # the schedule's own "signed": it is done
            assert not Signature.objects.exists()
            assert run.events.filter(kind="voided").count() == n + 1
            pay_of.accepted()
            run.refresh_from_db()
            review_pay_run(run=run, actor=pay_of.user("clerk"), seen_digest=run.digest, now=NOW)


def test_without_the_guard_both_would_have_signed(reviewed, process_environment) -> None:
    """The twin: the step is not conditional on the state, and the database does not insist on one signature a stage."""
    pay_of, run = reviewed
    constraint = next(one for one in Signature._meta.constraints if one.name == "one_signature_a_stage")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Signature, constraint)
    try:
        with two_signers(process_environment, pay_of, "unguarded") as both:
            assert sign_at_once(run, both) == ["signed", "signed"]
        assert Signature.objects.filter(run=run, stage=1).count() == 2
    finally:
        Signature.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Signature, constraint)
