"""Questions about what is filed."""

from __future__ import annotations

import hashlib

from archives.models import Document
from compensation.models import PayRun


def runs_to_file() -> list[PayRun]:
    """Fully signed runs whose report has not been filed yet."""
    return list(PayRun.objects.filter(state=PayRun.State.SIGNED_3).select_related("branch", "plan__plan"))


def sha256_of(document: Document) -> str | None:
    """The checksum of the file as it lies there now; `None` when it is gone."""
    try:
        with document.file.storage.open(str(document.file.name)) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def is_unchanged(document: Document) -> bool:
    """Whether the file still is what was filed."""
    return sha256_of(document) == document.sha256
