"""Cells as text for `COPY`: what fits the column, nothing for a blank, `BadCell` for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from core.cells import BadCell, Column, Raw, is_blank, read_cell, shown
from core.explain import N_
from core.money import to_cents
from crm.reading.columns import plain_heading
from crm.rules import masked_name

ACCOUNT = re.compile(r"[0-9A-Za-z_-]{1,32}")
AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,2})?")
WHOLE = re.compile(r"[0-9]{1,9}")
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
KEPT_TEXT = re.compile(r'="(.*)"')  # how many systems keep a spreadsheet from making a number of it


def number_text(raw: Raw, column: Column) -> str:
    """What names an account or a person: text that must not have lost digits on its way through a spreadsheet."""
    if isinstance(raw, str):
        if ACCOUNT.fullmatch(raw) and not SCIENTIFIC.fullmatch(raw):
            return raw
        kept = KEPT_TEXT.fullmatch(raw.strip())
        raw = kept[1] if kept else raw
        if SCIENTIFIC.fullmatch(raw.strip()):
            raise BadCell(N_("stored as a number, its last digits are lost: format the column as text"))
    value: str | None = read_cell(
        raw, Column(column.name, kind="text", required=column.required, longest=column.longest)
    )
    return value or ""


def amount_text(raw: Raw, column: Column, factor: int) -> str:
    if factor == 1 and type(raw) is str and AMOUNT.fullmatch(raw):
        return raw
    if isinstance(raw, str) and raw.strip() in {"-", "—", "--"}:
        raw = ""
    value = read_cell(raw, Column(column.name, kind="decimal", required=column.required, places=8))
    if value is None:
        return ""
    amount = to_cents(value * factor)
    if abs(amount) >= Decimal(10) ** 15:
        raise BadCell(N_("is too large"))
    return str(amount)


def count_text(raw: Raw, column: Column) -> str:
    if type(raw) is str and WHOLE.fullmatch(raw):
        return raw
    value = read_cell(raw, Column(column.name, kind="int", required=column.required))
    if value is not None and not 0 <= value < 2_000_000_000:
        raise BadCell(N_("is below zero or too large"))
    return "" if value is None else str(value)


def part_text(raw: Raw, column: Column) -> str:
    """A share: 0.5, 50% or 50. Nothing said is the whole."""
    if is_blank(raw):
        return "1"
    share = Column(column.name, kind="share", places=4)
    try:
        value = read_cell(raw, share)
    except BadCell:
        text = shown(raw).strip()
        if not re.fullmatch(r"\d{1,3}(?:\.\d+)?", text) or not 1 < Decimal(text) <= 100:
            raise
        value = read_cell(f"{text}%", share)
    if not value:
        raise BadCell(N_("must be above zero"))
    return str(value)


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


def reader_of(column: Column, factor: int) -> Callable[[Raw], str]:
    if column.kind == "amount":
        return lambda raw: amount_text(raw, column, factor)
    read = {
        "number": number_text,
        "count": count_text,
        "part": part_text,
        "name": name_text,
        "choice": choice_text,
    }.get(column.kind, other_text)
    return lambda raw: read(raw, column)
