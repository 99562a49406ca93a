"""What a password must be, by profile, and how one that is given to somebody is made."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")
LETTERS = "abcdefghjkmnpqrstuvwxyz"  # none that is mistaken for another on paper
DIGITS = "23456789"
ONE_TIME = timedelta(days=7)
LONGEST = 128  # characters of a password; a longer one is refused before it is hashed


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


# What every firm and unit carries in its name; what is left is the name.
GENERIC = re.compile(
    r"股份有限公司|有限责任公司|有限公司|公司|集团|证券|證券|营业部|營業部|分公司|总部|總部|市场部|市場部|营销|營銷|部$|片区|片區"
)
SHORTEST_NAME = 2  # in Chinese; in letters and digits four, else every second password would hold one
SHORTEST_LATIN = 4


def forms_of(*names: str) -> set[str]:
    """The names, and what is left of them without the words that all of them carry."""
    return {form.strip().lower() for name in names for form in (name, GENERIC.sub("", name))}


def long_enough(words: Iterable[str]) -> set[str]:
    """What a password must not hold, of these."""
    return {word for word in words if len(word) >= (SHORTEST_LATIN if word.isascii() else SHORTEST_NAME)}
