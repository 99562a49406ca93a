"""Every page of the access table in Chromium, by the first who may see it (a page of several kinds by one of each).

On a narrow phone: nothing for axe to hold against it, no complaint in the console, no request to another host, nothing
against the content security policy, no English in Chinese, no sideways scrolling; then dark, for its colours, and wide.
`make drill` walks it by the others (`Line.viewers`), and in the other two languages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from accounts.models import User
from tests.access.lines import BUILDERS, Line
from tests.access.table import TABLE
from tests.browser.chromium import Site
from tests.cast import Cast

pytestmark = pytest.mark.browser

PAGES: dict[str, list[Line]] = defaultdict(list)
FIRST: dict[str, list[Line]] = defaultdict(list)
for line in TABLE:
    if line.is_page:
        for viewer in line.viewers:
            PAGES[viewer].append(line)
            if line.walked_by or viewer == line.viewers[0]:
                FIRST[viewer].append(line)

Walk = Callable[..., dict[str, list[str]]]


@pytest.fixture(scope="module")
def things(committed: Cast) -> dict[str, dict[str, object]]:
    """One thing of every kind, stored for the whole file: the arguments of its address."""
    return {name: build(committed) for name, build in BUILDERS.items()}


@pytest.fixture
def wrong_with(site: Site, committed: Cast, things, session_of: Callable[[User], str]) -> Walk:
    """What is wrong with each of these pages, opened one after the other by one person in one browser."""

    def walk(lines: list[Line], viewer: str, language: str) -> dict[str, list[str]]:
        wrong: dict[str, list[str]] = {}
        User.objects.filter(pk=committed.user[viewer].pk).update(language=language)
        with site.visiting(cookie=session_of(committed.user[viewer]), width=360, height=780) as visit:
            for line in lines:
                address = reverse(line.name, kwargs=line.arguments(things))
                send = line.send(committed) if callable(line.send) else line.send
                visit.go(f"{site.url}{address}{'?' + urlencode(send) if send else ''}")
                found = visit.wrong_on_any_screen(language=language) if visit.status == 200 else [f"{visit.status}"]
                if found:
                    wrong[f"{address} ({line.name})"] = found
        return wrong

    return walk


@pytest.mark.parametrize("viewer", FIRST)
def test_pages_are_clean(viewer: str, wrong_with: Walk):
    assert wrong_with(FIRST[viewer], viewer, "zh-hans") == {}


@pytest.mark.drill
@pytest.mark.parametrize("language", ["zh-hant", "en"])
@pytest.mark.parametrize("viewer", PAGES)
def test_pages_are_clean_for_whoever_sees_them_in_every_language(viewer: str, language: str, wrong_with: Walk):
    assert wrong_with(PAGES[viewer], viewer, language) == {}
