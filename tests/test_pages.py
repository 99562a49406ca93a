"""What holds for every page of the access table: its headers, and that nothing hidden shows through."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from core.listings import Listing
from tests.access.lines import BUILDERS
from tests.access.table import TABLE
from tests.cast import Cast
from tests.crowd import SECRET, fill

STRANGERS = (
    "sibling_cm",
    "sibling_am",
    "sibling_mm",
    "sibling_clerk",
    "sibling_manager",
    "outsider_cm",
    "outsider_manager",
)
ANSWERS = [line for line in TABLE if line.method == "GET"]
pytestmark = [pytest.mark.django_db, pytest.mark.matrix, pytest.mark.budget(10)]


def test_nothing_of_another_branch_shows_through_any_list(cast: Cast, signed_in: Callable[[User], Client]):
    for build in BUILDERS.values():
        build(cast)
    fill(cast, range(1, 4))
    shown = []
    for stranger in STRANGERS:
        client = signed_in(cast.user[stranger])
        for line in ANSWERS:
            if line.of or stranger not in line.may.split():
                continue
            answer = client.get(reverse(line.name, kwargs=line.arguments({})))
            body = answer.getvalue()
            text = body.decode(errors="ignore") + str(answer.headers)
            shown += [f"{line.name} as {stranger}: {word}" for word in (SECRET, "林小雨", "同事1") if word in text]
    assert shown == []


def test_the_same_lists_do_show_it_to_those_who_may_see(cast: Cast, signed_in: Callable[[User], Client]):
    """Else the test above would prove nothing."""
    for build in BUILDERS.values():
        build(cast)
    fill(cast, range(1, 4))
    showing = set()
    for person in ("cm", "am", "manager", "clerk", "officer", "office"):
        client = signed_in(cast.user[person])
        for line in ANSWERS:
            if not line.of and person in line.may.split():
                answer = client.get(reverse(line.name, kwargs=line.arguments({})))
                if any(w in answer.getvalue().decode(errors="ignore") for w in (SECRET, "林小雨", "同事1")):
                    showing.add(line.name)
    assert len(showing) >= 4, showing


def test_every_answer_stays_out_of_caches_and_frames(cast: Cast, signed_in: Callable[[User], Client]):
    things = {name: build(cast) for name, build in BUILDERS.items()}
    wrong = []
    for line in ANSWERS:
        viewer = line.may.split()[0]
        answer = signed_in(cast.user[viewer]).get(reverse(line.name, kwargs=line.arguments(things)))
        policy = answer.headers.get("Content-Security-Policy", "")
        held = {
            "no-store": "no-store" in answer.headers.get("Cache-Control", ""),
            "nosniff": answer.headers.get("X-Content-Type-Options") == "nosniff",
            "no frame": answer.headers.get("X-Frame-Options") == "DENY",
            "own sources only": ("default-src 'self'" in policy or "default-src 'none'" in policy)
            and "unsafe" not in policy
            and "http" not in policy,
            "attachment": line.is_page or answer.headers.get("Content-Disposition", "attachment").startswith("attach"),
        }
        wrong += [f"{line.name}: {name}" for name, is_so in held.items() if not is_so]
    assert wrong == []


def test_every_listing_is_an_excel_and_a_csv_file_too_with_the_rows_and_sums_of_its_page(
    cast: Cast, signed_in: Callable[[User], Client]
):
    things = {name: build(cast) for name, build in BUILDERS.items()}
    fill(cast, range(1, 4))
    wrong, seen = [], set()
    for line in (line for line in ANSWERS if line.is_page):
        for viewer in line.viewers:
            client, address = signed_in(cast.user[viewer]), reverse(line.name, kwargs=line.arguments(things))
            listing = (client.get(address).context or {}).get("listing")
            if not isinstance(listing, Listing):
                continue
            seen.add(line.name)
            csv_file, workbook = (client.get(address, {"as": kind}) for kind in ("csv", "xlsx"))
            if "text/csv" not in csv_file["Content-Type"] or "spreadsheet" not in workbook["Content-Type"]:
                wrong.append(f"{line.name} as {viewer}: no file")
                continue
            rows = list(csv.reader(csv_file.getvalue().decode("utf-8-sig").splitlines()))
            cells = [["" if cell is None else cell for cell in row] for row in opened(workbook.getvalue())]
            has_sums = any(column.total is not None for column in listing.columns)
            wanted = 1 + len(list(listing.rows)) + has_sums + 1
            if not len(rows) == len(cells) == wanted or rows[0] != [str(column.title) for column in listing.columns]:
                wrong.append(f"{line.name} as {viewer}: {len(rows)} and {len(cells)} rows, {wanted} wanted")
            if cast.user[viewer].employee_no not in rows[-1][0] or cast.user[viewer].employee_no not in cells[-1][0]:
                wrong.append(f"{line.name} as {viewer}: the file does not say who took it")
    assert wrong == []
    assert {"approvals:waiting", "worklogs:market_reports", "worklogs:score_tables"} <= seen


def opened(workbook: bytes) -> list[list[Any]]:
    return [list(row) for row in load_workbook(io.BytesIO(workbook)).worksheets[0].iter_rows(values_only=True)]
