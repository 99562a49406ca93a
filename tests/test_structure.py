"""The shape of the house, beyond what import-linter sees."""

from __future__ import annotations

import ast
import configparser
import importlib
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import get_resolver

from core.refusals import NotDone

ROOT = Path(settings.BASE_DIR)
APPS = [*settings.OWN_APPS, "config"]
LONGEST = 400
A_SCREEN = 40  # lines of a function
ALLOWED_IN_RULES = {"core.periods", "core.money", "core.explain", "chinese_calendar"}


def sources(*, tests: bool = False) -> Iterator[Path]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts and (tests or "tests" not in path.parts):
                yield path


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_named_for_nothing_in_particular():
    nothing = re.compile(r"^(utils?|helpers?|common|misc|functions)$")
    assert [
        named(path) for path in sources(tests=True) if nothing.match(path.stem) or nothing.match(path.parent.name)
    ] == []


def test_no_file_grows_past_a_sitting():
    lengths = {named(path): len(path.read_text().splitlines()) for path in sources()}
    assert {place: n for place, n in lengths.items() if n > LONGEST} == {}, "make a package of it"


def test_no_function_is_longer_than_a_screen():
    long = {}
    for path in [*sources(), *sorted((ROOT / "benchmarks").rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and (n := (node.end_lineno or 0) - node.lineno + 1) > A_SCREEN:
                long[f"{named(path)}::{node.name}"] = n
    assert long == {}


def test_a_class_name_means_one_thing():
    """In the whole house; what stands inside a class belongs to it. Commands are named by their files."""
    homes = defaultdict(list)
    for path in sources():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and node.name != "Command":
                homes[node.name].append(named(path))
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_the_last_migration_of_every_app_is_named_as_such():
    """Else no command starts where `django_linear_migrations` is asked, which is wherever one develops."""
    for named in ROOT.glob("*/migrations/max_migration.txt"):
        assert named.read_text().strip() == max(path.stem for path in named.parent.glob("0*.py")), named


def test_the_tests_of_every_app_are_collected():
    named = configparser.ConfigParser()
    named.read(ROOT / "pytest.ini")
    assert set(APPS) - {"config"} <= set(named["pytest"]["testpaths"].split())


@pytest.mark.parametrize("path", [p for p in sources() if "rules" in (p.stem, p.parent.name)], ids=named)
def test_rules_know_only_numbers_and_dates(path):
    """No Django, no models, no clock: the standard library, other rules, and core's periods, money and explanations."""
    foreign = {
        name
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and name not in ALLOWED_IN_RULES
        and not re.search(r"(^|\.)rules(\.|$)", name)
    }
    assert foreign == set()
    assert re.findall(r"\b(?:date\.today|datetime\.now|time\.time)\(", path.read_text()) == []


def test_nothing_is_imported_for_its_types_alone():
    """That hides two modules that know each other: what both need moves below them. A base class may be chosen so."""
    hidden = [
        named(path)
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if any(isinstance(line, ast.Import | ast.ImportFrom) for line in node.body)
    ]
    assert hidden == []


CLOCK = re.compile(r"\b(?:timezone\.now\(|timezone\.local(?:date|time)\(\)|date\.today\(|datetime\.now\()")
EDGE = {"views", "tasks", "management", "admin", "middleware", "context_processors", "clock", "adapter"}


def test_only_the_edge_reads_the_clock():
    inside = [
        named(path) for path in sources() if not EDGE & {*path.with_suffix("").parts} and CLOCK.search(path.read_text())
    ]
    assert inside == []


GETTEXT = re.compile(r"^(_|N_|[np]{0,2}gettext(_lazy|_noop)?)$")


def is_text_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and bool(GETTEXT.match(node.func.id))


@pytest.mark.budget(3)
def test_no_text_hides_from_the_catalogues():
    """What stands inside an f-string, or is put together before it is translated, is collected by nobody."""
    hidden = set()
    for path in sources(tests=True):
        for node in ast.walk(ast.parse(path.read_text())):
            inside = ast.walk(node) if isinstance(node, ast.JoinedStr) else ()
            hidden |= {f"{named(path)}:{call.lineno}" for call in inside if is_text_call(call)}  # type: ignore[attr-defined]
            if is_text_call(node) and any(isinstance(part, ast.JoinedStr | ast.BinOp) for part in node.args):  # type: ignore[attr-defined]
                hidden.add(f"{named(path)}:{node.lineno}")  # type: ignore[attr-defined]
    assert hidden == set()


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_carry_no_inline_style_or_script(path):
    text = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text(), flags=re.S)
    assert re.findall(r"""\s(?:style|on[a-z]+)=["']""", text) == []
    assert re.findall(r"<style|<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text) == []
    assert re.findall(r"\{%\s*load\s+(?:i18n|static|heroicons)\b", text) == [], "these are built in"
    assert "|safe" not in text and "autoescape off" not in text
    assert re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_fit_a_screen_and_say_what_recurs_in_one_way(path):
    """Notices and sections are components: one look, one role for whoever listens."""
    text = path.read_text()
    assert [line for line in text.splitlines() if len(line) > 200] == []
    if path.parent.name != "components":
        assert re.findall(r'class="[^"]*\balert\b', text) == [], "write it as {% notice %}"


def test_every_view_is_short_and_answers_its_methods():
    """A view fetches, validates, calls once and renders: 25 lines, decorators aside."""
    long = {}
    for path in sources():
        if "views" not in (path.stem, path.parent.name):
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.args.args and node.args.args[0].arg == "request":
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > 25:
                    long[f"{named(path)}::{node.name}"] = length
    assert long == {}


def test_every_address_of_people_is_a_random_one():
    """No database key of a person's thing stands in an address."""
    from tests.access.routes import routes

    numbered = {r.name for r in routes() if "<int:" in r.pattern and not r.name.startswith("admin:")}
    assert {name for name in numbered if not name.startswith(("teams:", "policies:"))} == set()
    of_people = {r.name for r in routes() if "/people/<int" in r.pattern or "/stand-ins/<int" in r.pattern}
    assert of_people == set(), "units and policy values are numbered, people are not"
    assert get_resolver().url_patterns


VIEWS = [path for path in sources() if "views" in (path.stem, path.parent.name)]
SERVICES = [path for path in sources() if "services" in (path.stem, path.parent.name)]


def test_views_ask_for_powers_in_one_way():
    """`needs`, `must`, `reach` of teams, and `only_if` for what more a rule says: one place answers 404 and 403."""
    assert [
        named(path) for path in VIEWS if "PermissionDenied" in re.sub(r'""".*?"""', "", path.read_text(), flags=re.S)
    ] == []


def test_no_view_answers_a_refusal_by_hand():
    """`carried_out` does: the same word at the same place with the same status for every verb."""
    caught = set()
    for path in VIEWS:
        names = vars(importlib.import_module(named(path).removesuffix(".py").replace("/", ".")))
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and node.type:
                kinds = [names.get(part.id) for part in ast.walk(node.type) if isinstance(part, ast.Name)]
                caught |= {f"{named(path)}:{node.lineno}" for kind in kinds if kind and issubclass(kind, NotDone)}
    assert caught == set()


def test_messages_are_made_where_messages_live():
    """Elsewhere one tells (`messaging.telling`), which knows what makes a message the same one."""
    assert [
        named(path) for path in sources() if re.search(r"\bDraft\(", path.read_text()) and path.parts[-2] != "messaging"
    ] == []


def calls(path: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


MOMENT = re.compile(r"\b(?:now|today|timestamp)\b|_now\b|timezone")


def test_no_clock_makes_the_key_of_a_message():
    """By the clock the same thing is told twice: a key is the thing it is about, and which time it is told of it."""
    found = []
    for path in sources():
        for call in calls(path, "tell", "notice", "of_rule"):
            key = [one.value for one in call.keywords if one.arg in ("about", "nth")]
            key += call.args[:1] if call.func.id == "of_rule" else []  # type: ignore[attr-defined]
            found += [f"{named(path)}:{one.lineno}" for one in key if MOMENT.search(ast.unparse(one))]
    assert found == []


NOT_A_REFUSAL = {
    "CounterWentBack": "the sealed trail is broken: nobody asked for anything",
    "NotNow": "what a gateway says to the outbox",
    "Never": "what a gateway says to the outbox",
    "_Untaken": "becomes a row of the report of an import",
}


def test_services_refuse_in_one_way():
    """Every exception of a verb is a `NotDone`, so that any page and any command can say it."""
    raw = [
        f"{named(path)}: {node.name}"
        for path in SERVICES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name not in NOT_A_REFUSAL
        if any(ast.unparse(base) in {"Exception", "ValueError", "RuntimeError"} for base in node.bases)
    ]
    assert raw == []


def test_verbs_are_imported_from_their_module():
    """A list of what a package of services holds would have to be kept by hand, and hides where a verb lives."""
    lists = [path for path in SERVICES if path.name == "__init__.py" and len(ast.parse(path.read_text()).body) > 1]
    assert list(map(named, lists)) == []
