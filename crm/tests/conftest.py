from __future__ import annotations

import pytest

from crm.tests.desk import Desk


@pytest.fixture
def desk(cast, tmp_path):
    return Desk(cast, tmp_path)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """What is sent is kept in the test's own folder."""
    location = tmp_path / "files"
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": location}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
