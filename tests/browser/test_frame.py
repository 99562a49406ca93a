"""The frame itself: wide, at the entrance, around one's own account and on paper; home and menu of each kind of person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.browser.chromium import COLOURS, Site
from tests.cast import Cast

pytestmark = pytest.mark.browser
SCREENS = [(360, "light"), (390, "dark"), (1440, "light")]


@pytest.mark.parametrize("key", ["mm", "auditor"])
def test_the_frame_is_clean_on_a_wide_screen(site: Site, committed: Cast, session_of: Callable[[User], str], key: str):
    """There the sections stand beside the page: of a team, and of the whole house."""
    with site.visiting("/menu/", cookie=session_of(committed.user[key]), width=1440) as visit:
        assert visit.everything_wrong() == []
        visit.page.emulate_media(color_scheme="dark")
        assert visit.accessibility(*COLOURS) == []


@pytest.mark.drill
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
    with site.visiting("/accounts/login/", width=360) as visit:
        assert visit.status == 200
        assert visit.wrong_on_any_screen() == []
        assert visit.accessibility("css-orientation-lock") == []


def test_ones_own_account_is_clean(site: Site, committed: Cast, session_of: Callable[[User], str]):
    wrong = {}
    with site.visiting(cookie=session_of(committed.cm)) as visit:
        for path in ("/accounts/2fa/", "/accounts/sessions/", "/accounts/logout/", "/nothing/here/"):
            visit.expects_failure = path.startswith("/nothing")
            wrong[path] = visit.go(site.url + path).wrong_on_any_screen()
    assert {path: found for path, found in wrong.items() if found} == {}


def test_paper_is_white_and_carries_no_forms(site: Site, committed: Cast, session_of: Callable[[User], str]):
    with site.visiting(cookie=session_of(committed.mm), width=1440, theme="dark") as visit:
        visit.go(f"{site.url}/logs/score-tables/")
        html = visit.page.locator("html")
        assert html.get_attribute("data-bs-theme") == "dark"
        visit.page.emulate_media(media="print", color_scheme="dark")
        expect(html).to_have_attribute("data-bs-theme", "light")
        assert not visit.page.locator("main form").first.is_visible()
