"""Files from outside: looked at before they are parsed, and parsed by a child process that may die alone.

`reading(path, name=…)` starts `python -m core.guard` with bounds on memory and processor time. The child looks at the
file's kind and size (a zip's parts, what they unpack to, the cells they claim), decodes it, and hands its sheets to a
*shaper*, a function `(sheets, out, **arguments) -> report` named by its place, which writes bytes to the parent. What
is refused arrives as `TableRefused`. Nothing here imports Django: the child starts in a few hundredths of a second.
"""

from __future__ import annotations

import contextlib
import csv
import importlib
import json
import re
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

from core.cells import Raw
from core.explain import N_
from core.tables import Refusal, Sheet, TableRefused, letters_of

ROOT = Path(__file__).resolve().parent.parent
CHUNK = 1 << 18
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The most a file may be. Beyond any of them it is refused, and says which."""

    file_bytes: int = 32 * MIB
    parts: int = 200
    unpacked: int = 64 * MIB
    rows: int = 50_000
    columns: int = 200
    field: int = 32_767
    memory: int = 1 << 30
    seconds: int = 60


class Reading:
    """A file being read: `chunks()` first, to the end; then `report` is what the shaper returned."""

    def __init__(self, child: subprocess.Popen[bytes], said: IO[bytes]) -> None:
        self._child = child
        self._said = said
        self.report: dict[str, Any] = {}

    def chunks(self) -> Iterator[bytes]:
        """What the shaper wrote, piece by piece. Raises `TableRefused`."""
        assert self._child.stdout is not None  # noqa: S101
        while chunk := self._child.stdout.read1(CHUNK):  # type: ignore[attr-defined]
            yield chunk
        self.report = self._conclude()

    def lines(self) -> Iterator[Any]:
        """What a shaper wrote as JSON lines."""
        rest = b""
        for chunk in self.chunks():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield json.loads(line)

    def _conclude(self) -> dict[str, Any]:
        ended = self._child.wait()
        self._said.seek(0)
        last = self._said.read().rstrip().rpartition(b"\n")[2]
        try:
            said = json.loads(last)
        except ValueError:
            said = None
        if ended == 0 and isinstance(said, dict) and "report" in said:
            report: dict[str, Any] = said["report"]
            return report
        if isinstance(said, dict) and "refused" in said:
            raise TableRefused(*(Refusal.read(refusal) for refusal in said["refused"]))
        raise TableRefused(
            Refusal(rule=N_("The file cannot be read: it is damaged, or far larger inside than it looks"))
        )


@contextlib.contextmanager
def reading(
    path: Path | str,
    *,
    name: str = "",
    limits: Limits | None = None,
    shaper: str = "core.guard:rows_as_json",
    arguments: Mapping[str, Any] | None = None,
) -> Iterator[Reading]:
    """Read a file in a child process. `name` is what the person called it; `arguments` go to the shaper as JSON."""
    job = {
        "path": str(path),
        "name": name or Path(path).name,
        "limits": asdict(limits or Limits()),
        "shaper": shaper,
        "arguments": dict(arguments or {}),
    }
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            [sys.executable, "-B", "-X", "utf8", "-m", "core.guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            cwd=ROOT,
            close_fds=True,
            env={"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0"},
        )
        try:
            assert child.stdin is not None  # noqa: S101
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(json.dumps(job).encode())
                child.stdin.close()
            yield Reading(child, said)
        finally:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()


def sheets_of(path: Path, *, name: str = "", limits: Limits | None = None) -> list[Sheet]:
    """The sheets of a file of moderate size with all their rows. Raises `TableRefused`."""
    sheets: list[Sheet] = []
    rows: list[tuple[int, Sequence[Raw]]] = []
    with reading(path, name=name, limits=limits) as read:
        for line in read.lines():
            if isinstance(line, dict):
                rows = []
                sheets.append(Sheet(line["sheet"], rows, tuple(line["merged"]), line["encoding"]))
            else:
                number, cells = line
                rows.append((number, [sent_cell(cell) if isinstance(cell, dict) else cell for cell in cells]))
    return sheets


def sent_cell(cell: dict[str, str]) -> Raw:
    (kind, text), *_ = cell.items()
    if kind == "date":
        return date.fromisoformat(text)
    return datetime.fromisoformat(text) if kind == "moment" else time.fromisoformat(text)


def as_sent(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    return {"time": cell.isoformat()} if isinstance(cell, time) else str(cell)


# --- in the child ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Stream:
    """A sheet whose rows come one by one. `merged` are ranges such as `A2:A3`."""

    name: str
    rows: Iterator[tuple[int, Sequence[Raw]]]
    merged: tuple[str, ...] = ()
    encoding: str = ""


def rows_as_json(sheets: Iterable[Stream], out: IO[bytes], **_: Any) -> dict[str, Any]:
    """The plainest shaper: a line for each sheet, then one for each row that is not empty."""
    count = 0
    for sheet in sheets:
        head = {"sheet": sheet.name, "merged": sheet.merged, "encoding": sheet.encoding}
        out.write(json.dumps(head, ensure_ascii=False).encode() + b"\n")
        for number, cells in sheet.rows:
            line = json.dumps([number, cells], ensure_ascii=False, default=as_sent)
            out.write(line.encode("utf-8", "surrogatepass") + b"\n")
            count += 1
    return {"rows": count}


def main() -> int:
    """Read one file as the job on standard input says; the last line on standard error is the answer."""
    job = json.load(sys.stdin)
    limits = Limits(**job["limits"])
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    module, _, function = job["shaper"].partition(":")
    shape = getattr(importlib.import_module(module), function)
    out = sys.stdout.buffer
    try:
        report = shape(open_sheets(Path(job["path"]), job["name"], limits), out, **job["arguments"])
        out.flush()
        answer = {"report": report}
    except TableRefused as refused:
        answer = {"refused": [asdict(refusal) for refusal in refused.refusals]}
    except MemoryError:
        answer = {"refused": [asdict(Refusal(rule=N_("The file needs more memory than a file may")))]}
    except BrokenPipeError:
        return 1
    sys.stderr.write("\n" + json.dumps(answer, ensure_ascii=False) + "\n")
    return 0 if "report" in answer else 2


def refuse(rule: str, **where: Any) -> TableRefused:
    return TableRefused(Refusal(rule=rule, **where))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WEB = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta", b"<svg")
OTHERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"\x7fELF": "ELF",
    b"MZ\x90": "EXE",
}


def open_sheets(path: Path, name: str, limits: Limits) -> Iterator[Stream]:
    """The file's sheets, after the guard has looked at it. Raises `TableRefused`."""
    size = path.stat().st_size
    if not size:
        raise refuse(N_("The file is empty"))
    if size > limits.file_bytes:
        raise refuse(
            N_("The file is larger than %(limit)s MB"),
            value=f"{size / MIB:.1f}",
            values={"limit": limits.file_bytes // MIB},
        )
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK"):
        return workbook_sheets(path, limits)
    if head.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise refuse(N_("The workbook is protected by a password; save it without one"))
        raise refuse(N_("This is an old Excel file (.xls); save it as .xlsx or CSV"))
    for magic, kind in OTHERS.items():
        if head.startswith(magic):
            raise refuse(N_("This is a %(kind)s file, not a table; save it as .xlsx or CSV"), values={"kind": kind})
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(WEB):
        raise refuse(N_("This is a web page, not a table; open it in Excel and save it as .xlsx or CSV"))
    return iter([text_sheet(path, name, limits)])


# CSV


def encoding_of(path: Path) -> str:
    """BOM, else strict UTF-8, else GB18030. Raises `TableRefused` on a NUL or on bytes that are neither."""
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


# XLSX

REFERENCE = re.compile(rb"""\sr\s*=\s*["']\s*\$?([A-Za-z]*)\$?(\d+)\s*["']""")
HOLLOW = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]{0,200}?\s)?r\s*=\s*["'](\w{1,12})["'][^>]{0,200}>\s*"""
    rb"""<(?:\w+:)?f\b[^>]{0,500}(?:/>|>[^<]{0,9000}</(?:\w+:)?f>)"""
    rb"""\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
EPOCH_1904 = re.compile(rb"""date1904\s*=\s*["'](?:1|true|on)["']""", re.IGNORECASE)
SHEET_PART = re.compile(r"xl/(?:worksheets|macrosheets|chartsheets)/[^/]+\.xml", re.IGNORECASE)


def workbook_sheets(path: Path, limits: Limits) -> Iterator[Stream]:
    try:
        look_into(path, limits)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, UnicodeError):
        raise refuse(N_("The workbook is damaged or incomplete")) from None
    return parsed_sheets(path, limits)


def look_into(path: Path, limits: Limits) -> None:
    """Judge the zip by its parts and by the cells its sheets claim. Raises `TableRefused` or what `zipfile` raises."""
    total = 0
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if len(parts) > limits.parts:
            raise refuse(N_("The workbook has more than %(limit)s parts"), values={"limit": limits.parts})
        if any(part.flag_bits & 1 for part in parts):
            raise refuse(N_("The workbook is protected by a password; save it without one"))
        names = {part.filename for part in parts}
        if "xl/workbook.xml" not in names:
            raise refuse(N_("This is not an Excel workbook (.xlsx)"))
        if sum(part.file_size for part in parts) > limits.unpacked:
            raise too_large(limits)
        for part in parts:
            content = unpacked(archive, part, limits.unpacked - total)
            total += len(content)
            if total > limits.unpacked:
                raise too_large(limits)
            if part.filename == "xl/workbook.xml" and EPOCH_1904.search(content):
                raise refuse(N_("The workbook counts dates from 1904; switch that off in Excel and save it again"))
            if SHEET_PART.fullmatch(part.filename):
                look_at_sheet(content, limits)


def too_large(limits: Limits) -> TableRefused:
    return refuse(N_("Unpacked the workbook is larger than %(limit)s MB"), values={"limit": limits.unpacked // MIB})


def unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    """The part's content, at most one chunk more than `most`: a header that lies about its size changes nothing."""
    if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise refuse(N_("The workbook is packed in a way Excel does not use"))
    pieces, size = [], 0
    with archive.open(part) as file:
        while size <= most and (piece := file.read(CHUNK)):
            size += len(piece)
            pieces.append(piece)
    return b"".join(pieces)


def look_at_sheet(content: bytes, limits: Limits) -> None:
    if b"\0" in content[:200]:
        raise refuse(N_("The workbook is written in an unusual encoding; save it again with Excel"))
    if b"<!ENTITY" in content or b"<!DOCTYPE" in content:
        raise refuse(N_("The workbook holds declarations that Excel does not write"))
    furthest_column, furthest_row = b"", 0
    for reference in REFERENCE.finditer(content):
        column, row = reference.groups()
        furthest_row = max(furthest_row, int(row[:9]))
        if len(column) > len(furthest_column) or (len(column) == len(furthest_column) and column > furthest_column):
            furthest_column = column
    if furthest_row > limits.rows:
        raise refuse(N_("The table has more than %(limit)s rows"), row=furthest_row, values={"limit": limits.rows})
    if column_number(furthest_column.decode()) > limits.columns:
        raise refuse(
            N_("The row has more than %(limit)s columns"),
            column=furthest_column.decode(),
            values={"limit": limits.columns},
        )
    if b"<f" in content or b":f" in content:
        hollow = HOLLOW.search(content)
        if hollow:
            raise refuse(
                N_("The formula has no stored result; copy the column and paste it as values"),
                column=hollow[1].decode("ascii", "replace"),
            )


def column_number(letters: str) -> int:
    """A is 1, Z 26, AA 27; nothing is 0."""
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + ord(letter) - 64
    return number


def parsed_sheets(path: Path, limits: Limits) -> Iterator[Stream]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        for shown in workbook.sheets_metadata:
            if shown.typ == SheetTypeEnum.WorkSheet and shown.visible == SheetVisibleEnum.Visible:
                sheet = workbook.get_sheet_by_name(shown.name)
                merged = tuple(
                    f"{letters_of(left)}{top + 1}:{letters_of(right)}{bottom + 1}"
                    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
                )
                yield Stream(name=shown.name, rows=workbook_rows(sheet, limits), merged=merged)
    except (CalamineError, OSError, OverflowError):
        raise refuse(N_("The workbook is damaged or incomplete")) from None


def workbook_rows(sheet: Any, limits: Limits) -> Iterator[tuple[int, Sequence[Raw]]]:
    lead = [""] * (sheet.start[1] if sheet.start else 0)
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > limits.rows:
            raise refuse(N_("The table has more than %(limit)s rows"), sheet=sheet.name, values={"limit": limits.rows})
        if any(cell != "" for cell in cells):
            yield number, lead + cells if lead else cells


if __name__ == "__main__":
    sys.exit(main())
