"""Chinese names found as they are typed on a keyboard: by pinyin and by initials.

What a text sounds like depends on the text alone, so it is kept by text and not beside each row: no write, by whatever
way it comes, can leave a spelling behind that belongs to an earlier name. `spell` adds what is new; the schedule calls
it, and so does a search before it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice, product
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from core.models import Spelling

TYPED = re.compile(r"[a-z' ]+", re.IGNORECASE)
MOST_READINGS = 16  # of one text: 曾 and 单 have several each
AT_ONCE = 5_000


def is_typed(text: str) -> bool:
    """Whether it can be pinyin: letters only."""
    return bool(TYPED.fullmatch(text))


def spelled(text: str) -> str:
    """Every reading of a text with its initials, each behind a space: 曾明 is ` cengming cm zengming zm`."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - its dictionaries take a moment to load

    syllables = pinyin(text, style=Style.NORMAL, heteronym=True, errors=list)  # type: ignore[arg-type]
    readings = [list(dict.fromkeys(one.lower() for one in each if one.strip())) or [""] for each in syllables]
    found: dict[str, None] = {}
    for reading in islice(product(*readings), MOST_READINGS):
        found["".join(reading)] = None
        found["".join(part[:1] for part in reading)] = None
    return "".join(f" {one}" for one in found)[:400]


def sounding_like(typed: str) -> QuerySet[Spelling]:
    """Texts of which a reading, or the initials, begin with what was typed; in a longer text from any syllable on."""
    return Spelling.objects.filter(spelled__contains=typed.lower().replace(" ", "").replace("'", ""))


def spell(*names: QuerySet[Any]) -> int:
    """Spell the texts (the `name` of each row) that are not spelled yet; says how many."""
    new: set[str] = set()
    for rows in names:
        known = Spelling.objects.filter(text=OuterRef("name"))
        new |= set(rows.filter(~Exists(known)).values_list("name", flat=True).distinct()[:AT_ONCE])
    keep(new)
    return len(new)


def keep(texts: Iterable[str]) -> None:
    rows = [Spelling(text=text, spelled=spelled(text)) for text in sorted(texts)]
    Spelling.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
