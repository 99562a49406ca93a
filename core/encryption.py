"""Columns that a dump of the database must not give away. The keys are kept outside of it (`FIELD_ENCRYPTION_KEYS`)."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def cipher() -> MultiFernet:
    """Writes with the first key, reads with every one, so that a key is replaced by putting a new one before it."""
    keys = settings.FIELD_ENCRYPTION_KEYS or [
        base64.urlsafe_b64encode(hashlib.sha256(settings.SECRET_KEY.encode()).digest())
    ]
    return MultiFernet([Fernet(key) for key in keys])


def encrypted(text: str) -> str:
    return cipher().encrypt(text.encode()).decode()


def decrypted(text: str) -> str:
    """Raises `cryptography.fernet.InvalidToken` when none of the keys wrote it."""
    return cipher().decrypt(text.encode()).decode()
