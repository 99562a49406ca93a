"""Counts what a test run did and says it in one plain line: `N passed, N failed, N skipped`.

As a pytest plugin it writes the counts of each run to `var/tests/RUN.json`; as a command it adds the runs up. A check
that failed beside the tests (`RUN.unwell` without a failed test in `RUN.json`) counts as one. `--no-browser-skips` fails
when a test that walks pages in Chromium was skipped.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "var" / "tests"


class Counter:
    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.outcomes: dict[str, str] = {}
        self.browser_skips: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One outcome per test: a failure in any phase counts as failed."""
        if report.when == "call" or report.outcome != "passed":
            known = self.outcomes.get(report.nodeid)
            self.outcomes[report.nodeid] = "failed" if "failed" in (known, report.outcome) else report.outcome
        if report.outcome == "skipped" and "browser" in report.keywords:
            self.browser_skips.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.outcome == "failed":
            self.outcomes[f"collecting {report.nodeid}"] = "failed"

    def pytest_sessionfinish(self) -> None:
        found = list(self.outcomes.values())
        counts = {name: found.count(name) for name in ("passed", "failed", "skipped")}
        FOLDER.mkdir(parents=True, exist_ok=True)
        name = os.environ.get("MUSTER_TEST_RUN", "tests")
        (FOLDER / f"{name}.json").write_text(json.dumps({**counts, "browser_skips": self.browser_skips}))


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # under xdist the first process hears of every test
        config.pluginmanager.register(Counter(config), "closing-line")


def main() -> int:
    parser = ArgumentParser()
    parser.add_argument("--no-browser-skips", action="store_true")
    options = parser.parse_args()
    runs = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
    counts = {name: sum(run[name] for run in runs.values()) for name in ("passed", "failed", "skipped")}
    counts["failed"] += sum(not runs.get(path.stem, {}).get("failed") for path in FOLDER.glob("*.unwell"))
    if skips := sum(len(run["browser_skips"]) for run in runs.values()):
        print(f"{skips} browser tests were skipped: there is no Chromium on this machine.")
        counts["failed"] += options.no_browser_skips
    print(", ".join(f"{number} {name}" for name, number in counts.items()))
    return int(not counts["passed"] or counts["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main())
