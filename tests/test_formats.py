"""What the house promises to take: described in the documents, offered as workbooks, and taken as offered."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands

from core.formats import FileFormat, blank_workbook, example, file_formats
from core.guard import sheets_of
from core.tables import Sheet, fill, for_forms
from crm.reading.columns import TABLES
from tests import formats

DOCS = Path(settings.BASE_DIR) / "docs"
FORMATS = file_formats()


def test_the_described_formats_are_those_of_the_code():
    assert formats.PAGE.read_text() == formats.page(), "run `make formats`"


@pytest.mark.parametrize("one", [one for one in FORMATS.values() if one.name not in TABLES], ids=lambda one: one.name)
def test_a_blank_form_is_read_as_empty_and_its_example_as_a_row(one: FileFormat, tmp_path: Path):
    path = tmp_path / "blank.xlsx"
    path.write_bytes(blank_workbook(one.forms))
    found, ignored = for_forms(sheets_of(path), one.forms)
    assert (set(found), ignored) == ({form.name for form in one.forms}, [])
    for form in one.forms:
        filled = fill(found[form.name], form.columns)
        assert (filled.rows, filled.refusals, filled.ignored) == ([], [], ())
        rows = [[column.name for column in form.columns], [example(column) for column in form.columns]]
        assert len(fill(Sheet("x", list(enumerate(rows, start=1))), form.columns).rows) == 1


def commands() -> set[str]:
    return {name for name, app in get_commands().items() if app in settings.OWN_APPS}


def test_every_command_stands_in_the_operating_manual():
    named = set(re.findall(r"^\| `(\w+)", (DOCS / "operating.md").read_text(), re.MULTILINE))
    assert commands() - named == set()


@pytest.mark.parametrize(
    "command",
    [
        ("import_punches", "punches.csv"),
        *(
            ("export", what, "--from", "2026-11-01", "--to", "2026-11-02", "-o", "x.csv")
            for what in ("duties", "attendance")
        ),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_what_is_promised_and_not_built_says_so(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with pytest.raises(CommandError) as refused:
        call_command(*command, stdout=StringIO())
    assert refused.value.returncode == 2 and "尚未" in str(refused.value)
