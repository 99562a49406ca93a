"""What a part of a page becomes in place is what the page is when it is opened anew.

From the table of pages: wherever one can be changed in place, each such button and link is used by the first who may; then
the content is compared with the same address opened anew.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.access.lines import BUILDERS
from tests.access.table import TABLE
from tests.browser.chromium import Site, Visit
from tests.cast import Cast

pytestmark = pytest.mark.browser

PAGES = [line for line in TABLE if line.is_page]
# What tells of the step just taken, and what the browser adds: not the page's content. A counter's way there is animated.
PASSING = ".notices, .undo, input[type=hidden], script, .visually-hidden[aria-live], .htmx-indicator"
CONTENT = """(passing) => {
  const copy = document.querySelector("#content").cloneNode(true);
  for (const gone of copy.querySelectorAll(passing)) gone.remove();
  for (const one of copy.querySelectorAll("*")) {
    for (const name of ["class", "style", "aria-busy", "data-focus", "data-nth", "hx-preserve", "autofocus", "open"]) {
      const kept = name === "class" ? one.className.toString().split(/\\s+/).filter((c) => c && !c.startsWith("htmx")).sort().join(" ") : "";
      if (kept) one.setAttribute("class", kept); else one.removeAttribute(name);
    }
  }
  return copy.innerHTML.replace(/>\\s+/g, ">\\n").replace(/\\s+</g, "\\n<").replace(/\\n+/g, "\\n").trim().split("\\n");
}"""
TOUCHED = """() => [...document.querySelectorAll("#content [hx-post], #content [hx-get]")]
  .map((one, n) => { one.dataset.nth = n; return {
    n, get: one.getAttribute("hx-get") || "", post: one.getAttribute("hx-post") || "", form: one.tagName === "FORM",
    typing: (one.getAttribute("hx-trigger") || "").includes("input"), timed: (one.getAttribute("hx-trigger") || "").includes("every"),
  }; })"""
TYPED = {"phone": "13900000077", "name": "王女士", "quantity": "12", "note": "今天去了两家网点", "reason": "补记"}


@pytest.fixture(scope="module")
def things(committed: Cast) -> dict[str, dict[str, object]]:
    return {name: build(committed) for name, build in BUILDERS.items()}


def content(visit: Visit) -> list[str]:
    found: list[str] = visit.page.evaluate(CONTENT, PASSING)
    return found


def use(visit: Visit, nth: int, *, is_form: bool) -> None:
    """Press it as a person would: what is folded is opened, what a form asks for is typed."""
    page = visit.page
    page.evaluate("() => document.querySelectorAll('#content details').forEach((one) => { one.open = true; })")
    one = page.locator(f"[data-nth='{nth}']")
    if is_form:
        for name, text in TYPED.items():
            fields = one.locator(f"[name={name}]:visible")
            if fields.count():
                fields.first.fill(text)
        one = one.locator("button:visible:not([type=button])").first
    settled = "() => new Promise((done) => document.body.addEventListener('htmx:afterSettle', () => done(true), {once: true}))"
    page.evaluate(f"() => {{ window.settled = ({settled})(); }}")
    one.click()
    page.evaluate("() => window.settled")


def test_a_fragment_in_place_is_the_page_opened_anew(
    site: Site, committed: Cast, things: dict[str, dict[str, object]], session_of: Callable[[User], str]
) -> None:
    different, used = {}, set()
    for line in PAGES:
        path, viewer = reverse(line.name, kwargs=line.arguments(things)), committed.user[line.viewers[0]]
        client = Client()
        client.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
        answer = client.get(path)
        if answer.status_code != HTTPStatus.OK or b"hx-" not in answer.content.partition(b"<main")[2]:
            continue
        address = site.url + path
        with site.visiting(cookie=session_of(viewer)) as visit:
            visit.go(address)
            for one in visit.page.evaluate(TOUCHED):
                if one["typing"] or one["timed"]:
                    continue  # a note beside a field; the state of a job, which ends by opening the page
                visit.go(address)
                if one["n"] >= len(visit.page.evaluate(TOUCHED)):
                    continue  # taken away by what was done before
                use(visit, one["n"], is_form=one["form"])
                in_place = content(visit)
                visit.page.reload()
                anew = content(visit)
                used.add(one["get"] or one["post"])
                if in_place != anew:
                    moved = [(a, b) for a, b in zip(in_place, anew, strict=False) if a != b][:2]
                    different[f"{line.name} {one['get'] or one['post']}"] = moved or [
                        (f"{len(in_place)} lines", f"{len(anew)}")
                    ]
    assert not different, "\n".join(f"{where}\n  {how}" for where, how in different.items())
    assert len(used) >= 8, used
