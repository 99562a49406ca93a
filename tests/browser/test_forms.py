"""Nothing typed is lost: leaving, the end of a session, an expired page; and nothing is sent twice by accident."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from playwright.sync_api import Dialog, Page, expect

from accounts.models import User
from attendance.models import CalendarDay
from tests.browser.chromium import Site
from tests.cast import Cast

pytestmark = pytest.mark.browser
DAY = "/calendar/?day=2026-11-20"
PRESS_TWICE = """async () => {
  const button = document.querySelector("#settle-day button.btn-primary");
  button.click(); button.click();
  await new Promise((go) => setTimeout(go, 100));
  return {busy: button.getAttribute("aria-busy"), disabled: button.disabled};
}"""
PASSWORD = "a sentence with enough letters"


@pytest.fixture
def officer(
    site: Site, committed: Cast, session_of: Callable[[User], str]
) -> Callable[[], AbstractContextManager[Page]]:
    @contextmanager
    def browsing() -> Iterator[Page]:
        committed.market.set_password(PASSWORD)
        committed.market.save()
        with site.visiting(DAY, cookie=session_of(committed.market)) as visit:
            visit.page.fill("#settle-day input[name=name]", "台风停工")
            yield visit.page

    return browsing


def sign_in(page: Page, user: User) -> None:
    page.fill("input[name=login]", user.employee_no)
    page.fill("input[name=password]", PASSWORD)
    page.click("form[action$='/login/'] button")


def test_leaving_what_is_typed_asks_and_saving_it_does_not(site: Site, officer):
    with officer() as page:
        asked: list[str] = []

        def leave(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", leave)
        page.goto(f"{site.url}/calendar/")
        assert asked == ["beforeunload"]
        page.goto(site.url + DAY)
        page.fill("#settle-day input[name=name]", "台风停工")
        page.click("#settle-day button.btn-primary")
        expect(page.locator(".notices")).to_contain_text("2026")
        assert asked == ["beforeunload"] and CalendarDay.objects.get().name == "台风停工"
        CalendarDay.objects.all().delete()


def test_after_the_end_of_a_session_one_signs_in_and_finds_what_was_typed(site: Site, committed: Cast, officer):
    with officer() as page:
        page.context.clear_cookies(name="sessionid")
        page.click("#settle-day button.btn-primary")
        sign_in(page, committed.market)
        expect(page.locator("#settle-day input[name=name]")).to_have_value("台风停工")
        expect(page.locator("#settle-day .said")).to_contain_text("未能保存")
        page.click("#settle-day button.btn-primary")
        expect(page.locator(".notices")).to_contain_text("2026")
        assert CalendarDay.objects.get().name == "台风停工"
        page.wait_for_function("() => !(sessionStorage.getItem('muster.typed') ?? '').includes('台风停工')")
        CalendarDay.objects.all().delete()


def test_an_expired_page_keeps_what_was_typed_and_shows_it_to_nobody_else(
    site: Site, committed: Cast, officer, session_of
):
    with officer() as page:
        page.evaluate(
            "() => { document.querySelector('#settle-day [name=csrfmiddlewaretoken]').value = 'x'.repeat(64); }"
        )
        page.click("#settle-day button.btn-primary")
        page.wait_for_load_state()
        page.click("[data-back]")
        expect(page.locator("#settle-day input[name=name]")).to_have_value("台风停工")
    with officer() as page:
        page.context.clear_cookies(name="sessionid")
        page.click("#settle-day button.btn-primary")
        page.context.add_cookies([{"name": "sessionid", "value": session_of(committed.auditor), "url": site.url}])
        page.goto(f"{site.url}/calendar/")
        assert "台风停工" not in page.evaluate("() => sessionStorage.getItem('muster.typed') ?? ''")
    assert not CalendarDay.objects.exists()


def test_a_button_is_busy_and_sends_once_until_it_is_answered(site: Site, officer):
    with officer() as page:
        sent: list[str] = []
        page.route("**/calendar/day/", lambda route: sent.append(route.request.url))  # the answer never comes
        state = page.evaluate(PRESS_TWICE)
        assert state == {"busy": "true", "disabled": True}
        page.wait_for_timeout(300)
        assert len(sent) == 1


def test_a_refused_part_says_so_below_its_button_and_covers_nothing(site: Site, committed: Cast, session_of):
    with site.visiting("/logs/", cookie=session_of(committed.cm)) as visit:
        page = visit.page
        page.fill("textarea[name=note]", "雨天，客流少")
        page.context.clear_cookies(name="sessionid")
        page.click("#note-form button")
        said = page.locator("#note-form .said")
        expect(said).to_contain_text("重新登录")
        button, notice = page.locator("#note-form button").first.bounding_box(), said.bounding_box()
        assert button and notice and notice["y"] >= button["y"] + button["height"]
        expect(page.locator("textarea[name=note]")).to_have_value("雨天，客流少")
