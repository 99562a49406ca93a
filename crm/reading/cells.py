"""Cells as text for `COPY`: what fits the column, nothing for a blank, `BadCell` for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from core.cells import BadCell, Column, Raw, is_blank, read_cell, refuse_uncomputed
from core.explain import N_
from core.identifiers import visible
from core.money import to_cents
from crm.reading.columns import plain_heading
from crm.rules import masked_name

ACCOUNT = re.compile(r"(?=[_-]*[0-9A-Za-z])[0-9A-Za-z_-]{1,32}")
AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,2})?")
WHOLE = re.compile(r"[0-9]{1,9}")
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
FRACTION = re.compile(r"(\d{1,6})/(\d{1,6})", re.ASCII)
PLACES_OF_A_SHARE = 20


def number_text(raw: Raw, column: Column) -> str:
    """What names an account or a person, in its one form; it must not have lost digits on its way through a spreadsheet."""
    if isinstance(raw, str):
        if ACCOUNT.fullmatch(raw) and not SCIENTIFIC.fullmatch(raw):
            return raw
        if SCIENTIFIC.fullmatch(raw.strip()):
            raise BadCell(N_("stored as a number, its last digits are lost: format the column as text"))
    number = Column(column.name, kind="identifier", required=column.required, longest=column.longest)
    return read_cell(raw, number) or ""


def amount_text(raw: Raw, column: Column, factor: int, round_off: Callable[[], None] = lambda: None) -> str:
    """In yuan. A figure with more places than money has is rounded to cents, and `round_off` told."""
    if factor == 1 and type(raw) is str and AMOUNT.fullmatch(raw):
        return raw
    if isinstance(raw, str) and raw.strip() in {"-", "—", "--"}:
        raw = ""
    value = read_cell(raw, Column(column.name, kind="decimal", required=column.required, places=12))
    if value is None:
        return ""
    amount = to_cents(value * factor)
    if abs(amount) >= Decimal(10) ** 15:
        raise BadCell(N_("is too large"))
    if amount != value * factor:
        round_off()
    return str(amount)


def count_text(raw: Raw, column: Column) -> str:
    if type(raw) is str and WHOLE.fullmatch(raw):
        return raw
    value = read_cell(raw, Column(column.name, kind="int", required=column.required))
    if value is not None and not 0 <= value < 2_000_000_000:
        raise BadCell(N_("is below zero or too large"))
    return "" if value is None else str(value)


def part_text(raw: Raw, column: Column) -> str:
    """A share: 0.5, 50%, 50 or 1/2, with as many places as were given; a fraction with 20. Nothing said is the whole."""
    refuse_uncomputed(raw)
    if is_blank(raw):
        return "1"
    text = re.sub(r"\s", "", visible(raw)).replace("\u2044", "/") if isinstance(raw, str) else ""
    places = Column(column.name, kind="decimal", places=PLACES_OF_A_SHARE)
    if match := FRACTION.fullmatch(text):
        value = Decimal(match[1]) / Decimal(match[2]) if int(match[2]) else Decimal(2)
        value = value.quantize(Decimal(1).scaleb(-PLACES_OF_A_SHARE))
    elif text.endswith("%"):
        value = read_cell(text[:-1], places).scaleb(-2)
    else:
        value = read_cell(text or raw, places)
        if text and 1 < value <= 100:
            value = value.scaleb(-2)
    if not 0 <= value <= 1:
        raise BadCell(N_("is not a share between 0 and 1 (or 0% and 100%)"))
    if not value:
        raise BadCell(N_("must be above zero"))
    return f"{value:f}"


def name_text(raw: Raw, column: Column) -> str:
    if type(raw) is str and raw.isalnum() and len(raw) <= column.longest:
        return masked_name(raw)
    value = read_cell(raw, Column(column.name, kind="text", longest=column.longest))
    return masked_name(value or "")


def choice_text(raw: Raw, column: Column) -> str:
    if isinstance(raw, str):
        raw = plain_heading(raw)
    return str(read_cell(raw, column) or "")


def other_text(raw: Raw, column: Column) -> str:
    value = read_cell(raw, column)
    return "" if value is None else str(value)


def reader_of(column: Column, factor: int, round_off: Callable[[], None]) -> Callable[[Raw], str]:
    if column.kind == "amount":
        return lambda raw: amount_text(raw, column, factor, round_off)
    read = {
        "number": number_text,
        "count": count_text,
        "part": part_text,
        "name": name_text,
        "choice": choice_text,
    }.get(column.kind, other_text)
    return lambda raw: read(raw, column)
