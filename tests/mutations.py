"""Do the tests notice a small change to a rule? `make drill-rules` changes each rule in every small way, one at a time.

A comparison turned, a constant off by one, nothing returned: nine of ten such changes in every module must make a fast
test of the app fail. What touches only the words of a text is not counted. Changes that nobody could notice, because
the changed rule does the same, stand in `mutations.toml` with the reason.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTICED = 0.9
UNNOTICED = {0, 5, 33}  # survived; no test runs through it
TEXT = re.compile(r"""[fbr]?("[^"]*"|'[^']*')|N_\(None\)|(?<=cast\()\w+""")


def outcomes() -> Iterator[tuple[str, str, int]]:
    """Module, name and exit code of each change tried."""
    for file in sorted((ROOT / "mutants").rglob("*.py.meta")):
        module = file.relative_to(ROOT / "mutants").as_posix().removesuffix(".meta")
        for name, code in json.loads(file.read_text())["exit_code_by_key"].items():
            if code is not None:
                yield module, name, code


def changed(name: str, module: str) -> tuple[str, str]:
    """The lines before and after."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    lines = get_diff_for_mutant(name, path=module).splitlines()[2:]
    return tuple("\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")  # type: ignore[return-value]


def is_wording(before: str, after: str) -> bool:
    """Whether only a text differs, or the type of a `cast`, which nothing reads when it runs."""
    return TEXT.sub("''", before) == TEXT.sub("''", after)


def main() -> int:
    subprocess.run([Path(sys.executable).with_name("mutmut"), "run", *sys.argv[1:]], cwd=ROOT, check=False)
    equivalent = {
        (one["module"], one["after"])
        for one in tomllib.loads((ROOT / "tests/mutations.toml").read_text()).get("same", [])
    }
    tried: defaultdict[str, int] = defaultdict(int)
    missed: defaultdict[str, list[str]] = defaultdict(list)
    for module, name, code in outcomes():
        if code in UNNOTICED:
            before, after = changed(name, module)
            if is_wording(before, after) or (module, after) in equivalent:
                continue
            missed[module].append(f"  {name.rpartition('__')[0]}\n    - {before}\n    + {after}")
        tried[module] += 1
    poor = 0
    for module, count in sorted(tried.items()):
        share = 1 - len(missed[module]) / count
        poor += share < NOTICED
        print(f"{share:6.1%} of {count:4} noticed  {module}")  # noqa: T201
        if share < NOTICED:
            print("\n".join(missed[module]))  # noqa: T201
    print(f"{len(tried) - poor} passed, {poor} failed")  # noqa: T201
    return int(poor > 0)


if __name__ == "__main__":
    sys.exit(main())
