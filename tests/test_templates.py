"""No template without a reader, and none that loads what it does not use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Engine
from django.template.library import Library

from portal.homes import HOMES, PLAIN

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
# Named by Django and its apps, not by us.
BY_CONVENTION = re.compile(
    r"^(\d{3}|base)\.html$|^(account|admin|allauth|mfa|usersessions|django|import_export|socialaccount)/"
)


def test_every_template_is_shown_by_somebody():
    base = Path(settings.BASE_DIR)
    code = [
        path
        for app in (*settings.OWN_APPS, "config")
        for path in (base / app).rglob("*.py")
        if "tests" not in path.parts
    ]
    written = "\n".join(path.read_text() for path in [*code, *ROOT.rglob("*.html")])
    named = {*re.findall(r"[\w./-]+\.html", written), *(home.template for home in (*HOMES, PLAIN))}
    assert [name for name in TEMPLATES if name not in named and not BY_CONVENTION.match(name)] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_template_loads_it_uses(name):
    text = (ROOT / name).read_text()
    libraries = Engine.get_default().template_libraries
    for names in re.findall(r"\{% load ([\w ]+?) %\}", text):
        for library in names.split():
            kept: Library = libraries[library]
            words = "|".join(map(re.escape, kept.tags)), "|".join(map(re.escape, kept.filters))
            used = [
                words[0] and re.search(rf"\{{% (?:{words[0]})\b", text),
                words[1] and re.search(rf"\|(?:{words[1]})\b", text),
            ]
            assert any(used), f"{library} is loaded for nothing"
