"""The frame itself: home, menu and entrance of each kind of person, on three screens, light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.browser.chromium import Site
from tests.cast import Cast

pytestmark = pytest.mark.browser
SCREENS = [(360, "light"), (390, "dark"), (1440, "light")]


@pytest.mark.parametrize("key", ["cm", "am", "mm", "manager", "clerk", "regional", "market", "office", "auditor"])
def test_home_and_menu_are_clean(site: Site, committed: Cast, session_of: Callable[[User], str], key: str):
    cookie = session_of(committed.user[key])
    for width, theme in SCREENS:
        with site.visiting(cookie=cookie, width=width, theme=theme) as visit:
            for path in ("/", "/menu/"):
                visit.go(site.url + path)
                assert visit.status == 200
                assert visit.everything_wrong() == [], (path, width, theme)


def test_the_entrance_is_clean(site: Site):
    for width, theme in SCREENS:
        with site.visiting("/accounts/login/", width=width, theme=theme) as visit:
            assert visit.status == 200
            assert visit.everything_wrong() == [], (width, theme)


@pytest.mark.parametrize("path", ["/accounts/2fa/", "/accounts/sessions/", "/accounts/logout/", "/nothing/here/"])
def test_ones_own_account_is_clean(site: Site, committed: Cast, session_of: Callable[[User], str], path: str):
    cookie = session_of(committed.cm)
    for width, theme in ((390, "light"), (1440, "dark")):
        with site.visiting(cookie=cookie, width=width, theme=theme) as visit:
            visit.expects_failure = path.startswith("/nothing")
            visit.go(site.url + path)
            assert visit.everything_wrong() == [], (path, width, theme)


def test_paper_is_white_and_carries_no_forms(site: Site, committed: Cast, session_of: Callable[[User], str]):
    with site.visiting(cookie=session_of(committed.mm), width=1440, theme="dark") as visit:
        visit.go(f"{site.url}/logs/score-tables/")
        html = visit.page.locator("html")
        assert html.get_attribute("data-bs-theme") == "dark"
        visit.page.emulate_media(media="print", color_scheme="dark")
        expect(html).to_have_attribute("data-bs-theme", "light")
        assert not visit.page.locator("main form").first.is_visible()
