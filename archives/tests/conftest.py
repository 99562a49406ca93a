import pytest
from django.core.files.storage import InMemoryStorage

from archives.models import Document
from compensation.tests.month import october_fixture

__all__ = ["october_fixture"]


@pytest.fixture(autouse=True)
def files_in_memory(monkeypatch):
    """Files of the tests leave nothing on the disk."""
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", InMemoryStorage())
