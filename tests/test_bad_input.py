"""Whatever stands in an address or in a form: a page or a clear refusal, never a failure of ours."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from accounts.models import User
from tests.access.lines import BUILDERS, Line
from tests.access.table import TABLE
from tests.cast import Cast

NASTY = ("\0", "9" * 5000, "9999-12-31")
NASTY_IN_FORMS = (*NASTY, "-1", "²", "2026-02-30", "x" * 3000)
pytestmark = [pytest.mark.django_db, pytest.mark.matrix, pytest.mark.budget(15)]
CHUNKS: dict[tuple[str, str], list[Line]] = defaultdict(list)
for _line in TABLE:
    CHUNKS[_line.method, _line.name.partition(":")[0]].append(_line)


class Undone(Exception):
    """Ends what is not to be kept."""


@contextlib.contextmanager
def undone() -> Iterator[None]:
    with contextlib.suppress(Undone), transaction.atomic():
        yield
        raise Undone


class Asked(set[str]):
    """The names a view has read out of an address, as it reads them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        for name in ("__getitem__", "getlist", "__contains__"):
            patch.setattr(QueryDict, name, self.listening(getattr(MultiValueDict, name)), raising=False)

    def listening(self, read: Callable[..., object]) -> Callable[..., object]:
        def answer(sent: QueryDict, name: str, *more: object) -> object:
            if not sent._mutable:  # type: ignore[attr-defined]
                self.add(name)
            return read(sent, name, *more)

        return answer


def each_once(asked: Asked) -> Iterator[str]:
    """Every name asked for, those included that are asked for only once another one is there."""
    done: set[str] = set()
    while new := asked - done:
        for name in sorted(new):
            done.add(name)
            yield name


@pytest.mark.parametrize("app", [app for method, app in CHUNKS if method == "GET"])
def test_no_parameter_of_an_address_breaks_a_page(app, cast, signed_in, monkeypatch):
    asked = Asked(monkeypatch)
    wrong: list[str] = []
    for line, ask, address, _form in sent_by("GET", app, cast, signed_in):
        asked.clear()
        ask(address)
        for name in each_once(asked):
            wrong += tried(line, ask, address, {}, name, NASTY)
    assert wrong == []


@pytest.mark.parametrize("app", [app for method, app in CHUNKS if method == "POST"])
def test_no_field_of_a_form_breaks_its_verb(app, cast, signed_in):
    wrong: list[str] = []
    for line, ask, address, form in sent_by("POST", app, cast, signed_in):
        for name in form:
            wrong += tried(line, ask, address, form, name, NASTY_IN_FORMS)
    assert wrong == []


Sent = tuple[Line, Callable[..., object], str, dict[str, object]]


def sent_by(method: str, app: str, cast: Cast, signed_in: Callable[[User], Client]) -> Iterator[Sent]:
    """Each line of the app with somebody's browser and a thing of its own, which is gone afterwards."""
    browsers: dict[str, Client] = {}
    for line in CHUNKS[method, app]:
        person = line.viewers[-1] if method == "GET" else line.may.split()[0]
        if person not in browsers:
            browsers[person] = signed_in(cast.user[person])
            browsers[person].raise_request_exception = False
        with undone():
            things = {line.of: BUILDERS[line.of](cast)} if line.of else {}
            form = dict(line.send(cast) if callable(line.send) else line.send)
            yield (
                line,
                getattr(browsers[person], method.lower()),
                reverse(line.name, kwargs=line.arguments(things)),
                form,
            )


def tried(
    line: Line, ask: Callable[..., object], address: str, form: dict[str, object], name: str, values: Iterable[str]
) -> Iterator[str]:
    for value in values:
        with undone():
            status = ask(address, {**form, name: value}).status_code  # type: ignore[attr-defined]
            if status >= 500:
                yield f"{line.method} {line.name} {name}={value[:20]!r}: {status}"
