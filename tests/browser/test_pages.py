"""Every page of the access table, as those see it who are named there (`Line.viewers`).

On a narrow phone: nothing for axe to hold against it in light and dark, no complaint in the console, no request to
another host, nothing against the content security policy, no English in Chinese, no sideways scrolling; then wide.
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
from tests.browser.chromium import Site, Visit
from tests.cast import Cast

pytestmark = pytest.mark.browser

PAGES: dict[str, list[Line]] = defaultdict(list)
for line in TABLE:
    if line.is_page:
        for viewer in line.viewers:
            PAGES[viewer].append(line)


@pytest.fixture(scope="module")
def things(committed: Cast) -> dict[str, dict[str, object]]:
    """One thing of every kind, stored for the whole file: the arguments of its address."""
    return {name: build(committed) for name, build in BUILDERS.items()}


def wrong_with(visit: Visit) -> list[str]:
    """What is wrong with the page just opened, narrow and wide, light and dark."""
    if visit.status != 200:
        return [f"status {visit.status}"]
    found = visit.everything_wrong()
    visit.page.emulate_media(color_scheme="dark")
    found += [f"dark: {wrong}" for wrong in visit.accessibility()]
    visit.page.set_viewport_size({"width": 1440, "height": 900})
    found += [f"1440: {wrong}" for wrong in visit.sideways()]
    visit.page.emulate_media(color_scheme="light")
    visit.page.set_viewport_size({"width": 360, "height": 780})
    visit.complaints.clear()
    return found


@pytest.mark.parametrize("viewer", PAGES)
def test_pages_are_clean(viewer: str, site: Site, committed: Cast, things, session_of: Callable[[User], str]):
    wrong: dict[str, list[str]] = {}
    script = ("zh-hans", "zh-hant")[list(PAGES).index(viewer) % 2]  # every second one reads Traditional Chinese
    User.objects.filter(pk=committed.user[viewer].pk).update(language=script)
    with site.visiting(cookie=session_of(committed.user[viewer]), width=360, height=780) as visit:
        for line in PAGES[viewer]:
            address = reverse(line.name, kwargs=line.arguments(things))
            send = line.send(committed) if callable(line.send) else line.send
            visit.go(f"{site.url}{address}{'?' + urlencode(send) if send else ''}")
            if found := wrong_with(visit):
                wrong[f"{address} ({line.name})"] = found
    assert wrong == {}
