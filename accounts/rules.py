"""What a password must be, by profile, and how one that is given to somebody is made."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")
LETTERS = "abcdefghjkmnpqrstuvwxyz"  # none that is mistaken for another on paper
DIGITS = "23456789"
ONE_TIME = timedelta(days=7)


@dataclass(frozen=True)
class Profile:
    """`days` a password lasts (None: for ever), `remembered` of the past ones are not taken again."""

    least: int
    classes: int = 1
    days: int | None = None
    remembered: int = 0


# `nist` (SP 800-63B) wants length, `mlps` (GB/T 22239, level 3) classes of characters and regular change as well.
PROFILES = {"nist": Profile(least=12), "mlps": Profile(least=12, classes=3, days=90, remembered=5)}


def classes_in(password: str) -> int:
    return sum(bool(re.search(pattern, password)) for pattern in CLASSES)


def one_time_password() -> str:
    """Three groups of four, easily read out and typed: `k7pm-w3xd-9qhc`, 58 bits."""
    return "-".join("".join(secrets.choice(LETTERS + DIGITS) for _ in range(4)) for _ in range(3))
