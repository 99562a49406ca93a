"""Run every benchmark: `python -m benchmarks [NAME …] [--rows N] [--rounds N]`; `--write` keeps the table in docs/performance.md.

Each module here has `run(rows, rounds)` and gives results: our code and an anchor on the same data, taken in turn in one
run. Without `DATABASE_URL` the checkout's own PostgreSQL is used; the database is called `bench` and is emptied.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
from datetime import UTC, datetime
from pathlib import Path

import benchmarks
from benchmarks.measuring import Result, on_the_bench

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
BY_HAND = "## How to read it\n"
HEAD = """# Performance

Our code beside what it is measured against (the anchor), on the same data, taken in turn in one run; the ratio is what counts,
the seconds depend on the machine. `python -m benchmarks --write` writes this page.

Last run {on}, {cores} cores, load {load:.1f} before it, {rows:,} rows, best of {rounds}.

| job | ours | anchor | ratio | hold | met |
|---|---|---|---|---|---|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    parser.add_argument("names", nargs="*", help=", ".join(names))
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    on_the_bench()
    load = os.getloadavg()[0]
    results: list[Result] = []
    for name in asked.names or names:
        module = importlib.import_module(f"benchmarks.{name}")
        if hasattr(module, "run"):
            for result in module.run(rows=asked.rows, rounds=asked.rounds):
                print(result.line)
                results.append(result)
    if asked.write:
        head = HEAD.format(
            on=datetime.now(tz=UTC).date(), cores=os.cpu_count(), load=load, rows=asked.rows, rounds=asked.rounds
        )
        kept = PAGE.read_text().partition(BY_HAND)[2] if PAGE.exists() else ""
        PAGE.write_text(head + "".join(f"{result.row}\n" for result in results) + f"\n{BY_HAND}{kept}")


if __name__ == "__main__":
    main()
