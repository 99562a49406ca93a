"""Every address × method × person: the exact status, and a denial changes no row."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.models import AuditEntry
from tests.access import people
from tests.access.lines import BUILDERS, Line
from tests.access.people import EVERYBODY
from tests.access.routes import METHODS, routes
from tests.access.table import CONSOLE, SIGN_IN, TABLE
from tests.cast import Cast

NAMES = sorted({line.name for line in TABLE})
# Addresses are asked together that need the same thing, or none and lie in the same app.
THINGS: dict[str, list[Line]] = defaultdict(list)
for _line in TABLE:
    THINGS[_line.of or _line.name.partition(":")[0]].append(_line)
# A chunk shares one cast and one set of sign-ins; the dearest things first, each to the chunk that has least so far.
CHUNKS: dict[str, list[str]] = {}
for _thing in sorted(THINGS, key=lambda thing: -len(THINGS[thing])):
    if len(CHUNKS) < 6:
        CHUNKS[f"with {_thing}"] = [_thing]
    else:
        min(CHUNKS.values(), key=lambda things: sum(len(THINGS[one]) for one in things)).append(_thing)
pytestmark = pytest.mark.matrix
ARGUMENTS = {"object_id": "1", "content_type_id": "1", "url": "x", "app_label": "teams"}


class Undone(Exception):
    """Ends a block whose writes are not kept."""


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        pass


@pytest.fixture
def browser(cast: Cast, signed_in: Callable[[User], Client]) -> Callable[[str], Client]:
    """`browser("cm")`: hers, signed in once; `browser("")` is a visitor's."""
    clients = {"": Client()}

    def browser(person: str) -> Client:
        if person not in clients:
            clients[person] = signed_in(cast.user[person])
        clients[person].raise_request_exception = False
        return clients[person]

    return browser


@pytest.fixture
def ask(browser: Callable[[str], Client]) -> Callable[..., HttpResponse]:
    def ask(person: str, method: str, address: str, send: Mapping[str, object] | None = None) -> HttpResponse:
        answer: HttpResponse = getattr(browser(person), method.lower())(address, *filter(None, [send]))
        return answer

    return ask


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without their text, where only the status and the rows count: half of the time goes into it."""
    monkeypatch.setattr(Template, "render", lambda *_args, **_more: "")


def expected(line: Line, person: str) -> int:
    if person in line.may.split():
        return line.then
    return 403 if person in line.sees.split() or not line.of else 404


def last_entry() -> int:
    return AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def test_every_address_is_declared():
    known = {*NAMES, *SIGN_IN}
    undeclared = {r.name: r.pattern for r in routes() if r.name not in known and not r.name.startswith(CONSOLE)}
    assert undeclared == {}, "give each a line in its app's tests/room.py"
    assert known - {r.name for r in routes()} == set(), "these addresses are gone"
    assert [name for name, count in Counter((x.name, x.method) for x in TABLE).items() if count > 1] == []


def test_the_table_names_only_people_and_things_that_exist():
    assert {p for line in TABLE for p in f"{line.may} {line.sees}".split()} <= set(EVERYBODY.split())
    assert {line.of for line in TABLE} - {""} <= set(BUILDERS)
    assert [line for line in TABLE if set(line.may.split()) & set(line.sees.split())] == []
    assert [name for name in NAMES if len({line.of for line in TABLE if line.name == name}) > 1] == []


@pytest.fixture
def address(cast: Cast) -> Callable[[Line], str]:
    made: dict[str, dict[str, object]] = {}

    def address(line: Line) -> str:
        if line.of and line.of not in made:
            made[line.of] = BUILDERS[line.of](cast)
        return reverse(line.name, kwargs={**line.given, **made.get(line.of, {})})

    return address


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.budget(15)
@pytest.mark.usefixtures("unrendered")
@pytest.mark.django_db
def test_everybody_gets_exactly_the_declared_status(chunk, cast, address, browser, ask):
    wrong = []
    everybody = ["", *EVERYBODY.split()]
    for person in everybody:
        browser(person)
    for line in (line for thing in CHUNKS[chunk] for line in THINGS[thing]):
        at = address(line)
        send = line.send(cast) if callable(line.send) else line.send
        for person in everybody:
            want = expected(line, person) if person else line.anonymous
            with undone():
                before = last_entry()
                got = ask(person, line.method, at, send).status_code
                if got != want:
                    wrong.append(f"{line.method} {line.name} as {person or 'visitor'}: {want} expected, {got} came")
                if got >= 400 and last_entry() != before:
                    wrong.append(
                        f"{line.method} {line.name} as {person or 'visitor'}: denied, and yet rows have changed"
                    )
    assert wrong == []


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.budget(3)
@pytest.mark.django_db
def test_other_methods_are_not_answered(chunk, address, browser, ask):
    wrong = []
    lines = [line for thing in CHUNKS[chunk] for line in THINGS[thing]]
    declared = {(line.name, line.method) for line in lines}
    for line in {line.name: line for line in lines}.values():
        at, person = address(line), line.may.split()[0]
        browser(person)
        before = last_entry()
        others = [method for method in METHODS if (line.name, method) not in declared]
        wrong += [f"{method} {line.name}" for method in others if ask(person, method, at).status_code != 405]
        if last_entry() != before:
            wrong.append(f"{line.name}: rows have changed")
    assert wrong == []


def hidden_from(line: Line) -> str:
    """Somebody out of whose sight the line's thing lies; "" where everybody sees it."""
    return next((p for p in reversed(EVERYBODY.split()) if line.of and expected(line, p) == 404), "")


@pytest.mark.parametrize("thing", [thing for thing, lines in THINGS.items() if any(map(hidden_from, lines))])
@pytest.mark.django_db
def test_what_is_out_of_sight_answers_like_what_does_not_exist(thing, cast, ask):
    there = BUILDERS[thing](cast)
    absent = {key: uuid.uuid4() if isinstance(value, uuid.UUID) else value for key, value in there.items()}
    wrong = []
    for line in filter(hidden_from, THINGS[thing]):
        one, other = (ask(hidden_from(line), line.method, reverse(line.name, kwargs=at)) for at in (there, absent))
        seen = [(x.status_code, len(x.content), sorted(x.headers)) for x in (one, other)]
        if one.status_code != 404 or (absent != there and seen[0] != seen[1]):
            wrong.append(f"{line.method} {line.name}: {seen}")
    assert wrong == []


@pytest.mark.parametrize("name", SIGN_IN)
@pytest.mark.django_db
def test_sign_in_pages_answer_as_declared(name, cast, ask):
    address = reverse(name)
    assert (ask("", "GET", address).status_code, ask("cm", "GET", address).status_code) == SIGN_IN[name]


@pytest.mark.budget(5)
@pytest.mark.usefixtures("unrendered")
@pytest.mark.django_db
def test_the_console_opens_for_nobody_who_may_not(cast, ask):
    wrong = []
    for route in routes():
        if not route.name.startswith(CONSOLE) or route.name in {"admin:login", "admin:None"}:
            continue
        needed = {k: v for k, v in ARGUMENTS.items() if f"<{k}" in route.pattern or f":{k}" in route.pattern}
        address = reverse(route.name, kwargs=needed)
        for person in ("", "cm", "manager", "auditor"):
            for method in ("GET", "POST"):
                before = last_entry()
                answer = ask(person, method, address)
                if answer.status_code not in {302, 403} or last_entry() != before:
                    wrong.append(f"{method} {route.name} as {person or 'visitor'}: {answer.status_code}")
    assert wrong == []


def test_groups_of_the_table_are_disjoint():
    groups = [people.TEAM, people.LEADERS, people.BRANCH, people.FINANCE, people.REGION, people.HEAD_OFFICE]
    everybody = [person for group in groups for person in group.split()]
    assert len(everybody) == len(set(everybody))
