"""The two ways through the house, walked in Chromium as those who walk them: a day on the phone, a month to its file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from archives.models import Document
from compensation.models import PayRun
from compensation.tests.month import approved_default_plan
from crm.models import Import
from crm.tasks import do_import_job
from tests.browser.chromium import Site
from tests.cast import Cast
from worklogs.models import DayScore, WorkLog

pytestmark = pytest.mark.browser
PASSWORD = "a sentence nobody would guess"
PHONE = 390
DESK = 1440
OCTOBER = """month,fund_account,relation,employee_no,turnover,gross_commission,net_commission
2026-10,88000001,developed,1001,20000000,20000,14000
2026-10,88000002,developed,1002,6000000,6000,4200
"""


@contextmanager
def signed_in(site: Site, user: User, width: int) -> Iterator[Page]:
    """Sign in by employee number and password; at the end nothing may have gone wrong in the browser."""
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    with site.visiting("/accounts/login/", width=width) as visit:
        visit.page.fill("input[name=login]", user.employee_no)
        visit.page.fill("input[name=password]", PASSWORD)
        visit.page.click("form[action*=login] button:not([type=button])")
        visit.page.wait_for_url(f"{site.url}/")
        yield visit.page
        assert visit.complaints == []


def add_contact(page: Page, kind: str, phone: str, name: str) -> None:
    """Two taps, a number and a name."""
    page.click(f"#tile-{kind}")
    page.fill("#entry-form input[name=phone]", phone)
    page.fill("#entry-form input[name=name]", name)
    page.click("#entry-form button.btn-primary")
    expect(page.locator("#entry-form")).to_have_count(0)
    expect(page.locator(".entry-list")).to_contain_text(name)


@pytest.mark.clause("S3.2", "D5.c", "S4.1.f")
def test_a_day_is_written_on_the_phone_scored_explained_and_answered(site: Site, committed: Cast):
    with signed_in(site, committed.cm, PHONE) as page:
        page.goto(f"{site.url}/logs/")
        for n, kind in enumerate(("prospect", "prospect", "prospect", "appointment", "prospect_call", "client_call")):
            add_contact(page, kind, f"1390000{n:04}", f"客户{n}")
        page.click("#brochures button[value='50']")
        expect(page.locator("#brochures .tally b")).to_have_text("50")
        page.click(".log-state button")
        expect(page.locator(".log-state")).to_contain_text("已提交")
        score = DayScore.objects.get(person__user=committed.cm, on=committed.today)
        expect(page.locator(".score-card")).to_contain_text(str(score.points))
        explanation = page.locator(".day-side .card", has=page.locator(".explain, details, table")).last
        expect(explanation).to_contain_text("S3.b")

    log = WorkLog.objects.get(person__user=committed.cm)
    with signed_in(site, committed.am, DESK) as page:
        page.goto(f"{site.url}/logs/desk/")
        page.click(f"a[href*='{log.public_id}']")
        page.fill("textarea[name=text]", "三个准客户都不错，明天先打王女士。")
        page.click("form[action$='/reply/'] button.btn-primary")
        expect(page.locator("article").first).to_contain_text("明天先打王女士")

    with signed_in(site, committed.cm, PHONE) as page:
        page.goto(f"{site.url}/logs/")
        expect(page.locator(".replies")).to_contain_text("明天先打王女士")


@pytest.mark.clause("S3.2")
def test_a_busy_phone_does_not_pull_the_finger_back_to_the_number(site: Site, committed: Cast):
    """The number has the cursor as soon as the form is there, never later: what is typed by then would go into it."""
    with signed_in(site, committed.cm, PHONE) as page:
        page.goto(f"{site.url}/logs/")
        page.evaluate("htmx.config.defaultSettleDelay = 700")
        page.click("#tile-client_call")
        expect(page.locator("#entry-form input[name=phone]")).to_be_focused(timeout=600)
        page.fill("#entry-form input[name=phone]", "13911113333")
        page.focus("#entry-form input[name=name]")
        page.wait_for_timeout(900)
        page.keyboard.type("王女士")
        page.click("#entry-form button.btn-primary")
        expect(page.locator(".entry-list")).to_contain_text("王女士")


@pytest.mark.clause("S3.2", "S3.a")
def test_nothing_typed_on_the_day_is_lost_by_doing_something_else(site: Site, committed: Cast):
    with signed_in(site, committed.cm2, PHONE) as page:
        page.goto(f"{site.url}/logs/")
        page.fill("textarea[name=note]", "雨天，客流少")
        page.click("#tile-prospect")
        page.fill("#entry-form input[name=phone]", "13911112222")
        page.evaluate("() => { for (let n = 0; n < 3; n++) document.querySelector('button[value=\"10\"]').click(); }")
        expect(page.locator("#brochures .tally b")).to_have_text("30")
        expect(page.locator("#entry-form input[name=phone]")).to_have_value("13911112222")
        page.click("#brochures summary")
        page.fill("#brochures input[name=quantity]", "60")
        page.press("#brochures input[name=quantity]", "Enter")
        expect(page.locator("#brochures .tally b")).to_have_text("60")
        page.fill("#entry-form input[name=name]", "王女士")
        page.click("#entry-form button.btn-primary")
        expect(page.locator(".entry-list")).to_contain_text("王女士")
        expect(page.locator("textarea[name=note]")).to_have_value("雨天，客流少")
        page.click("#log-state button")
        expect(page.locator("#log-state")).to_contain_text("已提交")
    log = WorkLog.objects.get(person__user=committed.cm2)
    assert (log.note, log.brochures, log.is_submitted) == ("雨天，客流少", 60, True)


def sign(site: Site, user: User, address: str) -> None:
    with signed_in(site, user, DESK) as page:
        page.goto(site.url + address)
        page.click("form[action$='/sign/'] button")
        expect(page.locator("section[aria-labelledby=happened]")).to_contain_text(user.name)


@pytest.mark.clause("D15.a", "D15.b")
def test_a_month_goes_from_the_import_to_the_file(site: Site, committed: Cast):
    approved_default_plan()
    with signed_in(site, committed.clerk, DESK) as page:
        page.goto(f"{site.url}/crm/")
        page.select_option("select[name=kind]", "account_month")
        page.set_input_files(
            "input[name=file]", {"name": "十月.csv", "mimeType": "text/csv", "buffer": OCTOBER.encode("utf-8-sig")}
        )
        page.click("form[action$='/upload/'] button.btn-primary")
        do_import_job(Import.objects.get().pk)
        page.click("form[action$='/take/'] button")
        page.goto(f"{site.url}/pay/")
        page.click("form[action$='/draft/'] button")
        run = PayRun.objects.get()
        page.goto(f"{site.url}/pay/B1/2026-10/detail/")
        for box in page.locator("input[name=seen]").all():
            box.check()
        page.click("button[form=accept], form#accept button")
        page.goto(f"{site.url}/pay/runs/{run.public_id}/")
        page.click("form[action$='/review/'] button")
        expect(page.locator("form[action$='/review/']")).to_have_count(0)

    address = f"/pay/runs/{run.public_id}/"
    sign(site, committed.accountant, address)
    sign(site, committed.deputy, address)
    sign(site, committed.manager, address)

    with signed_in(site, committed.manager, DESK) as page:
        page.goto(site.url + address)
        page.click("form[action$='/file/'] button")
        page.goto(f"{site.url}/archive/")
        expect(page.locator("main")).to_contain_text("2026-10")

    run.refresh_from_db()
    assert run.state == PayRun.State.FILED
    assert sorted(Document.objects.get(run=run).files.values_list("format", flat=True)) == ["pdf", "xlsx"]
