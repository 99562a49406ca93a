"""Two people at one barrier, verb by verb: one wins, the other is told. Real processes on a real database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.conf import settings

from approvals.models import Assignment, Request
from approvals.routes import Route, RouteStage, Whom
from approvals.rules.names import Placing, Quorum
from approvals.services.deciding import give_back
from approvals.services.questions import ask_author
from approvals.services.requests import withdraw
from approvals.services.seating import add_signer
from approvals.tests.toys import NOW, Toys, later, of_people, say, toys_of, with_head_office
from tests.cast import build_cast

pytestmark = [pytest.mark.processes, pytest.mark.clause("D4.c")]
THREE = ("counter1", "counter2", "counter3")

# Does what a line says as soon as the next line comes: the actor's number, then Python with `request`, `by` and `user`.
ACTOR = """
import sys
from datetime import datetime
import django
django.setup()
from accounts.models import User
from approvals.models import Request
from approvals.rules.verbs import Verb
from approvals.rules.names import Placing
from approvals.services import deciding, looking_after, moving, questions, requests, seating
from approvals.tests.toys import NAME, Toys
from core.refusals import NotDone
from teams.authority import authority_of
from teams.models import Unit
from tests.cast import Cast

now = datetime.fromisoformat({now!r})
user = {{one.employee_no: one for one in User.objects.all()}}
for one in user.values():
    one.authority = authority_of(one, now.date())
cast = Cast()
cast.unit["B1"] = Unit.objects.get(code="B1")
toys = Toys(cast)

def held(request):
    # as one writes it who has not thought of two: looked before, written now
    found = Request.objects.select_related("unit", "author").get(pk=request.pk)
    print("ready", flush=True)
    sys.stdin.readline()
    return found

for line in sys.stdin:
    number, guarded, code = line.strip().split("|", 2)
    request = Request.objects.order_by("-pk").first()
    toys.use(request.route)
    by = dict(request=request, actor=user[number], now=now)
    if guarded == "no":
        questions.held = held
    else:
        print("ready", flush=True)
        sys.stdin.readline()
    try:
        eval(code)
        print("done", flush=True)
    except NotDone as refusal:
        print(type(refusal).__name__, flush=True)
"""


@pytest.fixture
def toys(transactional_db: None) -> Iterator[Toys]:
    with toys_of(with_head_office(build_cast())) as found:
        yield found


@pytest.fixture
def both(toys: Toys, process_environment: dict[str, str]) -> Iterator[list[subprocess.Popen[str]]]:
    environment = {**process_environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment.pop("PYTEST_CURRENT_TEST", None)
    with ExitStack() as stack:
        found = []
        for _ in range(2):
            process = subprocess.Popen(
                [sys.executable, "-c", ACTOR.format(now=later(hours=2).isoformat())],
                cwd=settings.BASE_DIR, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
            stack.callback(process.wait, 30)
            stack.callback(process.stdin.close)  # type: ignore[union-attr]
            stack.callback(process.terminate)
            found.append(process)
        yield found


def at_once(toys: Toys, both: list[subprocess.Popen[str]], *acts: tuple[str, str], guarded: str = "yes") -> list[str]:
    """Both are let to the barrier, then both act; what came of it, in the order of `acts`."""
    for process, (key, code) in zip(both, acts, strict=True):
        say_to(process, f"{toys.cast.user[key].employee_no}|{guarded}|{code}")
    assert [heard(process) for process in both] == ["ready", "ready"]
    for process in both:
        say_to(process, "go")
    return [heard(process) for process in both]


def say_to(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


AGREE = "deciding.decide(verb=Verb.AGREE, seen=request.digest, **by)"
REFUSE = "deciding.decide(verb=Verb.REFUSE, seen=request.digest, remark='x', **by)"
GIVE_BACK = "deciding.give_back(remark='x', **by)"
WITHDRAW = "requests.withdraw(**by)"
ADD = "seating.add_signer(whom=user['7003'], place=Placing.BESIDE, **by)"
SUBMIT = "requests.submit(name=NAME, thing=toys.thing, actor=by['actor'], now=now)"


def before(toys: Toys, how: Quorum, *keys: str) -> Callable[[], None]:
    def prepare() -> None:
        toys.brought(of_people(toys.cast, how, *keys))

    return prepare


def two_stages(toys: Toys) -> None:
    people = [Whom(people=(toys.cast.user[key].pk,)) for key in ("counter1", "counter2")]
    route = Route(
        "toy.two", "Two", tuple(RouteStage(f"s{n}", "stage", who, Quorum.ONE) for n, who in enumerate(people))
    )
    say(toys.brought(route), toys.cast.counter1)


def asked_already(toys: Toys) -> None:
    request = toys.brought(of_people(toys.cast, Quorum.ALL, "counter1"))
    ask_author(request=request, actor=toys.cast.counter1, remark="x", now=NOW)


def with_one_added(toys: Toys) -> None:
    request = toys.brought(of_people(toys.cast, Quorum.ALL, "counter1"))
    add_signer(request=request, whom=toys.cast.counter3, place=Placing.BEFORE, actor=toys.cast.counter1, now=NOW)


def with_author(toys: Toys) -> None:
    request = toys.brought(of_people(toys.cast, Quorum.ALL, "counter1"))
    give_back(request=request, actor=toys.cast.counter1, remark="x", now=NOW)


def test_for_every_verb_two_at_one_barrier_one_wins(toys: Toys, both: list[subprocess.Popen[str]]) -> None:
    one, two, author = "counter1", "counter2", "clerk"
    any_of, all_of, alone = (
        before(toys, Quorum.ANY, one, two),
        before(toys, Quorum.ALL, one, two),
        before(toys, Quorum.ALL, one),
    )
    cases: dict[str, tuple[Callable[[], None], tuple[str, str], tuple[str, str], set[str]]] = {
        "agree": (any_of, (one, AGREE), (two, AGREE), {"Finished"}),
        "refuse": (any_of, (one, REFUSE), (two, AGREE), {"Finished"}),
        "give_back": (all_of, (one, GIVE_BACK), (two, GIVE_BACK), {"WithAuthor"}),
        "withdraw": (alone, (author, WITHDRAW), (one, AGREE), {"Finished"}),
        "recall": (lambda: two_stages(toys), (one, "deciding.recall(**by)"), (two, REFUSE), {"HasSpoken", "Finished", "NotAsked"}),
        "transfer": (alone, (one, "seating.transfer(whom=user['7002'], **by)"), (one, "seating.transfer(whom=user['7003'], **by)"), {"NotAsked"}),
        "add": (all_of, (one, ADD), (two, ADD), {"AskedAlready"}),
        "remove": (lambda: with_one_added(toys), (one, "seating.remove_signer(whom=user['7003'], **by)"), ("counter3", AGREE), {"HasSpoken", "NotAsked"}),
        "ask": (all_of, (one, "questions.ask_author(remark='x', **by)"), (two, "questions.ask_author(remark='x', **by)"), {"QuestionOpen"}),
        "answer": (lambda: asked_already(toys), (author, "questions.answer(remark='x', **by)"), (author, "questions.answer(remark='y', **by)"), {"NoQuestion"}),
        "remind": (all_of, (author, "questions.remind(**by)"), (one, "questions.remind(**by)"), {"RemindedAlready"}),
        "submit": (lambda: with_author(toys), (author, SUBMIT), (author, SUBMIT), {"UnderDecision"}),
    }  # fmt: skip
    for name, (prepare, first, second, told) in cases.items():
        prepare()
        came = at_once(toys, both, first, second)
        assert came.count("done") == 1 and set(came) - {"done"} <= told, f"{name}: {came}"
        request = Request.objects.order_by("-pk").first()
        assert request is not None
        if not request.is_finished:
            withdraw(request=request, actor=toys.cast.clerk, now=NOW)
        assert not Assignment.objects.open().exists()


def test_the_deadline_and_a_word_at_once_leave_one_of_them(toys: Toys, both: list[subprocess.Popen[str]]) -> None:
    route = of_people(toys.cast, Quorum.ALL, "counter1")
    toys.brought(route)
    Request.objects.get().rounds.update(due_at=later(days=-7))
    came = at_once(toys, both, ("clerk", "looking_after.look_after_requests(now=now)"), ("counter1", AGREE))
    last = Assignment.objects.order_by("pk").last()
    assert last is not None
    if came[1] == "done":
        assert Request.objects.get().state == "agreed" and Assignment.objects.count() == 1
    else:
        assert came[1] == "NotAsked" and last.outcome == "" and last.name == "唐建国"


def test_two_submissions_at_once_take_two_numbers_without_a_gap(toys: Toys, both: list[subprocess.Popen[str]]) -> None:
    for _ in range(3):
        toys.brought(of_people(toys.cast, Quorum.ALL, "counter1"))
        withdraw(request=Request.objects.order_by("-pk")[0], actor=toys.cast.clerk, now=NOW)
        came = at_once(toys, both, ("clerk", SUBMIT), ("clerk", SUBMIT))
        assert sorted(came) == ["UnderDecision", "done"]
        withdraw(request=Request.objects.order_by("-pk")[0], actor=toys.cast.clerk, now=NOW)
    numbers = sorted(Request.objects.values_list("number", flat=True))
    assert numbers == [f"B1-2026-{n:04d}" for n in range(1, 7)]


def test_without_the_lock_both_would_have_reminded(toys: Toys, both: list[subprocess.Popen[str]]) -> None:
    """The twin: looked before, written now."""
    toys.brought(of_people(toys.cast, Quorum.ALL, "counter1"))
    remind = "questions.remind(**by)"
    assert at_once(toys, both, ("clerk", remind), ("counter1", remind), guarded="no") == ["done", "done"]
