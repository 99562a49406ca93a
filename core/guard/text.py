"""CSV as it comes: its encoding, its delimiter, its rows. Runs in the guard's child."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.cells import Raw
from core.explain import N_
from core.guard.streams import MIB, Limits, Stream, refuse
from core.tables import TableRefused

BIG5 = N_("The file is written in Big5; save it as UTF-8 (CSV UTF-8) or as .xlsx")
# What tables are made of, in either script: text read by the wrong table of characters hardly holds any of it.
USUAL = frozenset(
    "的一是在不了有人中大上年月日期号號姓名员員工编編电電话話客户戶单單位代码碼称稱类類型备備注註营營业業部银銀行网網点點"
    "市场場区區域经經理职職级級资資金账賬帐帳开開发發关關系係金额額数數量目标標值岗崗任入离離证證书書有效手机機联聯络絡"
)
SAMPLE = 1 << 16


def is_big5(head: bytes) -> bool:
    """Whether a text that is no UTF-8 is written in Big5: as such it reads as more of what tables hold than as GB18030."""

    def usual(encoding: str) -> float:
        try:
            text = head[: head.rfind(b"\n") + 1 or None].decode(encoding)
        except UnicodeDecodeError:
            return -1
        foreign = [mark for mark in text if mark > "\x7f"]
        return sum(mark in USUAL for mark in foreign) / len(foreign) if foreign else 0

    return usual("big5hkscs") > usual("gb18030")


def encoding_of(path: Path) -> str:
    """BOM, else strict UTF-8, else GB18030. Raises `TableRefused` on a NUL, on Big5 or on bytes that are none of them."""
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return proven(path, "utf-16")
        file.seek(0)
        row = 1
        while chunk := file.read(MIB):
            if b"\0" in chunk:
                row += chunk[: chunk.index(b"\0")].count(b"\n")
                raise refuse(N_("The file holds a NUL character: it is not text, or damaged"), row=row)
            row += chunk.count(b"\n")
    if head.startswith(b"\xef\xbb\xbf"):
        return proven(path, "utf-8-sig")
    try:
        return proven(path, "utf-8")
    except TableRefused:
        with path.open("rb") as file:
            if is_big5(file.read(SAMPLE)):
                raise refuse(BIG5) from None
        return proven(path, "gb18030")


def proven(path: Path, encoding: str) -> str:
    """`encoding`, if all of the file can be read by it."""
    row = 1
    with path.open("r", encoding=encoding, newline="") as text:
        try:
            while chunk := text.read(MIB):
                row += chunk.count("\n")
                if "\0" in chunk:
                    raise refuse(N_("The file holds a NUL character: it is not text, or damaged"), row=row)
        except UnicodeError:
            raise refuse(N_("From about this row on the text is neither UTF-8 nor GB18030"), row=row) from None
    return encoding


def text_sheet(path: Path, name: str, limits: Limits) -> Stream:
    encoding = encoding_of(path)
    with path.open("r", encoding=encoding, newline="") as text:
        first = next((line for line in text if line.strip()), "")
    delimiter = max(",\t;", key=first.count)
    return Stream(name=Path(name).stem, rows=text_rows(path, encoding, delimiter, limits), encoding=encoding)


def text_rows(path: Path, encoding: str, delimiter: str, limits: Limits) -> Iterator[tuple[int, Sequence[Raw]]]:
    """The rows by the line they begin on."""
    csv.field_size_limit(limits.field)
    with path.open("r", encoding=encoding, newline="") as text:
        rows = csv.reader(text, delimiter=delimiter, strict=True)
        number = 1
        try:
            for cells in rows:
                if number > limits.rows:
                    raise refuse(
                        N_("The table has more than %(limit)s rows"), row=number, values={"limit": limits.rows}
                    )
                if len(cells) > limits.columns:
                    raise refuse(
                        N_("The row has more than %(limit)s columns"), row=number, values={"limit": limits.columns}
                    )
                if cells:
                    yield number, cells
                number = rows.line_num + 1
        except csv.Error as error:
            rule = (
                N_("A field is longer than %(limit)s characters")
                if "field larger" in str(error)
                else N_("A quotation mark is never closed, or stands inside a field")
            )
            raise refuse(rule, row=number, values={"limit": limits.field}) from None
