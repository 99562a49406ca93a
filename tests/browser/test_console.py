"""The console in Chromium: what holds for every page holds for Django's as well, as far as it opens to people here."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import models
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from tests.browser.chromium import COLOURS, WORDS, Site
from tests.builders import Builder
from tests.cast import Cast

pytestmark = pytest.mark.browser
MADE_UP = re.compile(r"\w+-\d+")
# Codes, file names and digests stand there as data.
DATA = ".field-file_name, .field-file_sha256, .field-parameter, .field-addressees, .field-code, .field-source, .results code"


@pytest.fixture(scope="module")
def addresses(committed: Cast) -> list[str]:
    """Every page of every table that opens to somebody, with a row of each to look at."""
    make, found = Builder(committed), [reverse("admin:index"), reverse("admin:app_list", args=["teams"])]
    for model in admin.site._registry:
        row: models.Model = make.build(model)
        row.save()
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page, arguments in (("changelist", []), ("add", []), ("change", [row.pk]), ("import", []), ("export", [])):
            try:
                found.append(reverse(f"{name}_{page}", args=arguments))
            except NoReverseMatch:
                continue
    return found


def is_data(complaint: str) -> bool:
    """Whether all the Latin of a text is what the builder writes into rows: `fund_account-13`."""
    text = complaint.removeprefix("English: ")
    return text != complaint and not WORDS.search(MADE_UP.sub("", text).replace("Muster", ""))


def test_the_console_is_clean(site: Site, committed: Cast, addresses, session_of: Callable[[User], str]):
    wrong: dict[str, list[str]] = {}
    with site.visiting(cookie=session_of(committed.market), width=360, height=780) as visit:
        for address in addresses:
            if visit.go(site.url + address).status == 403:
                visit.complaints.clear()
                continue
            visit.page.evaluate(f"() => document.querySelectorAll('{DATA}').forEach((e) => e.dataset.verbatim = '')")
            found = [one for one in visit.everything_wrong() if not is_data(one)]
            if "outlet" in address:  # one table of each kind of page
                visit.page.emulate_media(color_scheme="dark")
                found += [f"dark: {one}" for one in visit.accessibility(*COLOURS)]
                visit.page.emulate_media(color_scheme="light")
            visit.complaints.clear()
            if found:
                wrong[address] = found
    assert wrong == {}
