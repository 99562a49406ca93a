"""Keeping a file, and handing it out."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import IO, Protocol

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.refusals import MovedOn
from documents.models import Access, StoredFile
from documents.registry import FileKind
from documents.uploads import checked, plain_name


class HasPath(Protocol):
    """The unit a file belongs to."""

    path: str


class NotAsStored(MovedOn):
    text = _("The file is not what was stored: it is not handed out. The operators have to look at it.")


def keep_upload(
    *, kind: FileKind, about: models.Model, unit: HasPath, upload: IO[bytes], name: str, actor: User, now: datetime
) -> StoredFile:
    """Keep what somebody hands over, after a look at its content. Raises `FileRefused`."""
    content, form = checked(upload.read(kind.most_bytes + 1), kind)
    title = plain_name(name, form)
    return keep(kind=kind, about=about, unit=unit, content=content, form=form, title=title, actor=actor, now=now)


@transaction.atomic
def keep(
    *, kind: FileKind, about: models.Model, unit: HasPath, content: bytes, form: str, title: str, now: datetime,
    actor: User | None = None, month: date | None = None,
) -> StoredFile:  # fmt: skip
    """Keep a file for good, with its checksum. Its bytes go again where the caller's transaction fails."""
    stored = StoredFile(
        kind=kind.code, format=form, title=title[:200], place=unit.path, month=month, file_name=plain_name(title, form),
        about_type=ContentType.objects.get_for_model(about), about_id=about.pk,
        sha256=hashlib.sha256(content).hexdigest(), size=len(content), retention=kind.retention,
        confidentiality=kind.confidentiality, created_by=actor, created_at=now,
    )  # fmt: skip
    stored.file.save(stored.file_name, ContentFile(content), save=False)
    try:
        stored.save()
    except BaseException:
        stored.file.delete(save=False)
        raise
    return stored


def handed_out(*, stored: StoredFile, actor: User, address: str, now: datetime) -> IO[bytes]:
    """The file, open; that it was handed out is written down. Raises `NotAsStored`."""
    if not is_as_stored(stored):
        raise NotAsStored
    Access.objects.create(file=stored, by=actor, at=now, address=address)
    return stored.file.open()


def is_as_stored(stored: StoredFile) -> bool:
    return sha256_of(stored) == stored.sha256


def sha256_of(stored: StoredFile) -> str | None:
    """The checksum of what lies there now; None where nothing does."""
    digest = hashlib.sha256()
    try:
        with stored.file.open() as file:
            for chunk in file.chunks():
                digest.update(chunk)
    except FileNotFoundError:
        return None
    return digest.hexdigest()
