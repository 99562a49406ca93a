"""Questions about what is filed."""

from __future__ import annotations

from dataclasses import dataclass

from archives.models import Document
from compensation.models import PayRun
from documents.models import StoredFile
from documents.services import is_as_stored


def runs_to_file() -> list[PayRun]:
    """Fully signed runs whose report has not been filed yet."""
    return list(PayRun.objects.filter(state=PayRun.State.SIGNED_3).select_related("branch", "plan__plan"))


@dataclass(frozen=True, slots=True)
class FiledFile:
    stored: StoredFile
    is_unchanged: bool


def filed_files(document: Document) -> list[FiledFile]:
    """The document's files, each with its checksum compared just now."""
    return [FiledFile(stored, is_as_stored(stored)) for stored in document.files.order_by("format")]
