"""Whatever stands in an address or in a form: a page or a clear refusal, never a failure of ours."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.access.objects import BUILDERS
from tests.access.table import TABLE, Line
from tests.cast import Cast

NASTY = ("\0", "9" * 5000, "9999-12-31")
NASTY_IN_FORMS = (*NASTY, "-1", "²", "2026-02-30", "x" * 3000)
READ = re.compile(r"""GET(?:\.get|\.getlist)?[(\[]\s*["'](\w+)["']""")
pytestmark = pytest.mark.django_db


def parameters(line: Line) -> list[str]:
    """What the views of a page's app read out of an address."""
    app = Path(settings.BASE_DIR) / line.name.partition(":")[0]
    sources = [path.read_text() for path in app.rglob("*.py") if "tests" not in path.parts]
    return sorted(
        {name for source in sources for name in READ.findall(source)} | {"recipient", "business_date", "sort"}
    )


class Undone(Exception):
    """Ends what is not to be kept."""


def failures(method: str, cast: Cast, signed_in: Callable[[User], Client]) -> Iterator[str]:
    browsers: dict[str, Client] = {}
    for line in TABLE:
        person = line.viewers[-1] if method == "GET" else line.may.split()[0]
        if person not in browsers:
            browsers[person] = signed_in(cast.user[person])
            browsers[person].raise_request_exception = False
        if line.method == method:
            yield from tried(line, browsers[person], cast)


def tried(line: Line, browser: Client, cast: Cast) -> Iterator[str]:
    """Each name × each value, on a thing of its own that is gone afterwards."""
    with contextlib.suppress(Undone), transaction.atomic():
        things = {line.of: BUILDERS[line.of](cast)} if line.of else {}
        address = reverse(line.name, kwargs=line.arguments(things))
        form = dict(line.send(cast) if callable(line.send) else line.send)
        ask = browser.get if line.method == "GET" else browser.post
        values = NASTY if line.method == "GET" else NASTY_IN_FORMS
        for name, value in itertools.product(parameters(line) if line.method == "GET" else form, values):
            with contextlib.suppress(Undone), transaction.atomic():
                status = ask(address, {**form, name: value}).status_code
                if status >= 500:
                    yield f"{line.method} {line.name} {name}={value[:20]!r}: {status}"
                raise Undone
        raise Undone


def test_no_parameter_of_an_address_breaks_a_page(cast: Cast, signed_in: Callable[[User], Client]):
    assert list(failures("GET", cast, signed_in)) == []


def test_no_field_of_a_form_breaks_its_verb(cast: Cast, signed_in: Callable[[User], Client]):
    assert list(failures("POST", cast, signed_in)) == []
