"""Parts of the suite by what a test asks for.

`--second-server`: what a run on another server has to try again, which is whatever asks the database, except pages and
the big tables of them: who gets which status and what Chromium shows do not depend on where the rows lie.
`--pure`: what asks no database.
"""

from __future__ import annotations

import pytest

DATABASE = {"db", "transactional_db", "django_db_setup"}
PAGES = {"signed_in", "client", "browser", "site"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--second-server", action="store_true", help="only tests that ask the database and are no pages")
    parser.addoption("--pure", action="store_true", help="only tests that ask no database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("second_server"):
        keep(config, items, [item for item in items if asks_the_database(item) and not is_page(item)])
    if config.getoption("pure"):
        keep(config, items, [item for item in items if not asks_the_database(item)])


def keep(config: pytest.Config, items: list[pytest.Item], chosen: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def asks_the_database(item: pytest.Item) -> bool:
    asked = bool(DATABASE & set(getattr(item, "fixturenames", ())))
    return asked or item.get_closest_marker("django_db") is not None


def is_page(item: pytest.Item) -> bool:
    return bool(PAGES & set(getattr(item, "fixturenames", ()))) or item.get_closest_marker("matrix") is not None
