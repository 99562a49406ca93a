"""What a second run on another server has to try again: whatever asks the database, except pages and the big tables of them.

What Chromium shows, who gets which status, and what touches no database do not depend on where the rows lie.
"""

from __future__ import annotations

import pytest

PAGES = {"signed_in", "client", "browser", "site"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--second-server", action="store_true", help="only tests that ask the database and are no pages")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("second_server"):
        return
    chosen = [item for item in items if depends_on_the_server(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def depends_on_the_server(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    asks = bool(fixtures & {"db", "transactional_db"}) or item.get_closest_marker("django_db") is not None
    return asks and not fixtures & PAGES and item.get_closest_marker("matrix") is None
