"""The one form in which a phone number is kept."""

from __future__ import annotations

import re
import unicodedata


class NotAPhoneNumber(ValueError):
    """Neither a mainland mobile number nor a landline with its area code."""


MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0(?:10|2\d)[2-9]\d{7}|0[3-9]\d{2}[2-9]\d{6,7}")
COUNTRY = re.compile(r"^(?:\+|00)86-?0?")
EXTENSION = re.compile(r"(.*\d)(?:x|ext|#|转|轉|-)(\d{1,6})")


def normalised_phone(text: str) -> str:
    """The one form in which a number is kept: `13912345678`, or `02188886666` with its extension as `-123`.

    Takes full-width digits, spaces, dashes, brackets and the country code 86. Raises `NotAPhoneNumber`.
    """
    plain = re.sub(r"[\s().·]", "", unicodedata.normalize("NFKC", text).lower())
    plain = re.sub(r"[‐-―−ー]", "-", plain)
    if COUNTRY.match(plain):
        plain = COUNTRY.sub("", plain)
        plain = plain if MOBILE.fullmatch(plain.replace("-", "")) else f"0{plain}"
    number = plain.replace("-", "")
    if MOBILE.fullmatch(number) or LANDLINE.fullmatch(number):
        return number
    if (parts := EXTENSION.fullmatch(plain)) and LANDLINE.fullmatch(number := parts[1].replace("-", "")):
        return f"{number}-{parts[2]}"
    raise NotAPhoneNumber(text)
