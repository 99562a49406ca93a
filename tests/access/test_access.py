"""Every address × method × person: the exact status, and a denial changes no row."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.models import AuditEntry
from tests.access import objects, table
from tests.access.routes import METHODS, routes
from tests.access.table import CONSOLE, EVERYBODY, SIGN_IN, TABLE, Line
from tests.cast import Cast

NAMES = sorted({line.name for line in TABLE})
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
def ask(cast: Cast, signed_in: Callable[[User], Client]) -> Callable[..., HttpResponse]:
    clients = {"": Client()}

    def ask(person: str, method: str, address: str, send: Mapping[str, object] | None = None) -> HttpResponse:
        if person not in clients:
            clients[person] = signed_in(cast.user[person])
        clients[person].raise_request_exception = False
        answer: HttpResponse = getattr(clients[person], method.lower())(address, *filter(None, [send]))
        return answer

    return ask


def expected(line: Line, person: str) -> int:
    if person in line.may.split():
        return line.then
    return 403 if person in line.sees.split() or not line.of else 404


def last_entry() -> int:
    return AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def test_every_address_is_declared():
    known = {*NAMES, *SIGN_IN}
    undeclared = {r.name: r.pattern for r in routes() if r.name not in known and not r.name.startswith(CONSOLE)}
    assert undeclared == {}, "give each a line in tests/access/table.py"
    assert known - {r.name for r in routes()} == set(), "these addresses are gone"
    assert [name for name, count in Counter((x.name, x.method) for x in TABLE).items() if count > 1] == []


def test_the_table_names_only_people_and_things_that_exist():
    assert {p for line in TABLE for p in f"{line.may} {line.sees}".split()} <= set(EVERYBODY.split())
    assert {line.of for line in TABLE} - {""} <= set(objects.BUILDERS)
    assert [line for line in TABLE if set(line.may.split()) & set(line.sees.split())] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.django_db
def test_everybody_gets_exactly_the_declared_status(name, cast, ask):
    lines = [line for line in TABLE if line.name == name]
    arguments = objects.BUILDERS[lines[0].of](cast) if lines[0].of else dict(lines[0].given)
    address = reverse(name, kwargs=arguments)
    wrong = []
    for line in lines:
        send = line.send(cast) if callable(line.send) else line.send
        for person in ["", *EVERYBODY.split()]:
            want = expected(line, person) if person else line.anonymous
            with undone():
                before = last_entry()
                got = ask(person, line.method, address, send).status_code
                if got != want:
                    wrong.append(f"{line.method} {name} as {person or 'visitor'}: {want} expected, {got} came")
                if got >= 400 and last_entry() != before:
                    wrong.append(f"{line.method} {name} as {person or 'visitor'}: denied, and yet rows have changed")
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.django_db
def test_other_methods_are_not_answered(name, cast, ask):
    lines = [line for line in TABLE if line.name == name]
    arguments = objects.BUILDERS[lines[0].of](cast) if lines[0].of else dict(lines[0].given)
    address = reverse(name, kwargs=arguments)
    person = lines[0].may.split()[0]
    before = last_entry()
    got = {method: ask(person, method, address).status_code for method in METHODS}
    assert {m: status for m, status in got.items() if m not in {x.method for x in lines} and status != 405} == {}
    assert last_entry() == before or {line.method for line in lines} != {"GET"}


HIDDEN = [line for line in TABLE if line.of and any(expected(line, person) == 404 for person in EVERYBODY.split())]


@pytest.mark.parametrize("line", HIDDEN, ids=lambda line: f"{line.method} {line.name}")
@pytest.mark.django_db
def test_what_is_out_of_sight_answers_like_what_does_not_exist(line, cast, ask):
    hidden = objects.BUILDERS[line.of](cast)
    stranger = next(p for p in reversed(EVERYBODY.split()) if expected(line, p) == 404)
    absent = {key: uuid.uuid4() if isinstance(value, uuid.UUID) else value for key, value in hidden.items()}
    one, other = (ask(stranger, line.method, reverse(line.name, kwargs=x)) for x in (hidden, absent))
    assert one.status_code == 404
    if absent != hidden:
        assert (other.status_code, len(one.content), sorted(one.headers)) == (
            404,
            len(other.content),
            sorted(other.headers),
        )


@pytest.mark.parametrize("name", SIGN_IN)
@pytest.mark.django_db
def test_sign_in_pages_answer_as_declared(name, cast, ask):
    address = reverse(name)
    assert (ask("", "GET", address).status_code, ask("cm", "GET", address).status_code) == SIGN_IN[name]


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
    groups = [table.TEAM, table.LEADERS, table.BRANCH, table.FINANCE, table.REGION, table.HEAD_OFFICE]
    people = [person for group in groups for person in group.split()]
    assert len(people) == len(set(people))
