"""The ledger of clauses: what each asks, what the software does, on which page, proven by which tests.

`docs/clauses.toml` holds the words, `@pytest.mark.clause("S3.b")` on a test holds the proof. `python -m tests.clauses`
writes `docs/clauses.md`; `tests/test_clauses.py` fails while the two disagree.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "clauses.md"
HEAD = """# Clauses

What each clause of the two policy documents asks, what Muster does about it, on which page, and the tests that prove it.
Made by `make clauses` from `docs/clauses.toml` and the marks in the tests; do not edit by hand.

| clause | what is asked | what Muster does | page | proven by |
|---|---|---|---|---|
"""


def clauses() -> dict[str, dict[str, Any]]:
    return tomllib.loads((ROOT / "docs" / "clauses.toml").read_text())


def marked_tests() -> dict[str, list[str]]:
    """Clause → the tests that carry its mark, as `file::name`."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(ROOT.glob("**/tests/**/test_*.py")) + sorted(ROOT.glob("tests/**/test_*.py")):
        place = path.relative_to(ROOT).as_posix()
        if place.startswith((".", "var/")):
            continue
        for test, clause in marks(ast.parse(path.read_text())):
            if f"{place}::{test}" not in found[clause]:
                found[clause].append(f"{place}::{test}")
    return found


def marks(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Every (test, clause): marks on tests, on their classes, and on the whole module (`pytestmark`)."""
    for node in module.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets):
            yield from (("*", clause) for clause in cited(node.value))
        elif isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                yield from ((node.name, clause) for clause in cited(decorator))
            yield from marks(ast.Module(node.body, []))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                yield from ((node.name, clause) for clause in cited(decorator))


def cited(expression: ast.expr) -> Iterator[str]:
    """The ids in every `pytest.mark.clause(…)` within an expression."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "clause":
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


def ledger() -> str:
    proofs = marked_tests()
    rows = []
    for clause, words in clauses().items():
        tests = "<br>".join(f"`{test}`" for test in proofs.get(clause, ["none"]))
        pages = ", ".join(f"`{page}`" for page in words["pages"])
        rows.append(f"| {clause} | {words['asks']} | {words['does']} | {pages} | {tests} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(ledger())
    sys.exit(0)
