from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.utils import translation
from pytest_django import DjangoDbBlocker

from accounts.models import User
from core import embedded
from tests import template_database
from tests.cast import TODAY, Cast, build_cast

pytest_plugins = ["tests.closing_line", "tests.budget", "tests.selection"]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Every test process works on its own copy of one migrated template."""
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            stack.enter_context(template_database.own_database())
        yield
        with django_db_blocker.unblock():
            stack.close()


@pytest.fixture(scope="session", autouse=True)
def files_beside_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Files of the tests leave nothing in `var/files`."""
    backend = "django.core.files.storage.FileSystemStorage"
    default = {"BACKEND": backend, "OPTIONS": {"location": tmp_path_factory.mktemp("files")}}
    with override_settings(STORAGES={**settings.STORAGES, "default": default}):
        yield


LOCKS = re.compile(r"\bFOR (?:NO KEY )?UPDATE\b(?! OF )")


def _lock_names_its_table(execute: Callable[..., Any], statement: Any, *rest: Any) -> Any:
    """Where a query joins, `select_for_update` without `of` locks what it only looks at."""
    text = str(statement)
    if " JOIN " in text and LOCKS.search(text):
        pytest.fail(f"select_for_update(of=…): {text}", pytrace=False)
    return execute(statement, *rest)


@pytest.fixture(scope="session", autouse=True)
def locks_name_their_table() -> Iterator[None]:
    with connection.execute_wrapper(_lock_names_its_table):
        yield


@pytest.fixture(autouse=True)
def language_of_the_house() -> Iterator[None]:
    """A request in another language leaves it to no later test of the process."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty Redis of this test process's own: the one of `REDIS_URL`, else the embedded Valkey."""
    given = os.environ.get("REDIS_URL", "")
    if given:
        server, _, number = given.rpartition("/")
        yield f"{server}/{int(number) + int(template_database.worker()[2:] or 0)}"
        return
    with embedded.running_valkey(tmp_path_factory.mktemp("valkey")) as socket:
        yield f"unix://{socket}"


@pytest.fixture
def process_environment(transactional_db: None, broker: str, tmp_path: Path) -> dict[str, str]:
    """The environment in which a process started by a test works on the test's own database, broker and mail folder."""
    return {
        **os.environ,
        "DATABASE_URL": template_database.address(),
        "REDIS_URL": broker,
        "EMAIL_URL": f"filemail://{tmp_path / 'mail'}",
        "SMS_GATEWAY": f"file://{tmp_path / 'sms'}",
        "DJANGO_DEBUG": "1",
    }


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


@pytest.fixture
def signed_in(time_machine) -> Callable[[User], Client]:
    """`signed_in(cast.cm).get(url)`: a browser of that person at noon of the cast's day."""
    time_machine.move_to(datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=ZoneInfo("Asia/Shanghai")), tick=False)

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        client.get("/healthz")  # the session notes when it was first used
        return client

    return sign_in


@pytest.fixture
def chinese_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands speak the language of the terminal; this one's is Simplified Chinese."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
