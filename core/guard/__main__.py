"""The child: reads one file as the job on standard input says."""

from __future__ import annotations

import importlib
import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from core.explain import N_
from core.guard.streams import MIB, Limits, Stream, refuse
from core.guard.text import text_sheet
from core.guard.workbook import workbook_sheets
from core.tables import Refusal, TableRefused

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


if __name__ == "__main__":
    sys.exit(main())
