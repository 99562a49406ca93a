"""The one form in which an identifier is kept, whatever the way it came in, and which of two are easily taken for one.

Employee numbers, client numbers, fund accounts, codes of units and licences are `identifier`s, phone numbers `phone`s.
What differs from a known one only in leading zeros or capitals is never taken silently: `lookalikes` names the known one.
No Django: the guard's child reads files by it too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

APOSTROPHES = "'`´‘’‛′"
DASHES = re.compile("[‐-―−⁃﹣]")
LEFT_OUT = re.compile(rf"[\s{APOSTROPHES}]")
# What `likeness` makes of a text, for questions asked of the database.
LIKENESS_IN_SQL = "coalesce(nullif(ltrim(lower({0}), '0'), ''), left({0}, 1))"

MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0(?:10|2\d)[2-9]\d{7}|0[3-9]\d{2}[2-9]\d{6,7}")
COUNTRY = re.compile(r"(?:\+|00)?86-?0?")
EXTENSION = re.compile(r"(.*\d)(?:x|ext|#|转|轉|-)(\d{1,6})")
ABROAD = re.compile(r"\+?\d{5,20}")


class NotAPhoneNumber(ValueError):
    """Neither a mainland mobile number nor a landline with its area code."""


def visible(text: str) -> str:
    """The text in its compatible form (full-width as half-width), without marks that nobody sees."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(mark for mark in plain if unicodedata.category(mark) != "Cf" and not "\ufe00" <= mark <= "\ufe0f")


def identifier(text: str) -> str:
    """`０００７ １`, `'00071` and `00071` with a mark of direction in it are all `00071`. Capitals and zeros stay."""
    if text.isascii() and text.isalnum():
        return text
    plain = DASHES.sub("-", LEFT_OUT.sub("", visible(re.sub(rf"[{APOSTROPHES}]", "", text))))
    return plain if plain == text else identifier(plain)  # what was left out may have kept two marks apart


def likeness(text: str) -> str:
    """What two identifiers that are easily taken for one have in common: all but leading zeros and capitals."""
    return identifier(text).lower().lstrip("0") or text[:1]


def lookalikes(texts: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Of the identifiers that are not known, those that are like a known one, and which that is."""
    there = set(known)
    like = {likeness(text): text for text in sorted(there, reverse=True)}
    return {text: like[likeness(text)] for text in texts if text and text not in there and likeness(text) in like}


def phone(text: str, *, abroad: bool = False) -> str:
    """The one form in which a number is kept: `13912345678`, or `02188886666` with its extension as `-123`.

    Takes full-width digits, invisible marks, spaces, dashes, brackets and the country code 86; `abroad` takes other
    countries' numbers too, as `+85261234567`. Raises `NotAPhoneNumber`.
    """
    plain = re.sub(r"[().·\[\]/]", "", re.sub("ー", "-", identifier(text))).lower()
    if match := COUNTRY.match(plain):
        rest = plain[match.end() :]
        at_home = rest if MOBILE.fullmatch(rest.replace("-", "")) else f"0{rest}"
        plain = at_home if _of_this_country(at_home) else plain
    if number := _of_this_country(plain):
        return number
    number = plain.replace("-", "")
    if abroad and ABROAD.fullmatch(number):
        return f"+{number[2:]}" if number.startswith("00") else number
    raise NotAPhoneNumber(text)


def _of_this_country(plain: str) -> str:
    number = plain.replace("-", "")
    if MOBILE.fullmatch(number) or LANDLINE.fullmatch(number):
        return number
    if (parts := EXTENSION.fullmatch(plain)) and LANDLINE.fullmatch(number := parts[1].replace("-", "")):
        return f"{number}-{parts[2]}"
    return ""
