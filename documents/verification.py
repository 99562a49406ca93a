"""Does every file still lie there as it was stored?"""

from __future__ import annotations

from collections.abc import Iterator

from core.verification import Finding, check
from documents.models import StoredFile
from documents.services import sha256_of


@check("stored files")
def files_are_as_stored() -> Iterator[Finding]:
    for stored in StoredFile.objects.order_by("pk").iterator():
        found = sha256_of(stored)
        if found is None:
            yield Finding(f"documents_storedfile {stored.pk}", "its file is gone")
        elif found != stored.sha256:
            yield Finding(f"documents_storedfile {stored.pk}", "its file was changed after it was stored")
