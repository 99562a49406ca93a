"""What the pages for builders name is there."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

from tests import data_model

ROOT = Path(settings.BASE_DIR)
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_picture_of_the_models_is_that_of_the_models():
    assert data_model.PAGE.read_text() == data_model.page(), "make data-model"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_what_the_page_of_registries_names_exists():
    text = (ROOT / "docs" / "registries.md").read_text()
    for module, name in re.findall(r"`((?:core|messaging|policies|crm|worklogs)(?:\.\w+)+)\.(\w+)`", text):
        assert hasattr(import_module(module), name), f"{module}.{name}"


def test_every_target_of_make_that_the_pages_name_exists():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {target for page in PAGES for target in re.findall(r"`make ([\w-]+)", page.read_text())}
    assert named - targets == set()


def test_the_files_of_the_room_that_is_told_about_are_there():
    text = (ROOT / "docs" / "adding-a-room.md").read_text()
    named = re.findall(r"^\|[^|]*\| `([^`]+)` \|", text, re.M)
    assert len(named) > 15
    assert [path for path in named if not (ROOT / path).exists()] == []
