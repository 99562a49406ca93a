"""`site` runs the application with the cast in it before a Chromium, once for a whole test file.

The rows are committed, so that the server's threads see them, and are taken away after the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import Client
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests import template_database
from tests.browser import chromium
from tests.browser.chromium import Site
from tests.cast import TODAY, Cast, build_cast


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """The cast, really stored, at noon of its day; the clock goes on from there."""
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    with django_db_blocker.unblock(), time_machine.travel(noon, tick=True):
        try:
            yield build_cast()
        finally:
            template_database.restore()


@pytest.fixture(scope="module")
def browser(committed: Cast) -> Iterator[Browser]:
    """Stopped after each file: while it runs, Django sees an event loop in this thread."""
    executable = chromium.find()
    if executable is None:
        pytest.skip("no Chromium on this machine")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            yield playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class KeptByTheBrowser(StaticFilesHandler):
    """Static files as in production: asked for once a browser, not once a page."""

    def serve(self, request: HttpRequest) -> HttpResponse | FileResponse:
        answer = super().serve(request)
        answer.headers["Cache-Control"] = "max-age=3600"
        return answer


@pytest.fixture(scope="module")
def site(committed: Cast, browser: Browser) -> Iterator[Site]:
    with patch("django.contrib.staticfiles.handlers.StaticFilesHandler", KeptByTheBrowser):
        server = LiveServer("localhost")
    try:
        yield Site(url=str(server), browser=browser)
    finally:
        server.stop()


@pytest.fixture(scope="module")
def session_of(committed: Cast) -> Callable[[User], str]:
    """The session cookie of somebody signed in."""

    def cookie(user: User) -> str:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client.cookies["sessionid"].value

    return cookie
