from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.cast import TODAY, Cast, build_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


@pytest.fixture
def signed_in(time_machine) -> Callable[[User], Client]:
    """`signed_in(cast.cm).get(url)`: a browser of that person at noon of the cast's day."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    time_machine.move_to(datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=ZoneInfo("Asia/Shanghai")), tick=False)

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
