"""Files from outside: looked at before they are parsed, and parsed by a child process that may die alone.

`reading(path, name=…)` starts `python -m core.guard` with bounds on memory and processor time. The child looks at the
file's kind and size (a zip's parts, what they unpack to, the cells they claim), decodes it, and hands its sheets to a
*shaper*, a function `(sheets, out, **arguments) -> report` named by its place, which writes bytes to the parent. What
is refused arrives as `TableRefused`. Nothing here imports Django: the child starts in a few hundredths of a second.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

from core.cells import Formula, Raw
from core.explain import N_
from core.guard.streams import CHUNK, MIB, Limits, Stream
from core.tables import Hidden, Refusal, Sheet, TableRefused

__all__ = ["MIB", "Limits", "Reading", "Stream", "reading", "sheets_of"]

ROOT = Path(__file__).resolve().parent.parent.parent


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

    def rows(self) -> Iterator[tuple[str, int, Sequence[Raw]]]:
        """What `rows_as_json` wrote, one row at a time: its sheet, its number, its cells."""
        sheet = ""
        for line in self.lines():
            if isinstance(line, dict):
                sheet = line["sheet"]
            else:
                yield sheet, *sent_row(line)

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
    shaper: str = "core.guard.streams:rows_as_json",
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
                hidden = Hidden.read(line["hidden"])
                sheets.append(Sheet(line["sheet"], rows, tuple(line["merged"]), line["encoding"], hidden))
            else:
                rows.append(sent_row(line))
    return sheets


def sent_row(line: Sequence[Any]) -> tuple[int, Sequence[Raw]]:
    number, cells = line
    return number, [sent_cell(cell) if isinstance(cell, dict) else cell for cell in cells]


def sent_cell(cell: dict[str, str]) -> Raw:
    (kind, text), *_ = cell.items()
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "formula":
        return Formula(text)
    return datetime.fromisoformat(text) if kind == "moment" else time.fromisoformat(text)
