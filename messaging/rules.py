"""How a text is filled, when a message may go out, and when it is tried again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
# An SMS is read on locked screens and kept by strangers: no pay, no identity numbers, no account numbers.
NOT_BY_SMS = re.compile(
    r"(?<!\d)(?:\d{17}[\dXx]|\d{15,19})(?!\d)"  # identity card, bank card
    r"|[¥￥]\s*\d"
    r"|(?:RMB|CNY)\s*\d"
    r"|\d[\d,]*(?:\.\d+)?\s*(?:万元|萬元|元|yuan\b|RMB\b|CNY\b)"
    r"|(?<![\d.])\d[\d,]*\.\d{2}(?![\d.%])",
    re.IGNORECASE,
)
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
MOST_ATTEMPTS = 8
# What a gateway counts: UTF-16 units; one SMS holds 70, each part of a longer one 67.
ONE_SMS, A_SEGMENT = 70, 67
MAY_CUT_AFTER = " ，、；。：！？,;:!?)）」”"


def placeholders(text: str) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with its placeholders replaced, once: what a value contains is never read as a placeholder."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def may_go_by_sms(text: str) -> bool:
    """Whether `text` is free of amounts of money and of identity and bank card numbers."""
    return NOT_BY_SMS.search(text) is None


def sms_length(text: str) -> int:
    """How long a gateway takes `text` to be: a rare character or a picture counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def sms_segments(text: str) -> int:
    """Of how many SMS a gateway makes `text`."""
    length = sms_length(text)
    return 1 if length <= ONE_SMS else -(-length // A_SEGMENT)


def as_sms(text: str, most_segments: int) -> str:
    """`text` in one line, no longer than so many segments; what is cut ends with "…", between words where it can."""
    text = " ".join(text.split())
    room = ONE_SMS if most_segments <= 1 else A_SEGMENT * most_segments
    if sms_length(text) <= room:
        return text
    kept = text[: room - 1]
    while sms_length(kept) > room - 1:
        kept = kept[:-1]
    between = max(kept.rfind(mark) for mark in MAY_CUT_AFTER)
    if between >= len(kept) // 2:
        kept = kept[: between + 1]
    return kept.rstrip(" ，、；：,;:") + "…"


def after_quiet_hours(moment: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """`moment` itself, or the end of the quiet hours it falls in. The hours may span midnight; equal ends mean none."""
    clock = moment.timetz().replace(tzinfo=None)
    end = moment.replace(hour=quiet_until.hour, minute=quiet_until.minute, second=0, microsecond=0)
    if quiet_from <= quiet_until:
        return end if quiet_from <= clock < quiet_until else moment
    if clock >= quiet_from:
        return end + timedelta(days=1)
    return end if clock < quiet_until else moment


def pause_before_retry(attempts: int, chance: float) -> timedelta:
    """How long to wait after `attempts` failed attempts; `chance` in [0, 1) spreads the waits by a quarter up or down."""
    pause = min(FIRST_RETRY * 2 ** (attempts - 1), LONGEST_RETRY)
    spread: timedelta = pause * (0.75 + chance / 2)
    return spread
