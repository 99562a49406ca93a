"""A browser before the running application: where Chromium is, what is visited, and what is wrong with a page."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",  # what is on another host is not found
]
# Of the style sheets axe would fetch and parse every one again for a single rule, `css-orientation-lock`.
AXE_OPTIONS = {"reporter": "no-passes", "resultTypes": ["violations"], "preload": False}
COLOURS = ("color-contrast", "link-in-text-block")
# Words in Latin letters that stand in Chinese pages on purpose. Names of files and formats, the product, language names.
ALLOWED_WORDS = {
    "muster",
    "crm",
    "xlsx",
    "csv",
    "pdf",
    "sha",
    "english",
    "utf",
    "gb18030",
    "excel",
    "vat",
    "txt",
    "json",
}
WORDS = re.compile(r"[A-Za-z]{3,}")
VERBATIM = "script, style, template, noscript, code, .mono, [lang=en], [data-verbatim], svg title"

TEXTS = """(verbatim) => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent && !parent.closest(verbatim)) texts.push(walker.currentNode.data);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt", "data-label"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      if (!element.closest(verbatim)) texts.push(element.getAttribute(name));
    }
  }
  for (const button of document.querySelectorAll("input[type=submit], input[type=button]")) texts.push(button.value);
  return texts.map((text) => text.trim()).filter((text) => text);
}"""
WIDEST = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return "";
  const wide = [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.right > width + 0.5 && box.width > 0;
  });
  const last = wide.at(-1);
  return `${document.documentElement.scrollWidth} > ${width}: ${last ? last.outerHTML.slice(0, 120) : "?"}`;
}"""


def find() -> str | None:
    """The Chromium of this machine, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Visit:
    """One page as one person saw it, with everything that went wrong on the way."""

    page: Page
    host: str
    status: int = 0
    complaints: list[str] = field(default_factory=list)
    expects_failure: bool = False

    def listen(self) -> None:
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("requestfailed", self.lose)
        self.page.on("response", self.answer)
        self.page.on("request", self.ask)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not (self.expects_failure and "Failed to load resource" in message.text):
            self.complaints.append(f"console: {message.text}")

    def lose(self, request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):
            self.complaints.append(f"request failed: {request.url} {request.failure}")

    def answer(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.complaints.append(f"{response.status} for {response.url}")

    def ask(self, request: Request) -> None:
        """What goes to another host finds nobody there, and is counted."""
        if urlsplit(request.url).netloc != self.host and not request.url.startswith(("data:", "blob:")):
            self.complaints.append(f"request left the machine: {request.url}")

    def go(self, url: str) -> Visit:
        response = self.page.goto(url, wait_until="load")
        self.status = response.status if response else 0
        return self

    def accessibility(self, *rules: str) -> list[str]:
        """What axe holds against the page once nothing moves on it, each with the first element concerned."""
        self.page.evaluate(
            "() => Promise.allSettled(document.getAnimations().map((moving) => moving.finished)).then(() => null)"
        )
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        options = AXE_OPTIONS | ({"runOnly": list(rules)} if rules else {})
        found: dict[str, Any] = self.page.evaluate("(options) => axe.run(options)", options)
        return [
            f"axe {violation['id']}: {violation['help']}: {json.dumps(violation['nodes'][0]['target'])} "
            f"{violation['nodes'][0]['html'][:160]} {violation['nodes'][0].get('failureSummary', '')[:200]}"
            for violation in found["violations"]
        ]

    def sideways(self) -> list[str]:
        wide = self.page.evaluate(WIDEST)
        return [f"scrolls sideways: {wide}"] if wide else []

    def english(self) -> list[str]:
        """Latin words in a Chinese page that nobody allowed."""
        texts: list[str] = self.page.evaluate(TEXTS, VERBATIM)
        return [
            f"English: {text[:80]!r}"
            for text in dict.fromkeys(texts)
            if any(word.lower() not in ALLOWED_WORDS for word in WORDS.findall(text))
        ]

    def everything_wrong(self, *, language: str = "zh-hans") -> list[str]:
        violations: list[str] = self.page.evaluate("() => window.cspViolations || []")
        return [
            *self.complaints,
            *(f"CSP: {violation}" for violation in violations),
            *self.accessibility(),
            *self.sideways(),
            *([] if language == "en" else self.english()),
        ]

    def wrong_on_any_screen(self, *, language: str = "zh-hans") -> list[str]:
        """Everything on the narrow screen it is open on, the colours of the dark one, and whether a wide one scrolls."""
        narrow = self.page.viewport_size
        found = self.everything_wrong(language=language)
        self.page.emulate_media(color_scheme="dark")
        found += [f"dark: {wrong}" for wrong in self.accessibility(*COLOURS)]
        self.page.set_viewport_size({"width": 1440, "height": 900})
        found += [f"1440: {wrong}" for wrong in self.sideways()]
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(narrow or {"width": 360, "height": 780})
        self.complaints.clear()
        return found


NOTE_VIOLATIONS = """window.cspViolations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.cspViolations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});"""


@dataclass
class Site:
    """The running application and a browser before it."""

    url: str
    browser: Browser

    @contextmanager
    def visiting(
        self, path: str = "", *, cookie: str = "", width: int = 390, height: int = 844, theme: str = "light"
    ) -> Iterator[Visit]:
        """A fresh browser of somebody whose session is `cookie`; nobody where it is empty."""
        context = self.context(cookie=cookie, width=width, height=height, theme=theme)
        try:
            visit = Visit(context.new_page(), urlsplit(self.url).netloc)
            visit.listen()
            yield visit.go(self.url + path) if path else visit
        finally:
            context.close()

    def context(self, *, cookie: str, width: int, height: int, theme: str) -> BrowserContext:
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            locale="zh-CN",
            has_touch=width < 768,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.add_init_script(NOTE_VIOLATIONS)
        if cookie:
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.url}])
        return context


def picture(page: Page, path: Path) -> None:
    page.screenshot(path=str(path), full_page=True)
