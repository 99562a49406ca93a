"""What a test may cost, and where the time of a run goes.

A case may spend half a second of this process's processor time (the database's is not ours to count, and waiting is
not counted). What honestly needs more says how much: `@pytest.mark.budget(3)`. A case fails at three times its budget, for
processors differ and slow each other down. At the end of a run stand the ten files that took longest.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Generator

import pytest

SECONDS = 0.5
PATIENCE = 3
DEAREST = 10
spent_by_file = pytest.StashKey[defaultdict[str, float]]()


def allowed(item: pytest.Item) -> float | None:
    """Seconds; None where nothing is counted: drills, and whatever waits for other processes."""
    if "MUTANT_UNDER_TEST" in os.environ or any(
        item.get_closest_marker(name) for name in ("drill", "browser", "processes", "realdata")
    ):
        return None
    marker = item.get_closest_marker("budget")
    return float(marker.args[0]) if marker else SECONDS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    started = time.process_time()
    yield
    spent, budget = time.process_time() - started, allowed(item)
    if budget is not None and spent > budget * PATIENCE:
        pytest.fail(f"{spent:.2f} s of processor time, of {budget} s", pytrace=False)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[spent_by_file] = defaultdict(float)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Dearest(config), "dearest-files")


class Dearest:
    def __init__(self, config: pytest.Config) -> None:
        self.spent = config.stash[spent_by_file]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.spent[report.nodeid.partition("::")[0]] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        dearest = sorted(self.spent.items(), key=lambda item: -item[1])[:DEAREST]
        if len(self.spent) > DEAREST:
            terminalreporter.write_line("Dearest files, in seconds:")
            for path, seconds in dearest:
                terminalreporter.write_line(f"{seconds:7.1f}  {path}")
