"""One cell of a table somebody sent: its text, number, date or word, or the rule it breaks. No Django, no files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any

from core.explain import N_
from core.identifiers import NotAPhoneNumber, identifier, phone, visible


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that a spreadsheet would compute and whose result was never stored."""

    text: str = ""

    def __str__(self) -> str:
        return f"={self.text}"


Raw = str | int | float | bool | date | datetime | time | timedelta | Formula | None

EARLIEST, LATEST = date(1950, 1, 1), date(2099, 12, 31)
MOST_DIGITS = 60  # of a figure below 10¹⁴ with as many decimals as any column takes
EXACT_IN_A_NUMBER = 10**15  # a spreadsheet keeps 15 digits and makes the rest zeros
YES_OR_NO = {
    **dict.fromkeys(("yes", "y", "true", "1", "是", "有", "√"), True),
    **dict.fromkeys(("no", "n", "false", "0", "否", "无", "無", "×"), False),
}
# A number with comma groups or without.
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?|[+-]?\.\d+", re.ASCII)
MIDNIGHT = r"(?:[ T]\s*0?0:00(?::00(?:\.0+)?)?(?: ?\+08:?00)?|[ T]\s*12:00(?::00)? ?AM| ?(?:上午|凌晨) ?(?:12|0?0):00(?::00)?)?"
DATE = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?{MIDNIGHT}", re.ASCII | re.IGNORECASE)
LOOSE_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]*(\d{1,2})[:时時](\d{1,2})分?(?::(\d{1,2})(?:\.0+)?)?", re.ASCII
)
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
MONTH = re.compile(r"(\d{4})(?:[-/.年](?=\d{1,2}月?$)|(?=\d{2}$))(\d{1,2})月?", re.ASCII)
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?", re.ASCII)
ERRORS = frozenset(
    ("#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!",
     "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#PYTHON!", "#EXTERNAL!")
)  # fmt: skip
NOTED = re.compile("\\d[\u00b2\u00b3\u00b9\u2070-\u209f\u2460-\u24ff]")
KEPT_TEXT = re.compile(r'="(.*)"')  # how many systems keep a spreadsheet from making a number of it
SCIENTIFIC = re.compile(r"\d\.\d+[eE]\+?\d+|\d[eE]\+\d+", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class BadCell(ValueError):
    """The cell breaks `rule`, a message id whose `%(name)s` are filled from `values`."""

    def __init__(self, rule: str, **values: str) -> None:
        super().__init__(rule)
        self.rule, self.values_in_rule = rule, values


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a form: its identifier, the other headers it answers to, and what its cells hold.

    `kind`: text, identifier, phone, int, decimal, share, bool, date, month, time, moment or choice. `choices` leads from
    a code to the other words for it; `longest` limits text and `places` the decimals.
    """

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    kind: str = "text"
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    longest: int = 200
    places: int = 2
    clearable: bool = False  # a cell of `-` empties what is there; an empty one leaves it
    example: str = ""


CLEARED: Any = type("Cleared", (), {"__repr__": lambda _: "CLEARED"})()
CLEARS = {"-", "—", "–", "－"}


def folded(text: str) -> str:
    """A header, a sheet's name or a word without what people vary: width, case, spaces."""
    return re.sub(r"\s+", "", visible(text)).casefold()


def is_blank(raw: Raw) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip(" \t\r\n\u3000\xa0"))


def shown(raw: Raw) -> str:
    """The cell as its sender sees it, cut to what a message can hold."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < EXACT_IN_A_NUMBER:
        raw = int(raw)
    text = CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(raw))
    return text if len(text) <= 80 else f"{text[:79]}…"


def refuse_uncomputed(raw: Raw) -> None:
    """What a spreadsheet could not compute is no value, and never a blank. Raises `BadCell`."""
    if isinstance(raw, Formula):
        raise BadCell(N_("The formula has no stored result; copy the column and paste it as values"))
    if isinstance(raw, str) and raw.lstrip()[:1] in ("#", "＃") and visible(raw).strip().upper() in ERRORS:
        raise BadCell(N_("is an error value of the spreadsheet, not a figure or a text"))


def read_cell(raw: Raw, column: Column) -> Any:
    """The typed value; None for a blank cell. Raises `BadCell`."""
    refuse_uncomputed(raw)
    if is_blank(raw):
        if column.required:
            raise BadCell(N_("must be filled in"))
        return None
    if column.clearable and isinstance(raw, str) and raw.strip() in CLEARS:
        return CLEARED
    return READERS[column.kind](raw, column)


def _plain_text(raw: Raw) -> str:
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        if abs(raw) >= EXACT_IN_A_NUMBER:
            raise BadCell(N_("stored as a number, its last digits are lost: format the column as text"))
        return str(int(raw)) if float(raw).is_integer() else str(raw)
    if isinstance(raw, bool | timedelta | Formula):
        raise BadCell(N_("is not a text"))
    return unicodedata.normalize("NFC", str(raw)).strip(" \t\r\n\u3000\xa0")


def _text(raw: Raw, column: Column) -> str:
    text = _plain_text(raw)
    if CONTROL.search(text):
        raise BadCell(N_("holds a character that is not allowed"))
    if len(text) > column.longest:
        raise BadCell(N_("is longer than %(longest)s characters"), longest=str(column.longest))
    return text


def refuse_noted(text: str) -> None:
    """`5²` and `5①` are 5 with a footnote, and never 52 or 51. Raises `BadCell`."""
    if NOTED.search(text):
        raise BadCell(N_("has the mark of a footnote behind its digits"))


def _identifier(raw: Raw, column: Column) -> str:
    """What names a person, an account or a place, in its one form; it must not have lost digits in a spreadsheet."""
    if isinstance(raw, str):
        refuse_noted(raw)
        kept = KEPT_TEXT.fullmatch(raw.strip())
        raw = kept[1] if kept else raw
        if SCIENTIFIC.fullmatch(visible(raw).strip()):
            raise BadCell(N_("stored as a number, its last digits are lost: format the column as text"))
    text = identifier(_text(raw, column))
    if not text:
        raise BadCell(N_("must be filled in"))
    if not any(map(str.isalnum, text)):
        raise BadCell(N_("holds neither a letter nor a digit"))
    return text


def _phone(raw: Raw, column: Column) -> str:
    try:
        return phone(_text(raw, column), abroad=True)
    except NotAPhoneNumber:
        raise BadCell(N_("is not a phone number")) from None


def _decimal(raw: Raw, column: Column) -> Decimal:
    problem = BadCell(N_("is not a number"))
    if isinstance(raw, bool | date | time | timedelta | Formula) or raw is None:
        raise problem
    if isinstance(raw, str):
        refuse_noted(raw)
        text = visible(raw).replace("−", "-").strip().lstrip("¥").strip()
        if not NUMBER.fullmatch(text):
            raise problem
        text = text.replace(",", "")
    else:
        text = f"{raw:.15g}" if isinstance(raw, float) else str(raw)  # 0.30000000000000004 is a binary leftover
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise problem from None
    if not number.is_finite():
        raise problem
    if abs(number) >= Decimal(10) ** 14:
        raise BadCell(N_("is too large"))
    with localcontext(prec=MOST_DIGITS):
        has_more = number != number.quantize(Decimal(1).scaleb(-column.places))
    if has_more:
        raise BadCell(N_("has more than %(places)s decimals"), places=str(column.places))
    return number


def _int(raw: Raw, column: Column) -> int:
    number = _decimal(raw, Column(column.name, places=6))
    if number != number.to_integral_value():
        raise BadCell(N_("is not a whole number"))
    return int(number)


def _share(raw: Raw, column: Column) -> Decimal:
    """A part of one: `0.5`, `50%` and the `0.5` of a cell shown as percent."""
    places = Column(column.name, places=4)
    if isinstance(raw, str) and raw.strip().endswith(("%", "\uff05")):
        share = _decimal(raw.strip()[:-1], places) / 100
    else:
        share = _decimal(raw, places)
    if not 0 <= share <= 1:
        raise BadCell(N_("is not a share between 0 and 1 (or 0% and 100%)"))
    return share


def _bool(raw: Raw, column: Column) -> bool:
    if isinstance(raw, bool):
        return raw
    try:
        return YES_OR_NO[folded(_plain_text(raw))]
    except KeyError:
        raise BadCell(N_("is neither yes nor no (是/否)")) from None


def _in_range(on: date) -> date:
    if not EARLIEST <= on <= LATEST:
        raise BadCell(N_("is not between %(first)s and %(last)s"), first=str(EARLIEST), last=str(LATEST))
    return on


def _date(raw: Raw, column: Column) -> date:
    problem = BadCell(N_("is not a date such as 2026-11-18"))
    if isinstance(raw, datetime):
        if raw.time() != time():
            raise problem
        return _in_range(raw.date())
    if isinstance(raw, date):
        return _in_range(raw)
    text = visible(_plain_text(raw)).strip()
    match = DATE.fullmatch(text) or COMPACT_DATE.fullmatch(text)
    if not match:
        raise problem
    try:
        on = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise problem from None
    return _in_range(on)


def _month(raw: Raw, column: Column) -> date:
    """The first day of the month."""
    if isinstance(raw, date):
        return _in_range(date(raw.year, raw.month, 1))
    match = MONTH.fullmatch(visible(_plain_text(raw)).strip())
    if match and 1 <= int(match[2]) <= 12:
        return _in_range(date(int(match[1]), int(match[2]), 1))
    try:
        return _date(raw, column).replace(day=1)
    except BadCell:
        raise BadCell(N_("is not a month such as 2026-11")) from None


def _time(raw: Raw, column: Column) -> time:
    problem = BadCell(N_("is not a time such as 09:00"))
    if isinstance(raw, datetime | timedelta):
        raise problem
    if isinstance(raw, time):
        return raw.replace(second=0, microsecond=0)
    match = CLOCK.fullmatch(visible(_plain_text(raw)).strip())
    try:
        return time(int(match[1]), int(match[2])) if match else time(24)
    except ValueError:
        raise problem from None


def _moment(raw: Raw, column: Column) -> datetime:
    """A moment as written; without a zone it is the firm's time, which the reader of the table adds."""
    problem = BadCell(N_("is not a date and time such as 2026-11-18 09:00"))
    if isinstance(raw, datetime):
        moment = raw
    else:
        text = visible(_plain_text(raw)).strip()
        loose = LOOSE_MOMENT.fullmatch(text)
        try:
            if loose:
                moment = datetime(*(int(part or 0) for part in loose.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
            else:
                moment = datetime.fromisoformat(text.replace("/", "-"))
        except ValueError:
            raise problem from None
    _in_range(moment.date())
    return moment


def _choice(raw: Raw, column: Column) -> str:
    word = folded(_plain_text(raw))
    for code, words in column.choices.items():
        if word in {folded(code), *map(folded, words)}:
            return code
    known = (" / ".join((code, *words[:2])) for code, words in column.choices.items())
    raise BadCell(N_("is none of: %(choices)s"), choices=", ".join(known))


READERS: dict[str, Callable[[Raw, Column], Any]] = {
    "text": _text,
    "identifier": _identifier,
    "phone": _phone,
    "int": _int,
    "decimal": _decimal,
    "share": _share,
    "bool": _bool,
    "date": _date,
    "month": _month,
    "time": _time,
    "moment": _moment,
    "choice": _choice,
}
